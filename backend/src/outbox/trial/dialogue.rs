//! The dialogue of a trial, bounded in time, with the time of each step.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::{Ready, Step};
use crate::config::{Relay, RelayTls};
use crate::outbox::{
    outcome::Word,
    relay::{Line, Mark},
};

/// All of it.
const LIMIT: Duration = Duration::from_secs(25);
/// One answer of the relay, in seconds.
const ANSWER: u64 = 10;
/// A look at whether anybody listens.
const REACH: Duration = Duration::from_secs(3);
/// So much of what the other side says is shown, in characters.
const WORDS: usize = 300;

/// Sends the mail, and says how far it came. Takes 25 seconds at most.
pub async fn run(ready: &Ready) -> Vec<Step> {
    let began = Instant::now();
    let mut steps = Vec::new();
    let ended = tokio::time::timeout(LIMIT, walk(ready, began, &mut steps)).await;
    let why = match ended {
        Ok(Ok(())) => return steps,
        Ok(Err(why)) => why,
        // The sentence beside says that nobody answers; it has no words of the other side.
        Err(_) => String::new(),
    };
    let relay = &ready.relay;
    let prefix = format!("the relay {}:{}: ", relay.host, relay.port);
    let words = why.strip_prefix(&prefix).unwrap_or(&why);
    let mut failed = failed_at(steps.last().map(|step| step.what.as_str()), relay);
    // With TLS from the first byte both are one to the dialogue: somebody who can be reached does not speak it.
    if failed == "connect" && relay.tls == RelayTls::Implicit && is_reached(relay).await {
        steps.push(step("connect", true, began, &[]));
        failed = "tls";
    }
    steps.push(step(failed, false, began, &[("words", words)]));
    steps
}

/// Whether anybody listens there at all.
async fn is_reached(relay: &Relay) -> bool {
    let connecting = tokio::net::TcpStream::connect((relay.host.as_str(), relay.port));
    tokio::time::timeout(REACH, connecting).await.is_ok_and(|reached| reached.is_ok())
}

/// Which step an error belongs to: the one behind the last that went well.
fn failed_at(last: Option<&str>, relay: &Relay) -> &'static str {
    match last {
        None => "name",
        Some("name") => "connect",
        Some("connect") => "tls",
        Some("tls" | "plain") if relay.credentials.is_some() => "sign_in",
        Some(_) => "sent",
    }
}

async fn walk(ready: &Ready, began: Instant, steps: &mut Vec<Step>) -> Result<(), String> {
    let relay = &ready.relay;
    let found = tokio::net::lookup_host((relay.host.as_str(), relay.port)).await;
    let address = found.map_err(|error| error.to_string())?.next().ok_or_else(String::new)?.ip().to_string();
    steps.push(step("name", true, began, &[("address", &address)]));
    let mut watcher = |mark| {
        steps.push(match mark {
            Mark::Connected => step("connect", true, began, &[]),
            Mark::Plain => step("plain", true, began, &[]),
            Mark::Secured(certificate) => {
                let checked = if relay.tls.is_verified() { "yes" } else { "no" };
                let facts = facts_of(&certificate);
                let mut told: Vec<(&str, &str)> = vec![("checked", checked)];
                told.extend(facts.iter().map(|(name, value)| (*name, value.as_str())));
                step("tls", true, began, &told)
            }
            Mark::SignedIn => step("sign_in", true, began, &[]),
        });
    };
    let mut line = Line::open_watched(relay, Some(ANSWER), &mut watcher).await?;
    let recipients = [ready.to.clone()];
    let attempt = line.send(&ready.from, &recipients, &ready.bytes).await;
    let word = attempt.words.into_iter().next().map(|(_, word)| word);
    let said = std::mem::take(&mut line.said);
    line.close().await;
    match word {
        Some(Word::Taken) => {
            steps.push(step("sent", true, began, &[("words", &said)]));
            Ok(())
        }
        Some(Word::Later(why) | Word::Refused(why) | Word::Unclear(why)) => Err(why),
        None => Err(String::new()),
    }
}

/// What a certificate says of itself: for which name, by whom, until when.
fn facts_of(certificate: &[u8]) -> Vec<(&'static str, String)> {
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return Vec::new() };
    let mut facts = Vec::new();
    if let Ok(end) = Timestamp::from_second(certificate.validity().not_after.timestamp()) {
        facts.push(("until", end.to_string()));
    }
    let names = certificate.subject_alternative_name().ok().flatten();
    let name = names.and_then(|names| {
        names.value.general_names.iter().find_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        })
    });
    let common = |name: &x509_parser::x509::X509Name<'_>| {
        let parts = name.iter_common_name().chain(name.iter_organization());
        parts.filter_map(|part| part.as_str().ok()).next().map(str::to_owned)
    };
    if let Some(name) = name.or_else(|| common(certificate.subject())) {
        facts.push(("name", name));
    }
    if let Some(issuer) = common(certificate.issuer()) {
        facts.push(("issuer", issuer));
    }
    facts
}

fn step(what: &str, good: bool, began: Instant, facts: &[(&str, &str)]) -> Step {
    let short = |text: &str| -> String { text.chars().filter(|c| !c.is_control()).take(WORDS).collect() };
    let facts: BTreeMap<String, String> =
        facts.iter().map(|(name, value)| ((*name).to_owned(), short(value))).collect();
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Step { what: what.to_owned(), good, millis, facts }
}
