//! What the DNS says of the domains that we write from: without it, other servers take our mails for somebody else's.

use std::net::IpAddr;

use mail_ingest::authentication::{Cover, Published, Resolver, covers, published};

use super::Report;
use crate::config::Config;
use crate::ops::addresses::{listed, summed};

/// More domains than this are not asked about.
const DOMAINS: usize = 8;

/// What was found for a domain: its records, and what they say of each address of the relay.
pub(super) struct Found {
    domain: String,
    published: Result<Published, String>,
    relay: Option<(String, Vec<(IpAddr, Cover)>)>,
}

/// What was found for each domain; `None` where nobody is asked.
pub(super) async fn of(config: &Config, domains: &[String], relay: Option<&str>) -> Option<Vec<Found>> {
    if config.dns_resolver == Resolver::Off {
        return None;
    }
    let selector = config.dkim.as_ref().map(|dkim| dkim.selector.as_str());
    let asked = domains.iter().take(DOMAINS);
    let looks = asked.map(|domain| async move {
        let covered = async {
            let host = relay?;
            // That a name server does not answer is told of the records.
            let found = covers(config.dns_resolver, domain.clone(), host.to_owned()).await.ok()?;
            Some((host.to_owned(), found))
        };
        let (published, relay) = tokio::join!(published(config.dns_resolver, domain, selector), covered);
        Found { domain: domain.clone(), published, relay }
    });
    Some(futures_util::future::join_all(looks).await)
}

pub(super) fn tell(report: &mut Report<'_>, found: Option<Vec<Found>>) {
    let Some(found) = found else { return report.good("dns", "dns-off", &[]) };
    for Found { domain, published, relay } in found {
        let domain = domain.as_str();
        let published = match published {
            Ok(published) => published,
            Err(error) => {
                report.warning("dns", "dns-silent", &[("domain", domain), ("error", &error)]);
                continue;
            }
        };
        if !published.spf {
            report.warning("dns", "dns-spf", &[("domain", domain)]);
        }
        if published.dkim == Some(false) {
            report.bad("dns", "dns-dkim", &[("domain", domain)]);
        }
        if !published.dmarc {
            report.warning("dns", "dns-dmarc", &[("domain", domain)]);
        }
        let covered = match &relay {
            Some((host, found)) if published.spf => tell_relay(report, domain, host, found),
            _ => true,
        };
        if published.spf && covered && published.dmarc && published.dkim != Some(false) {
            report.good("dns", "dns", &[("domain", domain)]);
        }
    }
}

/// What names a relay in an SPF record (RFC 7208, 5): by its name, or by its address where it has none.
fn mechanism(relay: &str) -> String {
    match relay.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => format!("ip4:{address}"),
        Ok(IpAddr::V6(address)) => format!("ip6:{address}"),
        Err(_) => format!("a:{relay}"),
    }
}

/// Whether nothing is wrong with what the domain says of the relay, or nobody can tell.
fn tell_relay(report: &mut Report<'_>, domain: &str, host: &str, found: &[(IpAddr, Cover)]) -> bool {
    let cover = summed(found);
    let addresses = cover.map(|cover| listed(found, cover)).unwrap_or_default();
    let mechanism = mechanism(host);
    let values =
        [("domain", domain), ("relay", host), ("addresses", &addresses[..]), ("mechanism", &mechanism)];
    match cover {
        Some(Cover::Uncovered) => report.warning("dns", "dns-uncovered", &values),
        Some(Cover::Broken) => report.bad("dns", "dns-spf-broken", &values),
        Some(Cover::Covered | Cover::Inside | Cover::Unknown) | None => return true,
    }
    false
}
