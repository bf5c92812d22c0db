//! AWS's own managed policies, as far as they are commonly attached: `managed.json`.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, sync::OnceLock};

/// Behind `arn:aws:iam::aws:policy/`.
const START: &str = "arn:aws:iam::aws:policy";

pub(crate) struct AwsPolicy {
    pub(crate) arn: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) text: String,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    path: Option<String>,
    document: Box<RawValue>,
}

/// By ARN.
pub(crate) fn all() -> &'static BTreeMap<String, AwsPolicy> {
    static ALL: OnceLock<BTreeMap<String, AwsPolicy>> = OnceLock::new();
    ALL.get_or_init(|| {
        let entries: BTreeMap<String, Entry> =
            serde_json::from_str(include_str!("managed.json")).expect("a test reads managed.json");
        entries.into_iter().map(|(name, entry)| policy(name, entry)).collect()
    })
}

pub(crate) fn find(arn: &str) -> Option<&'static AwsPolicy> {
    all().get(arn)
}

/// Whether an ARN is one of AWS's, known here or not.
pub(crate) fn is_aws(arn: &str) -> bool {
    arn.starts_with(START)
}

fn policy(name: String, entry: Entry) -> (String, AwsPolicy) {
    let path = entry.path.unwrap_or_else(|| "/".into());
    let arn = format!("{START}{path}{name}");
    let text = entry.document.get().to_owned();
    (arn.clone(), AwsPolicy { arn, id: id(&name), path, name, text })
}

/// An id that is always the same for a name. AWS's own are not published.
fn id(name: &str) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    let letters = (0..17).map(|at| char::from(LETTERS[(seed >> (at * 5) & 31) as usize]));
    letters.fold("ANPA".to_owned(), |mut id, letter| {
        id.push(letter);
        id
    })
}
