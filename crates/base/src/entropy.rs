//! Chance as an argument: a generator that can be seeded, and whose children do not disturb each other.

use rand_chacha::{
    ChaCha12Rng,
    rand_core::{RngCore, SeedableRng},
};
use std::{fmt, sync::Mutex};

/// A source of random bytes, shared by reference. Ids, salts and codes come from it.
pub struct Entropy(Mutex<ChaCha12Rng>);

impl Entropy {
    /// Seeded by the machine.
    pub fn system() -> Self {
        Self(Mutex::new(ChaCha12Rng::from_os_rng()))
    }
    /// The same seed gives the same bytes.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))
    }
    /// The same, from as much chance as the generator holds: what is drawn can be drawn again.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Mutex::new(ChaCha12Rng::from_seed(seed)))
    }
    /// A generator of its own: what is drawn there changes nothing here.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(Mutex::new(ChaCha12Rng::from_seed(self.bytes())))
    }
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
    pub fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().expect("filling bytes does not panic").fill_bytes(bytes);
    }
    /// A number below `bound` (which is not zero), without bias worth speaking of.
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.bytes()) % bound
    }
    /// `length` characters of `alphabet`.
    pub fn text(&self, alphabet: &str, length: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| letters[self.below(letters.len() as u64) as usize]).collect()
    }
    pub fn hex(&self, length: usize) -> String {
        self.text("0123456789abcdef", length)
    }
    pub fn digits(&self, length: usize) -> String {
        self.text("0123456789", length)
    }
    /// Capital letters and digits, as in IAM's ids and in CloudFormation's generated names.
    pub fn upper(&self, length: usize) -> String {
        self.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", length)
    }
    /// Small letters and digits.
    pub fn lower(&self, length: usize) -> String {
        self.text("abcdefghijklmnopqrstuvwxyz0123456789", length)
    }
    /// A version 4 UUID.
    pub fn uuid(&self) -> String {
        let mut bytes: [u8; 16] = self.bytes();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_does_not_disturb_its_parent() {
        let (one, two) = (Entropy::seeded(7), Entropy::seeded(7));
        let child = one.child();
        child.uuid();
        drop(two.child());
        assert_eq!(one.uuid(), two.uuid());
    }

    #[test]
    fn a_uuid_says_its_version() {
        assert_eq!(&Entropy::seeded(1).uuid()[14..15], "4");
    }
}
