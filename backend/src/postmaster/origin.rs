//! Whether a mail comes from whom it says. The word of the mail server in front counts; a mail that came to our own
//! SMTP listener without it is looked at by ourselves, while it is being prepared and beside all others: it was
//! accepted long before, and waits two seconds at most.

use std::time::Instant;

use mail_ingest::{
    Authentication,
    authentication::{Resolver, Verifier, Way, claims, trusted},
};

use super::prepare::Prepared;
use crate::{desk::Desk, error::Result};

/// Finds out what is not known yet. Never fails for a mail: what cannot be found out is unknown.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn establish(desk: &Desk, verifier: &Verifier, mail: &mut Prepared) -> Result<()> {
    if !mail.row.authentication.is_empty() {
        // Read before: keys are changed, and what was found out then is what counts.
        return Ok(());
    }
    let begun = Instant::now();
    let ids = &desk.config.authserv_id;
    let claimed = claims(&mail.mail.headers, ids);
    let mut found = match trusted(&mail.mail.headers, ids) {
        Some(found) => found,
        None => match way(desk, mail) {
            Some(way) => {
                let (blobs, digest) = (desk.db.blobs().clone(), mail.row.digest.clone());
                let raw = desk.db.read(move |conn| blobs.read(conn, &digest)).await?;
                verifier.verify(raw, way).await
            }
            None => unasked(desk, mail),
        },
    };
    if claimed > 0 {
        let gap = if found.detail.is_empty() { "" } else { "; " };
        found.detail.push_str(&format!(
            "{gap}{claimed} claims of servers that are not in AUTHSERV_ID were not believed"
        ));
    }
    for (method, verdict) in [("spf", found.spf), ("dkim", found.dkim), ("dmarc", found.dmarc)] {
        metrics::counter!(crate::ops::metrics::MAILS_ORIGIN, "method" => method, "result" => verdict.as_str())
            .increment(1);
    }
    mail.facts.authentication = serde_json::to_string(&found)?;
    mail.clues.learn(&mail.mail, &found);
    mail.authentication = found;
    mail.origin_us = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
    Ok(())
}

/// How a mail came, where that tells something of its sender.
fn way(desk: &Desk, mail: &Prepared) -> Option<Way> {
    if mail.row.source != "smtp" || desk.config.dns_resolver == Resolver::Off {
        return None;
    }
    let peer = mail.row.peer.parse().ok()?;
    Some(Way { peer, helo: mail.row.helo.clone(), envelope_from: mail.row.envelope_from.clone() })
}

fn unasked(desk: &Desk, mail: &Prepared) -> Authentication {
    let why = if mail.row.source != "smtp" {
        "the server in front wrote no results that are believed, and only mail from SMTP_LISTEN is looked at here"
    } else if desk.config.dns_resolver == Resolver::Off {
        "the server in front wrote no results that are believed, and DNS_RESOLVER is off"
    } else {
        "who handed it in is not known"
    };
    Authentication { detail: why.to_owned(), ..Authentication::default() }
}
