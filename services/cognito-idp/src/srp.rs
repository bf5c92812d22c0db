//! The server's side of Cognito's SRP-6a: 3072-bit group, SHA-256, and a session key derived as "Caldera Derived Key".
//!
//! A password is kept only as salt and verifier. The verifier also answers a sign-in that sends the password itself:
//! whoever knows the password can compute it again. Numbers travel as hexadecimal digits in the two's complement
//! fashion of Java: a leading zero byte where the first bit is set. Pure and slow (milliseconds): it is called from
//! outside of transactions.

use hmac::{Hmac, Mac};
use rsa::BigUint;
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// RFC 3526, group 15.
const PRIME: &[u8] = b"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
const INFO: &[u8] = b"Caldera Derived Key\x01";

fn prime() -> &'static BigUint {
    static NUMBER: OnceLock<BigUint> = OnceLock::new();
    NUMBER.get_or_init(|| BigUint::parse_bytes(PRIME, 16).expect("the constant is hexadecimal"))
}

fn generator() -> BigUint {
    BigUint::from(2_u8)
}

/// The bytes of a number as Java writes them.
fn signed(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    if bytes.first().is_none_or(|first| *first >= 0x80) { [&[0], &*bytes].concat() } else { bytes }
}

fn hash(parts: &[&[u8]]) -> BigUint {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    BigUint::from_bytes_be(&hasher.finalize())
}

fn multiplier() -> BigUint {
    hash(&[&signed(prime()), &[2]])
}

/// What is kept of a password. `pool` is the part of the pool's id behind the underscore.
pub(crate) fn verifier(pool: &str, user: &str, password: &str, salt: &[u8]) -> Vec<u8> {
    let identity = Sha256::digest(format!("{pool}{user}:{password}").as_bytes());
    let private = hash(&[&signed(&BigUint::from_bytes_be(salt)), &identity]);
    generator().modpow(&private, prime()).to_bytes_be()
}

/// `B` for the server's secret `b`.
pub(crate) fn server_public(verifier: &[u8], secret: &[u8]) -> Vec<u8> {
    let blinded = multiplier() * BigUint::from_bytes_be(verifier);
    let public = blinded + generator().modpow(&BigUint::from_bytes_be(secret), prime());
    (public % prime()).to_bytes_be()
}

/// The key both sides share, or nothing when the client's `A` is no honest number.
pub(crate) fn session_key(client_public: &str, verifier: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let client = BigUint::parse_bytes(client_public.as_bytes(), 16)?;
    if (&client % prime()) == BigUint::default() {
        return None;
    }
    let server = BigUint::from_bytes_be(&server_public(verifier, secret));
    let scramble = hash(&[&signed(&client), &signed(&server)]);
    let base = client * BigUint::from_bytes_be(verifier).modpow(&scramble, prime());
    let shared = base.modpow(&BigUint::from_bytes_be(secret), prime());
    let extracted = mac(&signed(&scramble), &[&signed(&shared)]);
    Some(mac(&extracted, &[INFO])[..16].to_vec())
}

/// What a client that knows the key sends as its proof.
pub(crate) fn proof(key: &[u8], pool: &str, user: &str, secret_block: &[u8], timestamp: &str) -> Vec<u8> {
    mac(key, &[pool.as_bytes(), user.as_bytes(), secret_block, timestamp.as_bytes()])
}

pub(crate) fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Equal, in a time that does not tell where they differ.
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |found, (a, b)| found | (a ^ b)) == 0
}
