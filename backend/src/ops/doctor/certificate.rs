//! When a certificate ends: the one thing that is read from it, so that no library is needed for it.

use std::path::Path;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of the first certificate of a file, where it can be read.
pub(super) fn end(path: &Path) -> Option<Timestamp> {
    let certificate = CertificateDer::from_pem_file(path).ok()?;
    not_after(certificate.as_ref())
}

/// RFC 5280, 4.1: the certificate, within it what is signed, within that the fifth field, of two times the second.
fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(der)?;
    let (_, signed, _) = element(certificate)?;
    let (tag, _, behind) = element(signed)?;
    let mut rest = if tag == VERSION { behind } else { signed };
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (tag, validity, _) = element(rest)?;
    let (_, _, behind) = element(validity)?;
    let (kind, time, _) = element(behind)?;
    (tag == SEQUENCE).then_some(())?;
    moment(kind, std::str::from_utf8(time).ok()?)
}

/// Tag, content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..=0x7f => (short, rest),
        long => {
            let bytes = long & 0x7f;
            let (length, rest) = rest.split_at_checked(bytes).filter(|_| (1..=4).contains(&bytes))?;
            (length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

fn moment(kind: u8, text: &str) -> Option<Timestamp> {
    let (year, rest) = match kind {
        // Two digits are this century's, until 2049.
        UTC_TIME => {
            let (short, rest) = text.split_at_checked(2)?;
            let short: i16 = short.parse().ok()?;
            (if short < 50 { 2_000 + short } else { 1_900 + short }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let rest = rest.strip_suffix('Z')?;
    let part = |at: usize| rest.get(at..at + 2)?.parse::<i8>().ok();
    let time = jiff::civil::DateTime::new(year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?, 0).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}
