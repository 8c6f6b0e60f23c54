//! What a domain says in the DNS of those who may write from it.

use mail_auth::{DnsError, Error, MessageAuthenticator};
use tokio::time::{Instant, timeout_at};

use super::verify::{PATIENCE, Resolver, library};

/// Which records there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// SPF: who may send for it.
    pub spf: bool,
    /// DMARC: what to do with mails that are not from it.
    pub dmarc: bool,
    /// The key with which it signs; `None` where no selector was named.
    pub dkim: Option<bool>,
}

/// Asks for the records of a domain, and of the key of this name. Needs a Tokio runtime.
///
/// # Errors
/// Why there is no answer, after two seconds at most.
pub async fn published(
    resolver: Resolver,
    domain: &str,
    selector: Option<&str>,
) -> Result<Published, String> {
    let library = library(resolver)?;
    let deadline = Instant::now() + PATIENCE;
    let (at_spf, at_dmarc) = (format!("{domain}."), format!("_dmarc.{domain}."));
    let at_key = selector.map(|selector| format!("{selector}._domainkey.{domain}."));
    let key = async {
        match &at_key {
            Some(name) => has(&library, name, "p=", deadline).await.map(Some),
            None => Ok(None),
        }
    };
    let (spf, dmarc, dkim) = tokio::join!(
        has(&library, &at_spf, "v=spf1", deadline),
        has(&library, &at_dmarc, "v=DMARC1", deadline),
        key
    );
    Ok(Published { spf: spf?, dmarc: dmarc?, dkim: dkim? })
}

async fn has(
    library: &MessageAuthenticator,
    name: &str,
    mark: &str,
    deadline: Instant,
) -> Result<bool, String> {
    match timeout_at(deadline, library.txt_raw_lookup(name.to_owned())).await {
        Ok(Ok(text)) => Ok(String::from_utf8_lossy(&text).contains(mark)),
        Ok(Err(Error::Dns(DnsError::RecordNotFound(_)))) => Ok(false),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer within two seconds".to_owned()),
    }
}
