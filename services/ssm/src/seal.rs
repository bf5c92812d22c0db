//! SecureStrings at rest: AES-256-GCM under a key in the data folder, bound to the parameter's ARN.

use base::{Arn, Fault};
use base64::{Engine, prelude::BASE64_STANDARD};
use kernel::{Call, Cloud};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::Mutex,
};

const KEY_FILE: &str = "ssm.key";
const KEY_LENGTH: usize = 32;

/// The data folder's key, read or made when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct Key(Mutex<Option<[u8; KEY_LENGTH]>>);

impl Key {
    fn load(&self, cloud: &Cloud) -> Result<LessSafeKey, Fault> {
        let mut known = self.0.lock().expect("reading a key does not panic");
        let bytes = match *known {
            Some(bytes) => bytes,
            None => *known.insert(read_or_make(cloud)?),
        };
        let key = UnboundKey::new(&AES_256_GCM, &bytes).expect("the key has the length of the algorithm's");
        Ok(LessSafeKey::new(key))
    }

    /// What is stored, and what a reader gets who does not ask for decryption.
    pub(crate) fn seal(&self, cloud: &Cloud, call: &Call, arn: &Arn, value: &str) -> Result<String, Fault> {
        let nonce: [u8; NONCE_LEN] = call.entropy.bytes();
        let mut bytes = value.as_bytes().to_vec();
        self.load(cloud)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(arn.to_string()), &mut bytes)
            .map_err(|_| Fault::internal("a value could not be encrypted"))?;
        Ok(BASE64_STANDARD.encode([&nonce[..], &bytes].concat()))
    }

    pub(crate) fn open(&self, cloud: &Cloud, arn: &Arn, sealed: &str) -> Result<String, Fault> {
        let broken = || Fault::internal("a stored SecureString cannot be decrypted with this data folder's key");
        let bytes = BASE64_STANDARD.decode(sealed).map_err(|_| broken())?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE_LEN>().ok_or_else(broken)?;
        let mut rest = rest.to_vec();
        let opened = self
            .load(cloud)?
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(arn.to_string()), &mut rest)
            .map_err(|_| broken())?;
        String::from_utf8(opened.to_vec()).map_err(|_| broken())
    }
}

fn read_or_make(cloud: &Cloud) -> Result<[u8; KEY_LENGTH], Fault> {
    let folder = &cloud.home().data;
    if folder.as_os_str().is_empty() {
        // A model without a folder keeps nothing beyond its process.
        return Ok(cloud.entropy().bytes());
    }
    let path = folder.join(KEY_FILE);
    match fs::read(&path) {
        Ok(bytes) => bytes.try_into().map_err(|_| Fault::internal(format!("{KEY_FILE} in the data folder is no key"))),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            let bytes = cloud.entropy().bytes();
            make(folder, &bytes)
                .map_err(|why| Fault::internal(format!("{KEY_FILE} could not be written")).caused_by(why))?;
            Ok(bytes)
        }
        Err(why) => Err(Fault::internal(format!("{KEY_FILE} could not be read")).caused_by(why)),
    }
}

/// Durable before the first value is encrypted with it.
fn make(folder: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let aside = folder.join(format!("{KEY_FILE}.new"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&aside, folder.join(KEY_FILE))?;
    fs::File::open(folder)?.sync_all()
}
