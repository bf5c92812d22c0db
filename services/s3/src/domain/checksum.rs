//! Checksums of objects: computed while a body passes, compared, joined from those of its parts.

use crate::errors;
use api_s3::{ChecksumAlgorithm, ChecksumType};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use crc::{CRC_32_ISCSI, CRC_32_ISO_HDLC, CRC_64_NVME, Crc, Digest as CrcDigest, Table};
use kernel::Outcome;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use shape::ApiError;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    /// What S3 computes when nobody asks for another.
    #[default]
    Crc64nvme,
    Sha1,
    Sha256,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    /// Base64; with `-N` behind it when it is the checksum of N parts' checksums.
    pub(crate) value: String,
    pub(crate) is_composite: bool,
}

/// The five, in the order of the model's members.
pub(crate) const ALL: [Algorithm; 5] =
    [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64nvme, Algorithm::Sha1, Algorithm::Sha256];

impl Algorithm {
    pub(crate) fn of_model(model: ChecksumAlgorithm) -> Outcome<Self> {
        match model {
            ChecksumAlgorithm::Crc32 => Ok(Self::Crc32),
            ChecksumAlgorithm::Crc32c => Ok(Self::Crc32c),
            ChecksumAlgorithm::Crc64nvme => Ok(Self::Crc64nvme),
            ChecksumAlgorithm::Sha1 => Ok(Self::Sha1),
            ChecksumAlgorithm::Sha256 => Ok(Self::Sha256),
            other => Err(ApiError::not_implemented(format_args!("checksum algorithm {other} of s3"))),
        }
    }
    pub(crate) fn to_model(self) -> ChecksumAlgorithm {
        match self {
            Self::Crc32 => ChecksumAlgorithm::Crc32,
            Self::Crc32c => ChecksumAlgorithm::Crc32c,
            Self::Crc64nvme => ChecksumAlgorithm::Crc64nvme,
            Self::Sha1 => ChecksumAlgorithm::Sha1,
            Self::Sha256 => ChecksumAlgorithm::Sha256,
        }
    }
    /// `crc32`, as headers name it.
    pub(crate) fn word(self) -> String {
        self.to_model().as_str().to_ascii_lowercase()
    }
    pub(crate) fn of_header(name: &str) -> Option<Self> {
        let word = name.strip_prefix("x-amz-checksum-")?;
        ALL.into_iter().find(|algorithm| algorithm.word() == word)
    }
    fn length(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
    /// The polynomial, lowest power in the highest bit, and its width.
    fn polynomial(self) -> Option<(u64, u32)> {
        match self {
            Self::Crc32 => Some((0xedb8_8320, 32)),
            Self::Crc32c => Some((0x82f6_3b78, 32)),
            Self::Crc64nvme => Some((0x9a6c_9329_ac4b_c9b5, 64)),
            Self::Sha1 | Self::Sha256 => None,
        }
    }
    /// AWS: only CRCs can be checksums of a whole object that came in parts; CRC64NVME can be nothing else.
    pub(crate) fn check_type(self, is_composite: bool) -> Outcome<()> {
        let is_possible = if is_composite { self != Self::Crc64nvme } else { self.polynomial().is_some() };
        if is_possible {
            return Ok(());
        }
        let kind = if is_composite { "COMPOSITE" } else { "FULL_OBJECT" };
        Err(errors::invalid_request(format!(
            "The {kind} checksum type cannot be used with the {} checksum algorithm.",
            self.word()
        )))
    }
}

impl Checksum {
    pub(crate) fn whole(algorithm: Algorithm, bytes: &[u8]) -> Self {
        Self { algorithm, value: BASE64.encode(bytes), is_composite: false }
    }
    /// The value, if it is of this algorithm: for the model's five members.
    pub(crate) fn of(this: Option<&Self>, algorithm: Algorithm) -> Option<String> {
        this.filter(|checksum| checksum.algorithm == algorithm).map(|checksum| checksum.value.clone())
    }
    pub(crate) fn kind(&self) -> ChecksumType {
        if self.is_composite { ChecksumType::Composite } else { ChecksumType::FullObject }
    }
    /// The digest behind the text.
    fn bytes(&self) -> Vec<u8> {
        BASE64.decode(self.value.split('-').next().unwrap_or_default()).unwrap_or_default()
    }

    /// The checksum of an object from those of its parts and their sizes.
    pub(crate) fn joined(algorithm: Algorithm, is_composite: bool, parts: &[(&Self, u64)]) -> Self {
        if is_composite {
            let mut hasher = Hasher::new(algorithm);
            for (part, _) in parts {
                hasher.update(&part.bytes());
            }
            let value = format!("{}-{}", BASE64.encode(hasher.finish()), parts.len());
            return Self { algorithm, value, is_composite: true };
        }
        let Some((polynomial, width)) = algorithm.polynomial() else {
            unreachable!("an upload with a checksum of the whole object has one that can be joined")
        };
        let number = |part: &Self| part.bytes().iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        let joined = parts.iter().fold(0, |joined, (part, size_bytes)| {
            let shift = power(*size_bytes, polynomial, width);
            multiply(shift, joined, polynomial, width) ^ number(part)
        });
        Self::whole(algorithm, &joined.to_be_bytes()[8 - algorithm.length()..])
    }
}

/// The product of two polynomials over GF(2), modulo a third. The highest bit is the power zero.
fn multiply(left: u64, mut right: u64, polynomial: u64, width: u32) -> u64 {
    let mut product = 0;
    for bit in (0..width).rev() {
        if left >> bit & 1 == 1 {
            product ^= right;
        }
        right = if right & 1 == 1 { (right >> 1) ^ polynomial } else { right >> 1 };
    }
    product
}

/// x to the power of 8 × `bytes`: what so many bytes behind it do to a CRC.
fn power(mut bytes: u64, polynomial: u64, width: u32) -> u64 {
    let mut product = 1 << (width - 1);
    let mut factor = 1 << (width - 9);
    while bytes > 0 {
        if bytes & 1 == 1 {
            product = multiply(product, factor, polynomial, width);
        }
        factor = multiply(factor, factor, polynomial, width);
        bytes >>= 1;
    }
    product
}

static CRC32: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);
static CRC32C: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);
static CRC64NVME: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_NVME);

/// A checksum in the making.
pub(crate) enum Hasher {
    Crc32(CrcDigest<'static, u32, Table<16>>),
    Crc64(CrcDigest<'static, u64, Table<16>>),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc32 => Self::Crc32(CRC32.digest()),
            Algorithm::Crc32c => Self::Crc32(CRC32C.digest()),
            Algorithm::Crc64nvme => Self::Crc64(CRC64NVME.digest()),
            Algorithm::Sha1 => Self::Sha1(Sha1::new()),
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
        }
    }
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc32(digest) => digest.update(bytes),
            Self::Crc64(digest) => digest.update(bytes),
            Self::Sha1(digest) => digest.update(bytes),
            Self::Sha256(digest) => digest.update(bytes),
        }
    }
    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Crc32(digest) => digest.finalize().to_be_bytes().into(),
            Self::Crc64(digest) => digest.finalize().to_be_bytes().into(),
            Self::Sha1(digest) => digest.finalize().to_vec(),
            Self::Sha256(digest) => digest.finalize().to_vec(),
        }
    }
}

/// The one checksum that a request says, of the model's five members in their order.
pub(crate) fn said(values: [Option<String>; 5]) -> Outcome<Option<(Algorithm, String)>> {
    let mut all = ALL.into_iter().zip(values).filter_map(|(algorithm, value)| Some((algorithm, value?)));
    let first = all.next();
    if all.next().is_some() {
        return Err(errors::invalid_request(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        ));
    }
    Ok(first)
}

/// Whether what was said is a checksum at all.
pub(crate) fn check_form(algorithm: Algorithm, value: &str) -> Outcome<()> {
    let is_one = BASE64.decode(value).is_ok_and(|bytes| bytes.len() == algorithm.length());
    if is_one {
        return Ok(());
    }
    Err(errors::invalid_request(format!("Value for x-amz-checksum-{} header is invalid.", algorithm.word())))
}

/// Content-MD5 as bytes.
pub(crate) fn parse_md5(header: &str) -> Outcome<[u8; 16]> {
    let bytes = BASE64.decode(header).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| ApiError::new("InvalidDigest", 400, "The Content-MD5 you specified was invalid."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(algorithm: Algorithm, bytes: &[u8]) -> Checksum {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        Checksum::whole(algorithm, &hasher.finish())
    }

    #[test]
    fn checksums_are_those_of_their_standards() {
        for (algorithm, value) in
            [(Algorithm::Crc32, "y/Q5Jg=="), (Algorithm::Crc32c, "4waSgw=="), (Algorithm::Crc64nvme, "rosUhgp5mIg=")]
        {
            assert_eq!(of(algorithm, b"123456789").value, value, "{algorithm:?}");
        }
    }

    proptest! {
        #[test]
        fn the_crc_of_parts_is_that_of_the_whole(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..5)) {
            let whole = parts.concat();
            for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64nvme] {
                let sums: Vec<_> = parts.iter().map(|part| (of(algorithm, part), part.len() as u64)).collect();
                let borrowed: Vec<_> = sums.iter().map(|(sum, size)| (sum, *size)).collect();
                prop_assert_eq!(Checksum::joined(algorithm, false, &borrowed), of(algorithm, &whole));
            }
        }
    }
}
