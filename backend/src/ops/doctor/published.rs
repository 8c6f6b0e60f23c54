//! What the DNS says of the domains that we write from: without it, other servers take our mails for somebody else's.

use mail_ingest::authentication::{Published, Resolver, published};

use super::Report;
use crate::config::Config;

/// More domains than this are not asked about.
const DOMAINS: usize = 8;

/// What was found for each domain; `None` where nobody is asked.
pub(super) async fn of(
    config: &Config,
    domains: &[String],
) -> Option<Vec<(String, Result<Published, String>)>> {
    if config.dns_resolver == Resolver::Off {
        return None;
    }
    let selector = config.dkim.as_ref().map(|dkim| dkim.selector.as_str());
    let asked = domains.iter().take(DOMAINS);
    let looks = asked.map(|domain| async move {
        (domain.clone(), published(config.dns_resolver, domain, selector).await)
    });
    Some(futures_util::future::join_all(looks).await)
}

pub(super) fn tell(report: &mut Report<'_>, found: Option<Vec<(String, Result<Published, String>)>>) {
    let Some(found) = found else { return report.good("dns", "dns-off", &[]) };
    for (domain, published) in found {
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
        if published.spf && published.dmarc && published.dkim != Some(false) {
            report.good("dns", "dns", &[("domain", domain)]);
        }
    }
}
