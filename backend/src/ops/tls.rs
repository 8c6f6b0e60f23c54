//! The certificate of the listeners, taken anew when its files change.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, ensure};
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{
    DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
};

use crate::config::TlsFiles;

/// How long a look at the files is good for: a renewal is in force that soon.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// TLS for a listener, from certificate and key files that are read again when they change. A renewal that
/// can't be read or doesn't fit together is logged, and the old certificate stays in use.
///
/// # Errors
/// When the files can't be used at the start; the sentence names file and remedy.
pub fn server_config(files: &TlsFiles) -> anyhow::Result<ServerConfig> {
    let resolver = Reloading {
        files: files.clone(),
        state: Mutex::new(State { certified: read(files)?, stamp: Stamp::of(files), looked: Instant::now() }),
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .context("The TLS library offers no protocol version")?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    config.ignore_client_order = true;
    Ok(config)
}

/// The same for a listener that asks for people's certificates, of one of the authorities that are hinted at. The line
/// proves that whoever is there has the key of what he shows, and nothing else: whether that is worth anything is asked
/// afterwards, where a refusal has words. Nothing is resumed, so that each line proves it anew.
///
/// # Errors
/// As [`server_config`].
pub fn asking_config(files: &TlsFiles, hints: Vec<DistinguishedName>) -> anyhow::Result<ServerConfig> {
    let resolver = server_config(files)?.cert_resolver;
    let provider = ring::default_provider();
    let asking = Asking { hints, algorithms: provider.signature_verification_algorithms };
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .context("The TLS library offers no protocol version")?
        .with_client_cert_verifier(Arc::new(asking))
        .with_cert_resolver(resolver);
    config.ignore_client_order = true;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// Asks for a certificate, insists on none, and takes any whose key is there.
#[derive(Debug)]
struct Asking {
    hints: Vec<DistinguishedName>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for Asking {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        _own: &CertificateDer<'_>,
        _above: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, own, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, own, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[derive(Debug)]
struct Reloading {
    files: TlsFiles,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    certified: Arc<CertifiedKey>,
    stamp: Stamp,
    looked: Instant,
}

impl ResolvesServerCert for Reloading {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.elapsed() >= LOOK_EVERY {
            state.looked = Instant::now();
            self.look_again(&mut state);
        }
        Some(state.certified.clone())
    }
}

impl Reloading {
    fn look_again(&self, state: &mut State) {
        let stamp = Stamp::of(&self.files);
        if stamp == state.stamp {
            return;
        }
        // A pair that does not fit yet is half of a renewal: the stamp stays old and the next look tries again.
        match read(&self.files) {
            Ok(certified) => {
                tracing::info!(cert = %self.files.cert.display(), "TLS certificate renewed");
                *state = State { certified, stamp, looked: state.looked };
            }
            Err(error) => tracing::warn!("The renewed TLS certificate is not used: {error:#}"),
        }
    }
}

/// What tells one version of the two files from another.
#[derive(Debug, PartialEq, Eq)]
struct Stamp([Option<(SystemTime, u64)>; 2]);

impl Stamp {
    fn of(files: &TlsFiles) -> Self {
        Self([&files.cert, &files.key].map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        }))
    }
}

fn read(files: &TlsFiles) -> anyhow::Result<Arc<CertifiedKey>> {
    let chain = certificates(&files.cert)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .with_context(|| format!("TLS_KEY: no private key can be read from {}", files.key.display()))?;
    let key = ring::sign::any_supported_type(&key)
        .with_context(|| format!("TLS_KEY: the key in {} is of no supported kind", files.key.display()))?;
    let certified = CertifiedKey::new(chain, key);
    certified.keys_match().with_context(|| {
        format!(
            "TLS_KEY: {} is not the key of the first certificate in {}",
            files.key.display(),
            files.cert.display()
        )
    })?;
    Ok(Arc::new(certified))
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let unreadable = || format!("TLS_CERT: no certificate can be read from {}", path.display());
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .with_context(unreadable)?
        .collect::<Result<_, _>>()
        .with_context(unreadable)?;
    ensure!(!chain.is_empty(), "TLS_CERT: {} holds no PEM certificate", path.display());
    Ok(chain)
}

/// TLS for the mail listeners' STARTTLS: the configured certificate, or one made at this start. Mail servers do not
/// check names, and some protection on the wire is better than none.
///
/// # Errors
/// When the files can't be used.
pub fn mail_config(config: &crate::config::Config, hostname: &str) -> anyhow::Result<Arc<ServerConfig>> {
    if let Some(files) = &config.tls {
        return server_config(files).map(Arc::new);
    }
    let made =
        mail_ingest::wire::self_signed(hostname).context("No certificate could be made for STARTTLS")?;
    mail_ingest::wire::server_config(made.chain, made.key)
        .context("The certificate made for STARTTLS is not usable")
}
