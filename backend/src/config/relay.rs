//! The grammar of `SMTP_RELAY`.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use url::{Host, Url};

use super::types::Secret;

/// The mail server that takes our outgoing mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// Name or address; an IPv6 address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: RelayTls,
    /// User and password of AUTH.
    pub credentials: Option<(String, Secret)>,
    /// How many lines may be open at once.
    pub connections: usize,
    /// How many mails may leave in a time; `None`: as many as the relay takes.
    pub rate: Option<Rate>,
    /// A file with certificates (PEM) of authorities that are believed besides the public ones; read at each connection.
    pub ca: Option<PathBuf>,
}

impl Relay {
    /// So many lines are open at once where nobody said another number.
    pub const CONNECTIONS: usize = 8;
}

/// So many mails in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Mails.
    pub mails: u32,
    /// Seconds.
    pub seconds: u32,
}

impl Rate {
    /// The time between two mails.
    pub fn between(self) -> Duration {
        Duration::from_secs(u64::from(self.seconds)) / self.mails.max(1)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, seconds)| *seconds == self.seconds).map_or("s", |(unit, _)| unit);
        write!(out, "{}/{unit}", self.mails)
    }
}

/// What a rate may be counted by.
const UNITS: [(&str, u32); 4] = [("s", 1), ("min", 60), ("h", 3_600), ("day", 86_400)];
/// The most lines that can be asked for.
const MOST: usize = 64;

/// How the connection to the relay is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayTls {
    /// Plain text.
    None,
    /// STARTTLS where offered, with whatever certificate: it keeps listeners out, not impostors.
    Opportunistic,
    /// STARTTLS with a verified certificate, else no mail leaves.
    Required,
    /// TLS from the first byte with a verified certificate (`smtps://`).
    Implicit,
}

impl RelayTls {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Required, Self::Implicit, Self::Opportunistic, Self::None];

    /// Its word in forms and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Opportunistic => "opportunistic",
            Self::Required => "required",
            Self::Implicit => "implicit",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tls| tls.word() == word)
    }

    /// Whether nobody in between can read along or pose as the relay.
    pub fn is_verified(self) -> bool {
        matches!(self, Self::Required | Self::Implicit)
    }
}

const FORM: &str =
    "Write it like smtp://HOST:25 or smtp://USER:PASS@HOST:587?tls=required or smtps://USER:PASS@HOST:465.";

impl Relay {
    /// Reads `smtp://USER:PASS@HOST:PORT?tls=…` or `smtps://…`. User and password are percent-decoded; the
    /// port is 465 for smtps, 587 with credentials and 25 else. The error is a remedy.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("This is no URL ({error}). {FORM}"))?;
        let implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            other => return Err(format!("The scheme {other:?} is neither smtp nor smtps. {FORM}")),
        };
        let host = match url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) if !host.to_string().is_empty() => host.to_string(),
            _ => return Err(format!("The host is missing. {FORM}")),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(format!(
                "Nothing may follow the port but options such as ?tls=… (a /, ? or # in a password is written %2F, %3F, %23). {FORM}"
            ));
        }
        let credentials = credentials(&url)?;
        let port = url.port().unwrap_or(match (implicit, &credentials) {
            (true, _) => 465,
            (false, Some(_)) => 587,
            (false, None) => 25,
        });
        if port == 0 {
            return Err(
                "Port 0 can't be connected to. Name the relay's port, usually 25, 465 or 587.".to_owned()
            );
        }
        let options = Options::read(&url)?;
        let tls = match options.tls {
            Some(_) if implicit => {
                return Err("smtps:// already is TLS from the first byte: remove ?tls=…, or write smtp://."
                    .to_owned());
            }
            Some(tls) => tls,
            None if implicit => RelayTls::Implicit,
            None if credentials.is_some() && !is_loopback(&host) => RelayTls::Required,
            None => RelayTls::Opportunistic,
        };
        let connections = options.connections.unwrap_or(Self::CONNECTIONS);
        if options.ca.is_some() && matches!(tls, RelayTls::None | RelayTls::Opportunistic) {
            return Err(
                "ca=… verifies the relay's certificate, which only tls=required and smtps:// do. Add \
                &tls=required, or remove it."
                    .to_owned(),
            );
        }
        Ok(Self { host, port, tls, credentials, connections, rate: options.rate, ca: options.ca })
    }

    /// Reads what [`Relay::written`] wrote: a user stands there without his password, which is empty then.
    ///
    /// # Errors
    /// A remedy.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut url = Url::parse(text).map_err(|error| format!("This is no URL ({error})."))?;
        if url.password().is_some() {
            return Err("A password does not stand here: it is set on the page of the relay.".to_owned());
        }
        if !url.username().is_empty() {
            url.set_password(Some("-")).map_err(|()| "This is no URL of a relay.".to_owned())?;
        }
        let mut relay = Self::parse(url.as_str())?;
        if let Some((_, password)) = &mut relay.credentials {
            *password = Secret::new("");
        }
        Ok(relay)
    }

    /// As a URL without the password.
    pub fn written(&self) -> String {
        let user = self.credentials.as_ref().map_or_else(String::new, |(user, _)| {
            format!("{}@", percent_encoding::utf8_percent_encode(user, percent_encoding::NON_ALPHANUMERIC))
        });
        self.with_user(&user)
    }

    /// Whether it is on this machine: nobody can listen on the way.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.host)
    }

    fn with_user(&self, user: &str) -> String {
        let (scheme, tls) = match self.tls {
            RelayTls::None => ("smtp", "?tls=none"),
            RelayTls::Opportunistic => ("smtp", "?tls=opportunistic"),
            RelayTls::Required => ("smtp", "?tls=required"),
            RelayTls::Implicit => ("smtps", ""),
        };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let mut text = format!("{scheme}://{user}{host}:{}{tls}", self.port);
        let mut sign = if tls.is_empty() { '?' } else { '&' };
        if self.connections != Self::CONNECTIONS {
            text.push_str(&format!("{sign}connections={}", self.connections));
            sign = '&';
        }
        if let Some(rate) = self.rate {
            text.push_str(&format!("{sign}rate={rate}"));
            sign = '&';
        }
        if let Some(file) = &self.ca {
            text.push_str(&format!("{sign}ca={}", file.display()));
        }
        text
    }
}

/// As in the settings, the password taken out.
impl fmt::Display for Relay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.credentials.as_ref().map(|(user, _)| format!("{user}:(hidden)@")).unwrap_or_default();
        out.write_str(&self.with_user(&user))
    }
}

fn credentials(url: &Url) -> Result<Option<(String, Secret)>, String> {
    let decode = |part: &str| {
        percent_decode_str(part).decode_utf8().map(|text| text.into_owned()).map_err(|_| {
            "User or password holds a %XX that is not UTF-8. Write a % itself as %25.".to_owned()
        })
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(format!("There is a password without a user. {FORM}")),
        (_, None) => Err(format!("There is a user without a password. {FORM}")),
        (user, Some(password)) => Ok(Some((decode(user)?, Secret::new(decode(password)?)))),
    }
}

/// What may follow the `?`.
#[derive(Default)]
struct Options {
    tls: Option<RelayTls>,
    connections: Option<usize>,
    rate: Option<Rate>,
    ca: Option<PathBuf>,
}

impl Options {
    fn read(url: &Url) -> Result<Self, String> {
        let mut options = Self::default();
        for (name, value) in url.query_pairs() {
            let twice = match name.as_ref() {
                "tls" => options.tls.replace(tls(&value)?).is_some(),
                "connections" => options.connections.replace(connections(&value)?).is_some(),
                "rate" => options.rate.replace(rate(&value)?).is_some(),
                "ca" => options.ca.replace(ca(&value)?).is_some(),
                other => {
                    return Err(format!(
                        "The option {other:?} is not known; there are tls, connections, rate and ca."
                    ));
                }
            };
            if twice {
                return Err(format!("{name}= stands there twice. Keep one."));
            }
        }
        Ok(options)
    }
}

fn tls(value: &str) -> Result<RelayTls, String> {
    match value {
        "none" => Ok(RelayTls::None),
        "opportunistic" => Ok(RelayTls::Opportunistic),
        "required" => Ok(RelayTls::Required),
        other => Err(format!("tls={other} is not known: it is none, opportunistic or required.")),
    }
}

fn connections(value: &str) -> Result<usize, String> {
    value.parse().ok().filter(|number| (1..=MOST).contains(number)).ok_or_else(|| {
        format!("connections={value} is no number from 1 to {MOST}. Leave it out for {}.", Relay::CONNECTIONS)
    })
}

fn rate(value: &str) -> Result<Rate, String> {
    let read = value.split_once('/').and_then(|(mails, unit)| {
        let mails = mails.parse().ok().filter(|mails| *mails > 0)?;
        let (_, seconds) = UNITS.iter().find(|(known, _)| *known == unit)?;
        Some(Rate { mails, seconds: *seconds })
    });
    read.ok_or_else(|| format!("rate={value} is no rate. Write it like 30/min, 5/s, 500/h or 2000/day."))
}

fn ca(value: &str) -> Result<PathBuf, String> {
    let file = PathBuf::from(value);
    let text = std::fs::read(&file).map_err(|error| {
        format!(
            "ca={value} can't be read ({error}). Name a file with the authority's certificate in PEM form."
        )
    })?;
    match CertificateDer::pem_slice_iter(&text).next() {
        Some(Ok(_)) => Ok(file),
        Some(Err(_)) | None => Err(format!(
            "ca={value} holds no certificate. It must be in PEM form: -----BEGIN CERTIFICATE----- and so on."
        )),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
