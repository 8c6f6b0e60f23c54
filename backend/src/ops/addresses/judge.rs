//! What records mean, and what to publish instead.

use mail_ingest::authentication::domain::{Found, Records, SLOW};

use super::{Record, Weight};
use crate::outbox::Signer;

/// One record of each kind. `relay`: the server over which our mail leaves; `off`: nobody was asked.
pub(super) fn judged(
    domain: &str,
    records: Records,
    signer: Option<&Signer>,
    relay: Option<&str>,
    off: bool,
) -> Vec<Record> {
    let mut all = vec![
        judge("mx", domain.to_owned(), records.mx, mx),
        judge("spf", domain.to_owned(), records.spf, |found| spf(domain, found, relay)),
        match (records.dkim, signer) {
            (Some(found), Some(signer)) => {
                judge("dkim", signer.record_name(domain), found, |found| dkim(domain, found, signer))
            }
            // We do not sign; what the relay does is known to itself alone.
            _ => Record {
                kind: "dkim",
                weight: Weight::Unknown,
                at: String::new(),
                found: Vec::new(),
                means: "dkim-not-ours",
                error: String::new(),
                add: String::new(),
            },
        },
        judge("dmarc", records.dmarc_at.clone(), records.dmarc, |found| {
            dmarc(domain, found, records.dmarc_at != format!("_dmarc.{domain}"))
        }),
    ];
    for record in all.iter_mut().filter(|record| record.error == SLOW) {
        record.means = "slow";
        record.error = String::new();
    }
    if off {
        for record in all.iter_mut().filter(|record| !record.error.is_empty()) {
            record.means = "off";
            record.error = String::new();
        }
    }
    all
}

/// How good it is, what it means, and what to publish.
type Judgement = (Weight, &'static str, String);

fn judge(kind: &'static str, at: String, found: Found, by: impl FnOnce(&[String]) -> Judgement) -> Record {
    let (found, error) = match found {
        Ok(found) => (found, String::new()),
        Err(error) => (Vec::new(), error),
    };
    let (weight, means, add) = match error.is_empty() {
        true => by(&found),
        false => (Weight::Unknown, "silent", String::new()),
    };
    Record { kind, weight, at, found, means, error, add }
}

fn mx(found: &[String]) -> Judgement {
    match found {
        // Servers then try the domain's own address (RFC 5321, 5.1), which may take mail or not.
        [] => (Weight::Warning, "mx-none", String::new()),
        // RFC 7505: it takes no mail, and says so.
        [only] if only.ends_with(" .") => (Weight::Bad, "mx-null", String::new()),
        _ => (Weight::Good, "mx", String::new()),
    }
}

fn spf(domain: &str, found: &[String], relay: Option<&str>) -> Judgement {
    let [text] = found else {
        if found.len() > 1 {
            // RFC 7208, 4.5: more than one is an error, and none counts.
            return (Weight::Bad, "spf-several", String::new());
        }
        // A relay's name can be said; which servers send for it is for its keeper to say.
        let relay = relay.filter(|host| host.contains('.') && host.parse::<std::net::IpAddr>().is_err());
        let by = relay.map_or_else(String::new, |host| format!(" a:{host}"));
        return (Weight::Warning, "spf-none", format!("{domain}. TXT \"v=spf1 mx{by} ~all\""));
    };
    let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    if words.iter().skip(1).all(|word| word.ends_with("all")) && words.iter().any(|word| word == "-all") {
        return (Weight::Bad, "spf-nobody", String::new());
    }
    let ends = words.iter().find_map(|word| word.strip_suffix("all").filter(|sign| sign.len() <= 1));
    match ends {
        Some("+" | "") => (Weight::Bad, "spf-everybody", String::new()),
        Some("-" | "~") => (Weight::Good, "spf", String::new()),
        None if words.iter().any(|word| word.starts_with("redirect=")) => {
            (Weight::Good, "spf", String::new())
        }
        _ => (Weight::Warning, "spf-open", String::new()),
    }
}

fn dkim(domain: &str, found: &[String], signer: &Signer) -> Judgement {
    let add = || signer.zone_line(domain);
    // Blanks may stand anywhere, also within the key.
    let key = |text: &str| {
        text.split(';').find_map(|part| {
            let plain: String = part.split_whitespace().collect();
            plain.strip_prefix("p=").map(str::to_owned)
        })
    };
    let ours = key(&signer.record());
    match found {
        [] => (Weight::Bad, "dkim-none", add()),
        found if found.iter().any(|text| key(text) == ours) => (Weight::Good, "dkim", String::new()),
        _ => (Weight::Bad, "dkim-other", add()),
    }
}

fn dmarc(domain: &str, found: &[String], from_above: bool) -> Judgement {
    let [text] = found else {
        if found.len() > 1 {
            return (Weight::Bad, "dmarc-several", String::new());
        }
        let add = format!("_dmarc.{domain}. TXT \"v=DMARC1; p=none; rua=mailto:postmaster@{domain}\"");
        return (Weight::Warning, "dmarc-none", add);
    };
    let tag = |wanted: &str| {
        text.split(';').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().to_ascii_lowercase())
        })
    };
    // Of a domain above, what it says of those below counts.
    let policy = tag("sp").filter(|_| from_above).or_else(|| tag("p"));
    match policy.as_deref() {
        Some("reject" | "quarantine") => (Weight::Good, "dmarc", String::new()),
        Some("none") => (Weight::Good, "dmarc-reports", String::new()),
        _ => (Weight::Bad, "dmarc-unreadable", String::new()),
    }
}
