//! Certificates for STARTTLS.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// Why no TLS set-up could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No certificate could be made for this name.
    #[error("cannot make a certificate for this host name: {0}")]
    Certificate(#[from] rcgen::Error),
    /// Certificate and key do not fit each other or the library.
    #[error("certificate or key cannot be used: {0}")]
    Config(#[from] rustls::Error),
}

/// A certificate that proves nothing but keeps listeners on the line from reading: what servers use among themselves.
pub struct SelfSigned {
    /// The chain, one certificate.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its key.
    pub key: PrivateKeyDer<'static>,
    /// The certificate as PEM, to keep.
    pub chain_pem: String,
    /// The key as PEM, to keep and to guard.
    pub key_pem: String,
}

/// Makes a key and a certificate for it.
///
/// # Errors
/// The host name cannot stand in a certificate.
pub fn self_signed(hostname: &str) -> Result<SelfSigned, TlsError> {
    let made = rcgen::generate_simple_self_signed(vec![hostname.to_owned()])?;
    Ok(SelfSigned {
        chain: vec![made.cert.der().clone()],
        key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der())),
        chain_pem: made.cert.pem(),
        key_pem: made.signing_key.serialize_pem(),
    })
}

/// TLS 1.2 and 1.3 with this certificate, no client certificates, the `ring` provider.
///
/// # Errors
/// Certificate and key do not fit.
pub fn server_config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(Arc::new(config))
}
