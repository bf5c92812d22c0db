//! AWS's names in Rust's case.

const KEYWORDS: [&str; 18] = [
    "as", "async", "await", "const", "default", "else", "enum", "final", "fn", "for", "if", "in", "match", "mod",
    "override", "ref", "static", "type",
];

/// `SSESpecification` → `sse_specification`, `TableARNs` → `table_arns`.
pub(crate) fn snake(name: &str) -> String {
    let letters: Vec<char> = name
        .replace("ARNs", "Arns")
        .replace("IDs", "Ids")
        .replace("IPs", "Ips")
        .replace("URLs", "Urls")
        .chars()
        .collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            out.push('_');
            continue;
        }
        let previous = at.checked_sub(1).map(|before| letters[before]);
        let next = letters.get(at + 1);
        let starts_word = letter.is_ascii_uppercase()
            && previous.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && next.is_some_and(char::is_ascii_lowercase))
            });
        if starts_word && !out.ends_with('_') {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    if KEYWORDS.contains(&out.as_str()) {
        out.push('_');
    }
    out
}

/// `ALL_OLD` → `AllOld`, `nodejs20.x` → `Nodejs20X`, `s3:ObjectCreated:*` → `S3ObjectCreatedAll`.
pub(super) fn pascal(text: &str) -> String {
    let mut out = String::new();
    for word in text.replace('*', "All").split(|letter: char| !letter.is_ascii_alphanumeric()) {
        let is_shouted = !word.chars().any(|letter| letter.is_ascii_lowercase());
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            out.push(first.to_ascii_uppercase());
            let rest = letters.as_str();
            out.push_str(&if is_shouted { rest.to_ascii_lowercase() } else { rest.to_owned() });
        }
    }
    if out.is_empty() || out.starts_with(|letter: char| letter.is_ascii_digit()) {
        out.insert(0, 'V');
    }
    if out == "Self" { "SelfOnly".into() } else { out }
}

/// A model's shape as an identifier: the first letter is a capital.
pub(super) fn shape(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase()).unwrap_or_default();
    let ident: String = std::iter::once(first)
        .chain(letters)
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect();
    // Lower-case twins (`string` beside `String`) must not collide.
    if name.starts_with(|letter: char| letter.is_ascii_lowercase()) { format!("{ident}_") } else { ident }
}

/// A Rust string literal.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(['\\', '"']) && !text.contains("\"#") && !text.chars().any(char::is_control) {
        if text.contains('"') { format!("r#\"{text}\"#") } else { format!("r\"{text}\"") }
    } else {
        format!("{text:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_rust() {
        for (aws, rust) in [
            ("TableName", "table_name"),
            ("SSESpecification", "sse_specification"),
            ("TableARNs", "table_arns"),
            ("KMSMasterKeyId", "kms_master_key_id"),
            ("ETag", "e_tag"),
            ("SHA256", "sha256"),
            ("type", "type_"),
            ("apiId", "api_id"),
        ] {
            assert_eq!(snake(aws), rust);
        }
        for (aws, rust) in
            [("ALL_OLD", "AllOld"), ("nodejs20.x", "Nodejs20X"), ("s3:Object*", "S3ObjectAll"), ("2012", "V2012")]
        {
            assert_eq!(pascal(aws), rust);
        }
    }
}
