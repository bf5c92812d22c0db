//! Items as bytes: how rows hold them. A tag per value, lengths and numbers in groups of seven bits.

use super::{Item, Number, Value};
use kernel::Record;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use shape::Bytes;
use std::{collections::BTreeMap, fmt};

impl Record for Item {}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(128);
        put_map(&mut bytes, self);
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(ItemBytes)
    }
}

struct ItemBytes;

impl de::Visitor<'_> for ItemBytes {
    type Value = Item;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes of an item")
    }
    fn visit_bytes<E: de::Error>(self, mut bytes: &[u8]) -> Result<Item, E> {
        let map = take_map(&mut bytes).filter(|_| bytes.is_empty());
        map.map(Item).ok_or_else(|| E::custom("the bytes are not those of an item"))
    }
}

const S: u8 = 0;
const N: u8 = 1;
const B: u8 = 2;
const FALSE: u8 = 3;
const TRUE: u8 = 4;
const NULL: u8 = 5;
const M: u8 = 6;
const L: u8 = 7;
const SS: u8 = 8;
const NS: u8 = 9;
const BS: u8 = 10;

fn put_value(into: &mut Vec<u8>, value: &Value) {
    match value {
        Value::S(text) => {
            into.push(S);
            put_bytes(into, text.as_bytes());
        }
        Value::N(number) => {
            into.push(N);
            put_number(into, *number);
        }
        Value::B(bytes) => {
            into.push(B);
            put_bytes(into, bytes);
        }
        Value::Bool(is) => into.push(if *is { TRUE } else { FALSE }),
        Value::Null => into.push(NULL),
        Value::M(map) => {
            into.push(M);
            put_map(into, map);
        }
        Value::L(list) => {
            into.push(L);
            put_length(into, list.len());
            list.iter().for_each(|value| put_value(into, value));
        }
        Value::Ss(set) => {
            into.push(SS);
            put_length(into, set.len());
            set.iter().for_each(|text| put_bytes(into, text.as_bytes()));
        }
        Value::Ns(set) => {
            into.push(NS);
            put_length(into, set.len());
            set.iter().for_each(|number| put_number(into, *number));
        }
        Value::Bs(set) => {
            into.push(BS);
            put_length(into, set.len());
            set.iter().for_each(|bytes| put_bytes(into, bytes));
        }
    }
}

fn put_map(into: &mut Vec<u8>, map: &BTreeMap<String, Value>) {
    put_length(into, map.len());
    for (name, value) in map {
        put_bytes(into, name.as_bytes());
        put_value(into, value);
    }
}

fn put_bytes(into: &mut Vec<u8>, bytes: &[u8]) {
    put_length(into, bytes.len());
    into.extend_from_slice(bytes);
}

fn put_number(into: &mut Vec<u8>, number: Number) {
    let (coefficient, exponent) = number.parts();
    into.extend_from_slice(&exponent.to_be_bytes());
    // The sign in the lowest bit, so that small numbers are short.
    put_groups(into, ((coefficient << 1) ^ (coefficient >> 127)).cast_unsigned());
}

fn put_length(into: &mut Vec<u8>, length: usize) {
    put_groups(into, length as u128);
}

fn put_groups(into: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        into.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    into.push(number.to_le_bytes()[0]);
}

fn take_value(from: &mut &[u8]) -> Option<Value> {
    let (tag, rest) = from.split_first()?;
    *from = rest;
    Some(match *tag {
        S => Value::S(take_text(from)?),
        N => Value::N(take_number(from)?),
        B => Value::B(Bytes::copy_from_slice(take_bytes(from)?)),
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        NULL => Value::Null,
        M => Value::M(take_map(from)?),
        L => Value::L((0..take_length(from)?).map(|_| take_value(from)).collect::<Option<_>>()?),
        SS => Value::Ss((0..take_length(from)?).map(|_| take_text(from)).collect::<Option<_>>()?),
        NS => Value::Ns((0..take_length(from)?).map(|_| take_number(from)).collect::<Option<_>>()?),
        BS => {
            let count = take_length(from)?;
            Value::Bs((0..count).map(|_| take_bytes(from).map(Bytes::copy_from_slice)).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

fn take_map(from: &mut &[u8]) -> Option<BTreeMap<String, Value>> {
    let count = take_length(from)?;
    (0..count).map(|_| Some((take_text(from)?, take_value(from)?))).collect()
}

fn take_text(from: &mut &[u8]) -> Option<String> {
    String::from_utf8(take_bytes(from)?.to_vec()).ok()
}

fn take_bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take_length(from)?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

fn take_number(from: &mut &[u8]) -> Option<Number> {
    let (exponent, rest) = from.split_first_chunk()?;
    *from = rest;
    let folded = take_groups(from)?.cast_signed();
    // The shift of the bits without their sign, so that the lowest one can be folded back.
    let coefficient = (folded.cast_unsigned() >> 1).cast_signed() ^ -(folded & 1);
    Some(Number::from_parts(coefficient, i16::from_be_bytes(*exponent)))
}

fn take_length(from: &mut &[u8]) -> Option<usize> {
    usize::try_from(take_groups(from)?).ok()
}

fn take_groups(from: &mut &[u8]) -> Option<u128> {
    let mut number = 0_u128;
    for shift in (0..u128::BITS).step_by(7) {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        number |= u128::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
