//! Whether what a domain publishes lets a server send for it: each address of the server's name, put to the domain's SPF
//! record with all that it includes.

use std::net::IpAddr;
use std::pin::Pin;

use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{RData, RecordType};
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{MessageAuthenticator, SpfResult};
use tokio::time::{Instant, timeout_at};

use super::domain::SLOW;
use super::verify::{PATIENCE, Resolver, is_neighbour, library};

/// More addresses of one name are not looked at.
const MOST: usize = 8;

/// What a domain's SPF record says of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// It may send.
    Covered,
    /// It is none of those who may.
    Uncovered,
    /// The record cannot be evaluated: it has a mistake, or asks for more look-ups than the ten that are allowed.
    Broken,
    /// It lies in our own network: as what it is seen from outside, only its keeper knows.
    Inside,
    /// Nobody could find out.
    Unknown,
}

/// What the SPF record of `domain` says of each address of `host`, a name or an address; none where the name has none.
/// Needs a Tokio runtime.
///
/// # Errors
/// Why the addresses are not known, after two seconds at most.
pub fn covers(resolver: Resolver, domain: String, host: String) -> Look {
    // In a box, so that whoever asks does not carry all of what an evaluation is made of in his own type.
    Box::pin(async move { look(resolver, &domain, &host).await })
}

/// What [`covers`] is on its way to.
pub type Look = Pin<Box<dyn Future<Output = Result<Vec<(IpAddr, Cover)>, String>> + Send>>;

async fn look(resolver: Resolver, domain: &str, host: &str) -> Result<Vec<(IpAddr, Cover)>, String> {
    let library = library(resolver)?;
    let deadline = Instant::now() + PATIENCE;
    let mut addresses = match host.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => {
            let (four, six) = tokio::join!(
                resolved(&library, host, RecordType::A, deadline),
                resolved(&library, host, RecordType::AAAA, deadline)
            );
            [four?, six?].concat()
        }
    };
    addresses.truncate(MOST);
    let mut found = Vec::new();
    for address in addresses {
        // One behind the other: what the first one needed is known to those after it.
        found.push((address, one(&library, domain, host, address, deadline).await));
    }
    Ok(found)
}

async fn one(
    library: &MessageAuthenticator,
    domain: &str,
    host: &str,
    address: IpAddr,
    deadline: Instant,
) -> Cover {
    if is_neighbour(address) {
        return Cover::Inside;
    }
    let sender = format!("postmaster@{domain}");
    let asking = library.verify_spf(SpfParameters::verify_mail_from(address, host, "localhost", &sender));
    match timeout_at(deadline, asking).await.map(|found| found.result()) {
        Ok(SpfResult::Pass) => Cover::Covered,
        Ok(SpfResult::Fail | SpfResult::SoftFail | SpfResult::Neutral | SpfResult::None) => Cover::Uncovered,
        Ok(SpfResult::PermError) => Cover::Broken,
        Ok(SpfResult::TempError) | Err(_) => Cover::Unknown,
    }
}

async fn resolved(
    library: &MessageAuthenticator,
    host: &str,
    kind: RecordType,
    deadline: Instant,
) -> Result<Vec<IpAddr>, String> {
    let answer = match timeout_at(deadline, library.0.lookup(format!("{host}."), kind)).await {
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
        RData::A(address) => Some(IpAddr::V4(address.0)),
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    });
    Ok(told.take(MOST).collect())
}
