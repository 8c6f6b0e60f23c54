//! Looking at a mail's origin ourselves. The only place that knows the library for it.
//!
//! The answer comes within two seconds whatever the name servers do; what could not be found out is unknown. Name
//! servers that stay silent for several mails in a row are left alone for a while, so that mail does not crawl. One
//! sender's servers that are slow are no such silence: else he could switch the look at all others off.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::dkim::DkimError;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    AuthenticatedMessage, DkimOutput, DkimResult, DmarcOutput, DmarcResult, DnsError, Error,
    MessageAuthenticator, SpfOutput, SpfResult,
};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

use super::{Authentication, Verdict};

/// Within this time there is an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// One name server is asked again after this time.
const ONE_QUESTION: Duration = Duration::from_millis(800);
/// A mail with more signatures than this is not looked at: each costs a look-up and perhaps a hash of the whole mail.
const SIGNATURES: usize = 8;
/// After so many mails in a row for which the time ran out, the name servers are left alone …
const MISSES: u32 = 3;
/// A domain of which a name server knows at once that it does not exist (RFC 6761, 6.2). Not `invalid`: of that one
/// the library itself knows it, and asks nobody.
const NOWHERE: &str = "turnstone.test.";
/// … for this long.
const REST: Duration = Duration::from_secs(60);
/// Whose word our own results are.
const OURSELVES: &str = "turnstone";

/// Where names are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolver {
    /// As the machine does (`/etc/resolv.conf`).
    System,
    /// Nowhere: nothing is verified.
    Off,
    /// At this name server.
    At(SocketAddr),
}

/// How a mail came to a listener of ours.
#[derive(Clone, Debug)]
pub struct Way {
    /// The client's IP address.
    pub peer: IpAddr,
    /// What the client called itself.
    pub helo: String,
    /// The envelope's sender; empty is the null sender.
    pub envelope_from: String,
}

/// Verifies the origin of mails. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    resolver: Resolver,
    /// Made at the first question; an error is its reason.
    library: OnceLock<Result<MessageAuthenticator, String>>,
    silence: Mutex<Silence>,
    /// So many times it was asked whether anybody answers: each time for another name, which no cache holds.
    probes: AtomicU64,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Verifier({:?})", self.resolver)
    }
}

/// How long the name servers have been silent.
#[derive(Default)]
struct Silence {
    misses: u32,
    rests_until: Option<Instant>,
}

impl Verifier {
    /// Asks there. Nothing is looked up before the first mail.
    pub fn new(resolver: Resolver) -> Self {
        Self(Arc::new(Inner {
            resolver,
            library: OnceLock::new(),
            silence: Mutex::default(),
            probes: AtomicU64::new(0),
        }))
    }

    /// What can be found out about a mail within two seconds. Never fails: what went wrong is unknown, and `detail`
    /// says why. Needs a Tokio runtime.
    pub async fn verify(&self, raw: Vec<u8>, way: Way) -> Authentication {
        if self.0.resolver == Resolver::Off {
            return unknown("not looked up: DNS_RESOLVER is off");
        }
        if self.is_resting() {
            return unknown("not looked up: the name servers did not answer for the mails before");
        }
        let (deadline, inner, runtime) = (Instant::now() + PATIENCE, self.0.clone(), Handle::current());
        let suspicious = self.has_missed();
        // Hashing a large mail takes its time, and a panic in the library must stay there.
        let look = tokio::task::spawn_blocking(move || {
            runtime.block_on(look(&inner, &raw, &way, deadline, suspicious))
        });
        match timeout_at(deadline + Duration::from_millis(50), look).await {
            Ok(Ok((found, answered))) => {
                self.note(answered);
                found
            }
            Ok(Err(_)) => unknown("it could not be read for that"),
            Err(_) => {
                self.note(false);
                unknown("no result within two seconds")
            }
        }
    }

    fn is_resting(&self) -> bool {
        let silence = self.0.silence.lock().unwrap_or_else(PoisonError::into_inner);
        silence.rests_until.is_some_and(|until| Instant::now() < until)
    }

    fn has_missed(&self) -> bool {
        self.0.silence.lock().unwrap_or_else(PoisonError::into_inner).misses > 0
    }

    fn note(&self, answered: bool) {
        let mut silence = self.0.silence.lock().unwrap_or_else(PoisonError::into_inner);
        silence.misses = if answered { 0 } else { silence.misses + 1 };
        if silence.misses >= MISSES {
            silence.misses = 0;
            silence.rests_until = Some(Instant::now() + REST);
        }
    }
}

fn unknown(why: &str) -> Authentication {
    Authentication { detail: why.to_owned(), ..Authentication::default() }
}

pub(super) fn library(resolver: Resolver) -> Result<MessageAuthenticator, String> {
    let (config, mut options) = match resolver {
        Resolver::System => hickory_resolver::system_conf::read_system_conf()
            .map_err(|error| format!("the machine's name servers cannot be read: {error}"))?,
        Resolver::At(address) => {
            let at = |mut way: ConnectionConfig| {
                way.port = address.port();
                way
            };
            let ways = vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())];
            let server = NameServerConfig::new(address.ip(), true, ways);
            (ResolverConfig::from_name_servers(vec![server]), ResolverOpts::default())
        }
        Resolver::Off => return Err("DNS_RESOLVER is off".to_owned()),
    };
    options.timeout = ONE_QUESTION;
    options.attempts = 2;
    MessageAuthenticator::new(config, options).map_err(|error| error.to_string())
}

/// What was found, and whether the name servers answered. `suspicious`: for the mail before they did not.
async fn look(
    inner: &Inner,
    raw: &[u8],
    way: &Way,
    deadline: Instant,
    suspicious: bool,
) -> (Authentication, bool) {
    let library = match inner.library.get_or_init(|| library(inner.resolver)) {
        Ok(library) => library,
        Err(why) => return (unknown(why), true),
    };
    let mut found = Authentication { by: OURSELVES.to_owned(), ..Authentication::default() };
    let helo = way.helo.trim_matches(['[', ']']);
    let spf = async {
        let parameters = if way.envelope_from.is_empty() {
            SpfParameters::verify_ehlo(way.peer, helo, "localhost")
        } else {
            SpfParameters::verify_mail_from(way.peer, helo, "localhost", &way.envelope_from)
        };
        timeout_at(deadline, library.verify_spf(parameters)).await.ok()
    };
    let message = Some(raw).filter(|raw| signatures(raw) <= SIGNATURES).and_then(AuthenticatedMessage::parse);
    let dkim = async {
        let message = message.as_ref()?;
        timeout_at(deadline, library.verify_dkim(message)).await.ok()
    };
    let alive = async {
        let name = format!("probe{}.{NOWHERE}", inner.probes.fetch_add(1, Ordering::Relaxed));
        let probe = async { library.txt_raw_lookup(name).await };
        let answer = if suspicious { timeout_at(deadline, probe).await.ok() } else { None };
        matches!(answer, Some(Ok(_) | Err(Error::Dns(DnsError::RecordNotFound(_)))))
    };
    let (spf, dkim, alive) = tokio::join!(spf, dkim, alive);
    let mut in_time = spf.is_some() && (dkim.is_some() || message.is_none());
    // A relay in our own network hands in the mail of the whole world: its address may speak for a sender, never
    // against one.
    let neighbour = is_neighbour(way.peer);
    if let Some(spf) = &spf {
        found.spf = spf_verdict(spf, neighbour);
    }
    if let Some(dkim) = &dkim {
        found.dkim = dkim.iter().fold(Verdict::None, |known, one| match dkim_verdict(one) {
            Verdict::Unknown if known == Verdict::None => Verdict::Unknown,
            verdict => known.or(verdict),
        });
    }
    let mut said = vec![
        format!("SPF {} ({} from {})", found.spf, domain_of(&way.envelope_from, helo), way.peer),
        format!("DKIM {}{}", found.dkim, signers(dkim.as_deref().unwrap_or_default())),
    ];
    if message.is_none() {
        said.push("its signatures were not looked at: unreadable, or too many".to_owned());
    }
    if let (Some(message), Some(dkim), Some(spf)) = (&message, &dkim, &spf) {
        let domain = domain_of(&way.envelope_from, helo);
        let dmarc = library.verify_dmarc(DmarcParameters::new(message, dkim, domain, spf));
        match timeout_at(deadline, dmarc).await {
            Ok(dmarc) => {
                found.dmarc = dmarc_verdict(&dmarc, found.spf);
                found.about = match message.froms() {
                    [from] => from.clone(),
                    several => format!("{} authors", several.len()),
                };
                said.push(format!("DMARC {} ({})", found.dmarc, dmarc.domain()));
            }
            Err(_) => in_time = false,
        }
    }
    if !in_time {
        said.push("not all was found out within two seconds".to_owned());
    }
    found.detail = said.join("; ").chars().filter(|c| !c.is_control()).take(500).collect();
    (found, in_time || alive)
}

fn domain_of<'a>(address: &'a str, helo: &'a str) -> &'a str {
    address.rsplit_once('@').map_or(helo, |(_, domain)| domain)
}

/// How many signatures the header holds, counted where lines begin.
fn signatures(raw: &[u8]) -> usize {
    const NAME: &[u8] = b"dkim-signature";
    let is_one = |line: &&[u8]| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    let header = raw.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    header.filter(is_one).take(SIGNATURES + 1).count()
}

pub(super) fn is_neighbour(peer: IpAddr) -> bool {
    match peer.to_canonical() {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private() || peer.is_link_local(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local() || peer.is_unicast_link_local(),
    }
}

fn spf_verdict(spf: &SpfOutput, neighbour: bool) -> Verdict {
    match spf.result() {
        SpfResult::Pass => Verdict::Pass,
        SpfResult::None => Verdict::None,
        SpfResult::TempError | SpfResult::PermError => Verdict::Unknown,
        _ if neighbour => Verdict::Unknown,
        SpfResult::Fail => Verdict::Fail,
        SpfResult::SoftFail => Verdict::SoftFail,
        SpfResult::Neutral => Verdict::Neutral,
    }
}

fn dkim_verdict(dkim: &DkimOutput<'_>) -> Verdict {
    match dkim.result() {
        DkimResult::Pass => Verdict::Pass,
        // RFC 6376, 6.1.3: a body that was changed is a signature that does not hold.
        DkimResult::Neutral(Error::Dkim(DkimError::FailedBodyHashMatch)) | DkimResult::Fail(_) => {
            Verdict::Fail
        }
        DkimResult::Neutral(_) => Verdict::Neutral,
        DkimResult::PermError(_) => Verdict::Fail,
        DkimResult::TempError(_) => Verdict::Unknown,
        DkimResult::None => Verdict::None,
    }
}

fn signers(dkim: &[DkimOutput<'_>]) -> String {
    let signed = dkim.iter().filter_map(|one| {
        let signature = one.signature()?;
        let why = match one.result() {
            DkimResult::Pass | DkimResult::None => String::new(),
            DkimResult::Neutral(why)
            | DkimResult::Fail(why)
            | DkimResult::PermError(why)
            | DkimResult::TempError(why) => format!(": {why}"),
        };
        Some(format!("{}{why}", signature.d))
    });
    let signed: Vec<String> = signed.collect();
    if signed.is_empty() { String::new() } else { format!(" ({})", signed.join(", ")) }
}

fn dmarc_verdict(dmarc: &DmarcOutput, spf: Verdict) -> Verdict {
    let results = [dmarc.dkim_result(), dmarc.spf_result()];
    if results.contains(&&DmarcResult::Pass) {
        return Verdict::Pass;
    }
    let is_error =
        |result: &&DmarcResult| matches!(result, DmarcResult::TempError(_) | DmarcResult::PermError(_));
    if results.iter().any(is_error) {
        return Verdict::Unknown;
    }
    match dmarc.dmarc_record() {
        None => Verdict::None,
        // Half of what DMARC rests on could not be looked at.
        Some(_) if spf == Verdict::Unknown => Verdict::Unknown,
        Some(_) => Verdict::Fail,
    }
}
