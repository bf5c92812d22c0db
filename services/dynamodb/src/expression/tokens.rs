//! The words of an expression.

/// A word, where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword or a function.
    Word,
    Digits,
    /// `#name`
    Name,
    /// `:value`
    Value,
    /// An operator, a bracket, or what no expression contains.
    Symbol,
    End,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + if self.kind == Kind::End { 0 } else { self.text.len() }
    }
    pub(super) fn is(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }
    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }
}

/// All tokens, the end of the text as the last.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = source;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
        let start = source.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            found.push(Token { kind: Kind::End, text: "<EOF>", start });
            return found;
        };
        let (kind, length) = measure(first, rest);
        let (text, behind) = rest.split_at(length);
        found.push(Token { kind, text, start });
        rest = behind;
    }
}

fn measure(first: char, rest: &str) -> (Kind, usize) {
    let run = |skipped: usize, fits: fn(char) -> bool| {
        skipped + rest[skipped..].find(|letter| !fits(letter)).unwrap_or(rest.len() - skipped)
    };
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    match first {
        'a'..='z' | 'A'..='Z' => (Kind::Word, run(0, is_word)),
        '0'..='9' => (Kind::Digits, run(0, |letter| letter.is_ascii_digit())),
        '#' if run(1, is_word) > 1 => (Kind::Name, run(1, is_word)),
        ':' if run(1, is_word) > 1 => (Kind::Value, run(1, is_word)),
        '<' if rest.starts_with("<>") || rest.starts_with("<=") => (Kind::Symbol, 2),
        '>' if rest.starts_with(">=") => (Kind::Symbol, 2),
        other => (Kind::Symbol, other.len_utf8()),
    }
}
