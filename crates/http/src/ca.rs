//! The local certificate authority.
//!
//! It lives in a folder: a key that only its owner reads, and a certificate. Both are made when they are first needed,
//! never at start. Certificates for names are minted in memory, in the handshake that asks for them.
//!
//! Validity is in the machine's time, not the model's: clients compare it with their own clock, which a move of the
//! model's clock does not touch.

use base::{Clock, Entropy, Timestamp};
use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SanType, SerialNumber,
};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    fmt, fs,
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
};
use time::OffsetDateTime;

const NAME: &str = "Maquette local CA";
const DAY_SECONDS: i64 = 24 * 60 * 60;
const CA_VALID_DAYS: i64 = 3650;
/// Browsers take no certificate that is valid for 398 days or more.
const LEAF_VALID_DAYS: i64 = 90;
/// A certificate in the cache is minted again after this.
const LEAF_FRESH_DAYS: i64 = 30;
/// How many names' certificates are kept. Clients choose the names, so there has to be an end; then it starts anew.
const CACHE_NAMES: usize = 1024;
/// Where Debian and its kin keep the roots that the machine trusts.
const MACHINE_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// A certificate authority in a folder.
pub struct Ca {
    folder: PathBuf,
    authority: OnceLock<Authority>,
    /// Held while the files are read or made, so that two threads do not make two authorities.
    opening: Mutex<()>,
}

/// What the files hold, ready for use.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
    certificate: CertificateDer<'static>,
    /// One key for all names: it never leaves the process.
    leaf_key: KeyPair,
    entropy: Entropy,
}

/// The authority cannot be read, made or used.
#[derive(Debug)]
pub enum CaError {
    File {
        path: PathBuf,
        error: io::Error,
    },
    /// The key file holds no key. Its content is not shown.
    BadKey {
        path: PathBuf,
    },
    BadCertificate {
        path: PathBuf,
    },
    Certificate(rcgen::Error),
    Tls(rustls::Error),
}

impl fmt::Display for CaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::BadKey { path } | Self::BadCertificate { path } => {
                write!(f, "{} does not hold what it should: remove the folder to get a new authority", path.display())
            }
            Self::Certificate(error) => write!(f, "a certificate cannot be made: {error}"),
            Self::Tls(error) => write!(f, "a certificate cannot be used: {error}"),
        }
    }
}

impl std::error::Error for CaError {}

impl From<rcgen::Error> for CaError {
    fn from(error: rcgen::Error) -> Self {
        Self::Certificate(error)
    }
}

impl fmt::Debug for Ca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ca").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Ca {
    /// The authority of `folder`. Nothing is read or made yet.
    pub fn at(folder: impl Into<PathBuf>) -> Arc<Self> {
        Arc::new(Self { folder: folder.into(), authority: OnceLock::new(), opening: Mutex::new(()) })
    }

    /// The certificate that clients have to trust, as PEM.
    pub fn certificate_pem(&self) -> Result<&str, CaError> {
        Ok(&self.authority()?.certificate_pem)
    }

    /// The SHA-256 of our public key, in base64: what Chromium is told to trust (`--ignore-certificate-errors-spki-list`).
    pub fn key_hash(&self) -> Result<String, CaError> {
        let key = self.authority()?.issuer.key().subject_public_key_info();
        Ok(STANDARD.encode(Sha256::digest(&key)))
    }

    /// Our certificate and those that the machine trusts, as PEM: for `AWS_CA_BUNDLE`, `SSL_CERT_FILE`,
    /// `REQUESTS_CA_BUNDLE` and `NODE_EXTRA_CA_CERTS`, which replace what a client would trust otherwise.
    pub fn bundle(&self) -> Result<String, CaError> {
        let machine = fs::read_to_string(MACHINE_ROOTS).unwrap_or_default();
        Ok(format!("{}\n{machine}", self.certificate_pem()?.trim_end()))
    }

    /// Writes [`Ca::bundle`] beside the authority and says where.
    pub fn bundle_file(&self) -> Result<PathBuf, CaError> {
        let path = self.folder.join("bundle.pem");
        write_whole(&path, self.bundle()?.as_bytes(), 0o644)?;
        Ok(path)
    }

    /// Finds, or mints, the certificate of the name that a client asks for.
    pub fn resolver(self: &Arc<Self>) -> Arc<Resolver> {
        Arc::new(Resolver { ca: self.clone(), minted: Mutex::default() })
    }

    /// For a server that answers every name, in HTTP/2 and HTTP/1.1.
    pub fn server_config(self: &Arc<Self>) -> Arc<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("ring speaks the default versions of TLS")
            .with_no_client_auth()
            .with_cert_resolver(self.resolver());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Arc::new(config)
    }

    /// For a client that trusts this authority and what the machine trusts. It speaks HTTP/1.1.
    pub fn client_config(&self) -> Result<Arc<ClientConfig>, CaError> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority()?.certificate.clone()).map_err(CaError::Tls)?;
        if let Ok(machine) = CertificateDer::pem_file_iter(MACHINE_ROOTS) {
            roots.add_parsable_certificates(machine.filter_map(Result::ok));
        }
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("ring speaks the default versions of TLS")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    fn authority(&self) -> Result<&Authority, CaError> {
        if let Some(authority) = self.authority.get() {
            return Ok(authority);
        }
        let _alone = self.opening.lock().expect("opening an authority does not panic");
        if let Some(authority) = self.authority.get() {
            return Ok(authority);
        }
        let authority = Authority::open(&self.folder)?;
        Ok(self.authority.get_or_init(|| authority))
    }
}

impl Authority {
    fn open(folder: &Path) -> Result<Self, CaError> {
        let (key_path, certificate_path) = (folder.join("ca-key.pem"), folder.join("ca.pem"));
        fs::create_dir_all(folder).map_err(|error| CaError::File { path: folder.to_owned(), error })?;
        let key = match read(&key_path)? {
            Some(pem) => KeyPair::from_pem(&pem).map_err(|_| CaError::BadKey { path: key_path })?,
            None => {
                let key = KeyPair::generate()?;
                write_whole(&key_path, key.serialize_pem().as_bytes(), 0o600)?;
                key
            }
        };
        let entropy = Entropy::system();
        let parameters = ca_parameters(&entropy);
        // A key without a certificate is what a crash between the two files leaves.
        let certificate_pem = match read(&certificate_path)? {
            Some(pem) => pem,
            None => {
                let pem = parameters.self_signed(&key)?.pem();
                write_whole(&certificate_path, pem.as_bytes(), 0o644)?;
                pem
            }
        };
        let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes())
            .map_err(|_| CaError::BadCertificate { path: certificate_path })?;
        let issuer = Issuer::new(parameters, key);
        Ok(Self { issuer, certificate_pem, certificate, leaf_key: KeyPair::generate()?, entropy })
    }

    fn mint(&self, name: Option<&str>) -> Result<CertifiedKey, CaError> {
        let mut parameters = CertificateParams::new([name.unwrap_or("localhost").to_owned()])?;
        if name.is_none_or(|name| name == "localhost") {
            let addresses = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            parameters.subject_alt_names.extend(addresses.map(SanType::IpAddress));
        }
        parameters.distinguished_name = named("Maquette");
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.use_authority_key_identifier_extension = true;
        valid_for(&mut parameters, LEAF_VALID_DAYS, &self.entropy);
        let leaf = parameters.signed_by(&self.leaf_key, &self.issuer)?;
        let key = PrivateKeyDer::try_from(self.leaf_key.serialize_der()).expect("rcgen writes keys as PKCS #8");
        CertifiedKey::from_der(vec![leaf.der().clone(), self.certificate.clone()], key, &provider())
            .map_err(CaError::Tls)
    }
}

fn ca_parameters(entropy: &Entropy) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = named(NAME);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid_for(&mut parameters, CA_VALID_DAYS, entropy);
    parameters
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// From yesterday, so that a clock that is a little behind does not matter.
fn valid_for(parameters: &mut CertificateParams, days: i64, entropy: &Entropy) {
    let at = |moment: Timestamp| {
        OffsetDateTime::from_unix_timestamp(moment.secs()).expect("the machine's clock shows a year below 9999")
    };
    let now = machine_now();
    parameters.not_before = at(now.plus_secs(-DAY_SECONDS));
    parameters.not_after = at(now.plus_secs(days * DAY_SECONDS));
    // Said, because one derived from the key would be the same for every name, which browsers refuse.
    let mut serial: [u8; 16] = entropy.bytes();
    serial[0] &= 0x7f;
    parameters.serial_number = Some(SerialNumber::from_slice(&serial));
}

fn machine_now() -> Timestamp {
    Clock::system().now()
}

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(ring::default_provider())).clone()
}

fn read(path: &Path) -> Result<Option<String>, CaError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CaError::File { path: path.to_owned(), error }),
    }
}

/// Written aside and renamed, so that nobody finds half a file.
fn write_whole(path: &Path, content: &[u8], mode: u32) -> Result<(), CaError> {
    let aside = path.with_extension("new");
    let write = || {
        let _ = fs::remove_file(&aside);
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&aside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&aside, path)
    };
    write().map_err(|error| CaError::File { path: path.to_owned(), error })
}

/// Answers every TLS handshake with a certificate for the name it asks for.
pub struct Resolver {
    ca: Arc<Ca>,
    minted: Mutex<HashMap<Option<String>, Minted>>,
}

/// A certificate, and when it was made.
type Minted = (Arc<CertifiedKey>, Timestamp);

impl Resolver {
    fn find(&self, name: Option<&str>) -> Result<Arc<CertifiedKey>, CaError> {
        let (name, now) = (name.map(str::to_ascii_lowercase), machine_now());
        let mut minted = self.minted.lock().expect("minting does not panic");
        if let Some((key, at)) = minted.get(&name)
            && now < at.plus_secs(LEAF_FRESH_DAYS * DAY_SECONDS)
        {
            return Ok(key.clone());
        }
        if minted.len() >= CACHE_NAMES {
            minted.clear();
        }
        let key = Arc::new(self.ca.authority()?.mint(name.as_deref())?);
        minted.insert(name, (key.clone(), now));
        Ok(key)
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.find(hello.server_name())
            .inspect_err(|error| tracing::error!(%error, name = hello.server_name(), "no certificate for a handshake"))
            .ok()
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("ca", &self.ca).finish_non_exhaustive()
    }
}
