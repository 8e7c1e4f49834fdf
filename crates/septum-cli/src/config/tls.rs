//! TLS from the configuration: rustls with ring, TLS 1.2 and above.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme};

use super::section::Section;

/// A file can't be used for TLS.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// It can't be read as PEM.
    #[error("can't read `{0}` as PEM: {1}")]
    Pem(PathBuf, rustls::pki_types::pem::Error),
    /// It holds no certificate.
    #[error("`{0}` holds no certificate")]
    NoCertificate(PathBuf),
    /// What it holds is not usable.
    #[error("can't use `{0}`: {1}")]
    Unusable(PathBuf, rustls::Error),
    /// The library refuses its own defaults.
    #[error("TLS can't be set up: {0}")]
    SetUp(#[from] rustls::Error),
}

/// TLS towards a server whose certificate comes from one of these authorities and bears its
/// name.
pub(crate) fn verifying_client(ca_file: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let roots = match ca_file {
        Some(file) => roots(file)?,
        None => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
    };
    Ok(ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// The authorities in a file.
pub(crate) fn roots(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(|error| TlsError::Unusable(file.to_owned(), error))?;
    }
    Ok(roots)
}

/// TLS towards a server that may be anybody: it keeps listeners out, not impostors.
pub(crate) fn encrypting_client() -> Result<ClientConfig, TlsError> {
    Ok(ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider())))
        .with_no_client_auth())
}

/// TLS towards clients, with this certificate and key.
fn server(cert_file: &Path, key_file: &Path) -> Result<ServerConfig, TlsError> {
    let chain = certificates(cert_file)?;
    let key = PrivateKeyDer::from_pem_file(key_file)
        .map_err(|error| TlsError::Pem(key_file.to_owned(), error))?;
    ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| TlsError::Unusable(cert_file.to_owned(), error))
}

/// TLS towards clients, as a section with `cert_file` and `key_file` says; `None` when there is
/// a problem.
pub(super) fn section(section: &Section<'_>) -> Option<ServerConfig> {
    let [cert_file, key_file] = ["cert_file", "key_file"]
        .map(|name| section.need(name, section.path(name), "TLS needs a certificate and its key"));
    let (cert_file, key_file) = (cert_file?, key_file?);
    match server(&cert_file, &key_file) {
        Ok(config) => Some(config),
        Err(error) => {
            section.wrong("cert_file", error);
            None
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let certificates: Vec<_> = read.map_err(|error| TlsError::Pem(file.to_owned(), error))?;
    if certificates.is_empty() {
        return Err(TlsError::NoCertificate(file.to_owned()));
    }
    Ok(certificates)
}

/// Takes every certificate, as `tls.mode = "require"` says and libpq's `sslmode=require` does.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
