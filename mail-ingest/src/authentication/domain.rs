//! What a domain says in the DNS of its mail, word for word: where it goes, and who may write from it.

use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{RData, RecordType};
use mail_auth::MessageAuthenticator;
use tokio::time::{Instant, timeout_at};

use super::verify::{PATIENCE, Resolver, library};

/// More records than this of one kind are not told.
const MOST: usize = 20;
/// So many levels above a domain it is asked for its DMARC policy.
const LEVELS: usize = 4;

/// Why nobody knows where the name servers took too long.
pub const SLOW: &str = "no answer within two seconds";

/// What was found; an error is why nobody knows.
pub type Found = Result<Vec<String>, String>;

/// The records of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// Servers that take mail for it, as `10 mx.example.org`, the first choice first.
    pub mx: Found,
    /// Texts that begin with `v=spf1`.
    pub spf: Found,
    /// Texts that begin with `v=DMARC1`.
    pub dmarc: Found,
    /// The name at which those stand: that of the domain itself, or of the nearest one above that has some.
    pub dmarc_at: String,
    /// What stands under the name of a key; `None` where none was asked for.
    pub dkim: Option<Found>,
}

/// Asks for the records of a domain, and of the key of this name. Never fails: what could not be found out says why,
/// after two seconds at most. Needs a Tokio runtime.
pub async fn records(resolver: Resolver, domain: &str, selector: Option<&str>) -> Records {
    let own = format!("_dmarc.{domain}");
    let library = match library(resolver) {
        Ok(library) => library,
        Err(why) => {
            let unknown = || Err(why.clone());
            let dkim = selector.map(|_| unknown());
            return Records { mx: unknown(), spf: unknown(), dmarc: unknown(), dmarc_at: own, dkim };
        }
    };
    let deadline = Instant::now() + PATIENCE;
    let key = selector.map(|selector| format!("{selector}._domainkey.{domain}"));
    let dkim = async {
        let key = key.as_deref()?;
        let found = ask(&library, key, RecordType::TXT, deadline).await;
        Some(found.map(|all| all.into_iter().filter(|text| text.contains("p=")).collect()))
    };
    let (mx, spf, (dmarc, dmarc_at), dkim) = tokio::join!(
        ask(&library, domain, RecordType::MX, deadline),
        beginning(&library, domain, "v=spf1", deadline),
        policy(&library, domain, deadline),
        dkim
    );
    let first_choice =
        |server: &String| server.split(' ').next().and_then(|choice| choice.parse::<u16>().ok());
    let mx = mx.map(|mut servers| {
        servers.sort_by_key(first_choice);
        servers
    });
    Records { mx, spf, dmarc, dmarc_at, dkim }
}

/// The policy of the domain, or of the nearest one above it (RFC 7489, 6.6.3, and its successor's walk up the tree).
async fn policy(library: &MessageAuthenticator, domain: &str, deadline: Instant) -> (Found, String) {
    let mut at = domain;
    for _ in 0..LEVELS {
        let name = format!("_dmarc.{at}");
        match beginning(library, &name, "v=DMARC1", deadline).await {
            Ok(found) if found.is_empty() => {}
            other => return (other, name),
        }
        match at.split_once('.') {
            // A top level has no owner of mail.
            Some((_, above)) if above.contains('.') => at = above,
            _ => break,
        }
    }
    (Ok(Vec::new()), format!("_dmarc.{domain}"))
}

async fn beginning(library: &MessageAuthenticator, name: &str, mark: &str, deadline: Instant) -> Found {
    // `v=spf10` is another word.
    let begins = |text: &String| {
        let start = text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
        start && text.get(mark.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ';']))
    };
    Ok(ask(library, name, RecordType::TXT, deadline).await?.into_iter().filter(begins).collect())
}

async fn ask(library: &MessageAuthenticator, name: &str, kind: RecordType, deadline: Instant) -> Found {
    // With its end: nothing of the machine's own domain is tried behind it.
    let asking = library.0.lookup(format!("{name}."), kind);
    let answer = match timeout_at(deadline, asking).await {
        Err(_) => return Err(SLOW.to_owned()),
        Ok(Err(NetError::Dns(DnsError::NoRecordsFound(none))))
            if matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError) =>
        {
            return Ok(Vec::new());
        }
        Ok(Err(error)) => return Err(error.to_string()),
        Ok(Ok(answer)) => answer,
    };
    let told = answer.answers().iter().filter_map(|record| match &record.data {
        RData::TXT(text) => {
            let bytes: Vec<u8> = text.txt_data.iter().flat_map(|piece| piece.iter().copied()).collect();
            Some(visible(&String::from_utf8_lossy(&bytes)))
        }
        RData::MX(server) => {
            let host = server.exchange.to_lowercase().to_ascii();
            let host = if host == "." { host.as_str() } else { host.trim_end_matches('.') };
            Some(format!("{} {host}", server.preference))
        }
        _ => None,
    });
    Ok(told.take(MOST).collect())
}

/// A text of somebody else's with all of it to be seen: what turns its order round, or shows nothing, stands as its number.
fn visible(text: &str) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
    };
    text.chars().map(|c| if odd(c) { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() }).collect()
}
