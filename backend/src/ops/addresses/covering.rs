//! Whether what a domain publishes lets our relay send for it.

use std::net::IpAddr;

use mail_ingest::authentication::Cover;

use super::{Record, Weight};

/// What was found of each address of the relay; or why they are not known.
type Found = Result<Vec<(IpAddr, Cover)>, String>;

/// What the addresses of one server come to: the worst that is sure; nothing where it has none.
pub(crate) fn summed(found: &[(IpAddr, Cover)]) -> Option<Cover> {
    let has = |cover: Cover| found.iter().any(|(_, one)| *one == cover);
    let order = [Cover::Broken, Cover::Uncovered, Cover::Unknown, Cover::Inside, Cover::Covered];
    order.into_iter().find(|cover| has(*cover))
}

/// The addresses of which the same was found, as a list.
pub(crate) fn listed(found: &[(IpAddr, Cover)], cover: Cover) -> String {
    let those = found.iter().filter(|(_, one)| *one == cover).map(|(address, _)| address.to_string());
    those.collect::<Vec<_>>().join(", ")
}

/// The record of the relay within those of a domain.
pub(super) fn judged(domain: &str, spf: &str, host: &str, found: Found) -> Record {
    let (found, error) = match found {
        Ok(found) => (found, String::new()),
        Err(error) => (Vec::new(), error),
    };
    let (weight, means) = match summed(&found) {
        _ if !error.is_empty() => (Weight::Unknown, "silent"),
        None => (Weight::Warning, "relay-nowhere"),
        Some(Cover::Covered) => (Weight::Good, "relay-covered"),
        Some(Cover::Uncovered) => (Weight::Warning, "relay-uncovered"),
        Some(Cover::Broken) => (Weight::Bad, "relay-broken"),
        Some(Cover::Inside) => (Weight::Unknown, "relay-inside"),
        Some(Cover::Unknown) => (Weight::Unknown, "slow"),
    };
    let uncovered = found.iter().filter(|(_, cover)| *cover == Cover::Uncovered).map(|(address, _)| *address);
    let add = match means {
        "relay-uncovered" => with_relay(domain, spf, host, uncovered),
        _ => String::new(),
    };
    let found = found.iter().map(|(address, _)| address.to_string()).collect();
    Record { kind: "relay", weight, at: host.to_owned(), found, means, error, add }
}

/// The record with the relay in it, before what is said of all others: by its name where it has one, so that it stays true
/// when its addresses change.
fn with_relay(domain: &str, spf: &str, host: &str, addresses: impl Iterator<Item = IpAddr>) -> String {
    let named = host.parse::<IpAddr>().is_err() && host.contains('.');
    let new: Vec<String> = match named {
        true => vec![format!("a:{host}")],
        false => addresses
            .map(|address| match address {
                IpAddr::V4(four) => format!("ip4:{four}"),
                IpAddr::V6(six) => format!("ip6:{six}"),
            })
            .collect(),
    };
    let mut words: Vec<&str> = spf.split_whitespace().collect();
    let ends = |word: &&str| {
        let word = word.to_ascii_lowercase();
        word.trim_start_matches(['+', '-', '~', '?']) == "all" || word.starts_with("redirect=")
    };
    let at = words.iter().position(ends).unwrap_or(words.len());
    words.splice(at..at, new.iter().map(String::as_str));
    format!("{domain}. TXT \"{}\"", words.join(" "))
}
