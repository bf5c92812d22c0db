//! Keys as bytes whose order is the order of what they stand for.
//!
//! Each part says itself where it ends, so the bytes of a tuple are those of its parts in a row, and the bytes of its
//! first parts are a prefix of all tuples that begin with them. Text and bytes end in `00 00` and write a zero of their
//! own as `00 ff`; numbers have a fixed width, big end first, the sign turned over.

use base::Timestamp;

const END: [u8; 2] = [0, 0];
const ZERO: [u8; 2] = [0, 0xff];

/// A part of a key, or a whole one. References and slices stand for what they own, so that one can look up a
/// `(String, u64)` with a `(&str, u64)`.
pub trait KeyPart {
    type Owned;
    fn encode(&self, into: &mut Vec<u8>);
    /// Takes its bytes off the front of `from`. None: these are not the bytes of such a part.
    fn decode(from: &mut &[u8]) -> Option<Self::Owned>;
}

/// The first parts of a `K`: `()` for none, `(a,)`, `(a, b)`, `(a, b, c)`.
pub trait KeyPrefix<K> {
    fn encode_prefix(&self, into: &mut Vec<u8>);
}

impl<T: KeyPart + ?Sized> KeyPart for &T {
    type Owned = T::Owned;
    fn encode(&self, into: &mut Vec<u8>) {
        T::encode(self, into);
    }
    fn decode(from: &mut &[u8]) -> Option<Self::Owned> {
        T::decode(from)
    }
}

impl KeyPart for [u8] {
    type Owned = Vec<u8>;
    fn encode(&self, into: &mut Vec<u8>) {
        for byte in self {
            match byte {
                0 => into.extend(ZERO),
                byte => into.push(*byte),
            }
        }
        into.extend(END);
    }
    fn decode(from: &mut &[u8]) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let zero = from.iter().position(|byte| *byte == 0)?;
            bytes.extend_from_slice(&from[..zero]);
            let mark = from.get(zero..zero + 2)?;
            *from = &from[zero + 2..];
            match mark {
                mark if mark == END => return Some(bytes),
                mark if mark == ZERO => bytes.push(0),
                _ => return None,
            }
        }
    }
}

impl KeyPart for str {
    type Owned = String;
    fn encode(&self, into: &mut Vec<u8>) {
        self.as_bytes().encode(into);
    }
    fn decode(from: &mut &[u8]) -> Option<String> {
        String::from_utf8(<[u8]>::decode(from)?).ok()
    }
}

impl KeyPart for Vec<u8> {
    type Owned = Self;
    fn encode(&self, into: &mut Vec<u8>) {
        self.as_slice().encode(into);
    }
    fn decode(from: &mut &[u8]) -> Option<Self> {
        <[u8]>::decode(from)
    }
}

impl KeyPart for String {
    type Owned = Self;
    fn encode(&self, into: &mut Vec<u8>) {
        self.as_str().encode(into);
    }
    fn decode(from: &mut &[u8]) -> Option<Self> {
        str::decode(from)
    }
}

impl KeyPart for u64 {
    type Owned = Self;
    fn encode(&self, into: &mut Vec<u8>) {
        into.extend(self.to_be_bytes());
    }
    fn decode(from: &mut &[u8]) -> Option<Self> {
        let (bytes, rest) = from.split_first_chunk()?;
        *from = rest;
        Some(Self::from_be_bytes(*bytes))
    }
}

impl KeyPart for i64 {
    type Owned = Self;
    fn encode(&self, into: &mut Vec<u8>) {
        (self.cast_unsigned() ^ (1 << 63)).encode(into);
    }
    fn decode(from: &mut &[u8]) -> Option<Self> {
        Some((u64::decode(from)? ^ (1 << 63)).cast_signed())
    }
}

impl KeyPart for Timestamp {
    type Owned = Self;
    fn encode(&self, into: &mut Vec<u8>) {
        self.millis().encode(into);
    }
    fn decode(from: &mut &[u8]) -> Option<Self> {
        i64::decode(from).map(Self::from_millis)
    }
}

/// For the one row of its kind in a scope.
impl KeyPart for () {
    type Owned = Self;
    fn encode(&self, _into: &mut Vec<u8>) {}
    fn decode(_from: &mut &[u8]) -> Option<Self> {
        Some(())
    }
}

macro_rules! tuple {
    ($($part:ident $index:tt),+) => {
        impl<$($part: KeyPart),+> KeyPart for ($($part,)+) {
            type Owned = ($($part::Owned,)+);
            fn encode(&self, into: &mut Vec<u8>) {
                $(self.$index.encode(into);)+
            }
            fn decode(from: &mut &[u8]) -> Option<Self::Owned> {
                Some(($($part::decode(from)?,)+))
            }
        }
    };
}
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);

impl<K> KeyPrefix<K> for () {
    fn encode_prefix(&self, _into: &mut Vec<u8>) {}
}

macro_rules! prefix {
    ($($part:ident $index:tt),+ => $($rest:ident),+) => {
        impl<$($part: KeyPart,)+ $($rest),+> KeyPrefix<($($part::Owned,)+ $($rest,)+)> for ($($part,)+) {
            fn encode_prefix(&self, into: &mut Vec<u8>) {
                $(self.$index.encode(into);)+
            }
        }
    };
}
prefix!(A 0 => B);
prefix!(A 0 => B, C);
prefix!(A 0 => B, C, D);
prefix!(A 0, B 1 => C);
prefix!(A 0, B 1 => C, D);
prefix!(A 0, B 1, C 2 => D);
