//! What a proxy says of the certificate that it was shown. Proxies write it in different ways, which all come down to the
//! base64 between two lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;

use super::Doubt;

/// The longest header that is looked at, in bytes.
const LONGEST: usize = 32_000;
/// What the proxy has to say of it.
const HELD: &str = "SUCCESS";
/// What it says where none was shown.
const NONE: &str = "NONE";

/// The certificate of the two headers: as nginx (`$ssl_client_escaped_cert`) writes it, as PEM whose line ends became
/// blanks (Apache), or as base64 alone (HAProxy, Traefik).
///
/// # Errors
/// [`Doubt::Nothing`] where none was shown; [`Doubt::Untrusted`] where it did not hold, or cannot be read.
pub fn read(certificate: &str, verified: &str) -> Result<CertificateDer<'static>, Doubt> {
    let (certificate, verified) = (certificate.trim(), verified.trim());
    if verified == NONE || (certificate.is_empty() && verified.is_empty()) {
        return Err(Doubt::Nothing);
    }
    if verified != HELD {
        let said: String = verified.chars().filter(|c| !c.is_control()).take(200).collect();
        return Err(Doubt::Untrusted(format!("the proxy says {said:?} instead of {HELD}")));
    }
    if certificate.len() > LONGEST {
        return Err(Doubt::Untrusted("the proxy's header is too long".to_owned()));
    }
    let text = percent_encoding::percent_decode_str(certificate).decode_utf8_lossy();
    let mut inner = text.as_ref();
    if let Some((_, behind)) = inner.split_once("-----BEGIN CERTIFICATE-----") {
        inner = behind.split_once("-----END CERTIFICATE-----").map_or("", |(inner, _)| inner);
    }
    let inner: String = inner.chars().filter(|c| !c.is_whitespace()).collect();
    match STANDARD.decode(inner) {
        Ok(der) if !der.is_empty() => Ok(CertificateDer::from(der)),
        _ => Err(Doubt::Untrusted("the proxy's header holds no certificate".to_owned())),
    }
}
