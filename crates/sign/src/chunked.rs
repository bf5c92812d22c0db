//! The `aws-chunked` bodies of S3: chunks that each say their length and may carry a signature, then trailers.
//!
//! The decoder is pushed: bytes in, events out. It keeps a line at most; data goes on as it comes. So data is handed
//! out *before* its chunk's signature is checked, and what it becomes must not be seen by anyone before
//! [`Event::End`].

use crate::{
    error::Answer,
    key::{Scope, SigningKey, sha256_hex},
};
use base::Timestamp;
use bytes::{Buf, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use std::fmt;

/// The longest line: room for a chunk's size and signature, or for one trailer.
const MAX_LINE_BYTES: usize = 8 * 1024;
/// The most that all trailers take.
const MAX_TRAILER_BYTES: usize = 16 * 1024;
/// AWS: every chunk but the last holds at least this (S3's user guide on chunked uploads).
const MIN_CHUNK_BYTES: u64 = 8 * 1024;
const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// What a body turns out to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Some bytes of the object. Their signature may still turn out to be wrong.
    Data(Bytes),
    /// The trailers, verified if the body is signed. At most once, and only if there are any.
    Trailer(HeaderMap),
    /// All of it came, and every signature was right.
    End,
}

/// Why a chunked body is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkError {
    /// The framing is broken; the text says where.
    Malformed(&'static str),
    MalformedTrailer,
    /// The signature of a chunk, or of the trailers, is another than ours.
    BadSignature,
    /// A chunk below 8 KiB that is not the last.
    TooSmall,
    /// The data is longer or shorter than `x-amz-decoded-content-length` says.
    WrongLength {
        expected: u64,
        received: u64,
    },
    /// The body ended early.
    Incomplete,
}

impl ChunkError {
    /// The refusal as S3 words it.
    pub fn answer(&self) -> Answer {
        let (status, code, message) = match self {
            Self::Malformed(what) => (400, "InvalidRequest", format!("The chunked body is malformed: {what}.")),
            Self::MalformedTrailer => (
                400,
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform to our published \
                 schema."
                    .to_owned(),
            ),
            Self::BadSignature => (
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and \
                 signing method."
                    .to_owned(),
            ),
            Self::TooSmall => (
                403,
                "InvalidChunkSizeError",
                "Only the last chunk is allowed to have a size less than 8192 bytes".to_owned(),
            ),
            Self::WrongLength { .. } | Self::Incomplete => {
                (400, "IncompleteBody", "The request body terminated unexpectedly".to_owned())
            }
        };
        Answer { status, code, message, fields: Vec::new() }
    }
}

impl fmt::Display for ChunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.answer().message)
    }
}

impl std::error::Error for ChunkError {}

/// The chain of signatures through a streamed body: each covers the one before it.
#[derive(Clone)]
pub struct ChunkChain {
    key: SigningKey,
    signed_at: Timestamp,
    scope: Scope,
    previous: String,
}

impl ChunkChain {
    pub(crate) fn new(key: SigningKey, signed_at: Timestamp, scope: Scope, seed: String) -> Self {
        Self { key, signed_at, scope, previous: seed }
    }

    /// Signs the next chunk; the last is empty.
    pub fn sign(&mut self, data: &[u8]) -> String {
        self.previous = self.key.sign(&self.chunk_text(&sha256_hex(data)));
        self.previous.clone()
    }

    /// Signs the trailers, each a line `name:value` that ends in a line feed.
    pub fn sign_trailer(&mut self, lines: &str) -> String {
        self.previous = self.key.sign(&self.trailer_text(lines));
        self.previous.clone()
    }

    fn chunk_text(&self, hash: &str) -> String {
        let kind = format!("PAYLOAD\n{}\n{}", self.signed_at.basic(), self.scope);
        format!("AWS4-HMAC-SHA256-{kind}\n{}\n{}\n{hash}", self.previous, sha256_hex(b""))
    }

    fn trailer_text(&self, lines: &str) -> String {
        let kind = format!("TRAILER\n{}\n{}", self.signed_at.basic(), self.scope);
        format!("AWS4-HMAC-SHA256-{kind}\n{}\n{}", self.previous, sha256_hex(lines.as_bytes()))
    }

    fn verify(&mut self, text: &str, signature: &str) -> Result<(), ChunkError> {
        if !self.key.verify(text, signature) {
            return Err(ChunkError::BadSignature);
        }
        self.previous = signature.to_owned();
        Ok(())
    }
}

impl fmt::Debug for ChunkChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkChain").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// Takes an `aws-chunked` body apart.
#[derive(Debug)]
pub struct Decoder {
    /// `None`: chunks carry no signatures.
    chain: Option<ChunkChain>,
    expected_bytes: Option<u64>,
    received_bytes: u64,
    line: Vec<u8>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Before the line that opens a chunk. `after_small`: the chunk before it was small, so this must be the last.
    Opening {
        after_small: bool,
    },
    /// Inside the data of a chunk.
    Data {
        size: u64,
        left: u64,
        signature: String,
        hash: Sha256,
    },
    /// Before the line end that closes the data of a chunk.
    Closing {
        size: u64,
    },
    /// After the empty chunk.
    Trailers(Trailers),
    Done,
    /// Refused once, refused for good.
    Failed(ChunkError),
}

#[derive(Debug, Default)]
struct Trailers {
    headers: HeaderMap,
    /// What the signature covers: `name:value` and a line feed each.
    lines: String,
    taken_bytes: usize,
    is_verified: bool,
}

impl Decoder {
    pub(crate) fn signed(chain: ChunkChain) -> Self {
        Self::of(Some(chain))
    }
    /// For `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
    pub fn unsigned() -> Self {
        Self::of(None)
    }
    fn of(chain: Option<ChunkChain>) -> Self {
        let state = State::Opening { after_small: false };
        Self { chain, expected_bytes: None, received_bytes: 0, line: Vec::new(), state }
    }
    /// The object has this many bytes, as `x-amz-decoded-content-length` says.
    #[must_use]
    pub fn expecting(mut self, bytes: u64) -> Self {
        self.expected_bytes = Some(bytes);
        self
    }

    /// Takes the next bytes of the body.
    pub fn feed(&mut self, mut bytes: Bytes) -> Result<Vec<Event>, ChunkError> {
        let mut events = Vec::new();
        while !bytes.is_empty() {
            if let Err(error) = self.step(&mut bytes, &mut events) {
                self.state = State::Failed(error);
                return Err(error);
            }
        }
        Ok(events)
    }

    /// The body has no more bytes.
    pub fn finish(&self) -> Result<(), ChunkError> {
        match self.state {
            State::Done => Ok(()),
            State::Failed(error) => Err(error),
            _ => Err(ChunkError::Incomplete),
        }
    }

    fn step(&mut self, bytes: &mut Bytes, events: &mut Vec<Event>) -> Result<(), ChunkError> {
        if let State::Data { .. } = self.state {
            events.push(Event::Data(self.take_data(bytes)?));
            return Ok(());
        }
        match self.state {
            State::Done => return Err(ChunkError::Malformed("there are bytes after its end")),
            State::Failed(error) => return Err(error),
            _ => {}
        }
        let Some(line) = self.take_line(bytes)? else { return Ok(()) };
        match std::mem::replace(&mut self.state, State::Done) {
            State::Opening { after_small } => self.state = self.open(&line, after_small)?,
            State::Closing { size } if line.is_empty() => {
                self.state = State::Opening { after_small: size < MIN_CHUNK_BYTES };
            }
            State::Trailers(trailers) => self.trailer(trailers, &line, events)?,
            _ => return Err(ChunkError::Malformed("a chunk is longer than it says")),
        }
        Ok(())
    }

    /// Bytes up to the next line feed, without the line end; `None` while the line is not whole.
    fn take_line(&mut self, bytes: &mut Bytes) -> Result<Option<String>, ChunkError> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let taken = bytes.split_to(end.unwrap_or(bytes.len()));
        if self.line.len() + taken.len() > MAX_LINE_BYTES {
            return Err(ChunkError::Malformed("a line is too long"));
        }
        self.line.extend_from_slice(&taken);
        if end.is_none() {
            return Ok(None);
        }
        bytes.advance(1);
        let mut line = std::mem::take(&mut self.line);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        String::from_utf8(line).map(Some).map_err(|_| ChunkError::Malformed("a line is not text"))
    }

    fn open(&mut self, line: &str, after_small: bool) -> Result<State, ChunkError> {
        let (size, extension) = line.split_once(';').map_or((line, None), |(size, rest)| (size, Some(rest)));
        if size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ChunkError::Malformed("a chunk does not begin with its size"));
        }
        let size = u64::from_str_radix(size, 16).map_err(|_| ChunkError::Malformed("a chunk is too large"))?;
        let signature = extension.and_then(|extension| extension.strip_prefix("chunk-signature=")).unwrap_or_default();
        if self.chain.is_some() && signature.is_empty() {
            return Err(ChunkError::Malformed("a chunk has no signature"));
        }
        if size == 0 {
            self.verify_chunk(signature, Sha256::new())?;
            self.check_length()?;
            return Ok(State::Trailers(Trailers::default()));
        }
        if after_small {
            return Err(ChunkError::TooSmall);
        }
        let received = self.received_bytes.saturating_add(size);
        if let Some(expected) = self.expected_bytes.filter(|expected| received > *expected) {
            return Err(ChunkError::WrongLength { expected, received });
        }
        Ok(State::Data { size, left: size, signature: signature.to_owned(), hash: Sha256::new() })
    }

    fn take_data(&mut self, bytes: &mut Bytes) -> Result<Bytes, ChunkError> {
        let State::Data { size, left, signature, hash } = &mut self.state else {
            unreachable!("asked inside the data of a chunk only")
        };
        let length = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
        let taken = bytes.split_to(length);
        *left -= length as u64;
        self.received_bytes += length as u64;
        if self.chain.is_some() {
            hash.update(&taken);
        }
        if *left == 0 {
            let (size, signature, hash) = (*size, std::mem::take(signature), std::mem::take(hash));
            self.verify_chunk(&signature, hash)?;
            self.state = State::Closing { size };
        }
        Ok(taken)
    }

    fn verify_chunk(&mut self, signature: &str, hash: Sha256) -> Result<(), ChunkError> {
        let Some(chain) = &mut self.chain else { return Ok(()) };
        let text = chain.chunk_text(&hex::encode(hash.finalize()));
        chain.verify(&text, signature)
    }

    fn check_length(&self) -> Result<(), ChunkError> {
        match self.expected_bytes {
            Some(expected) if expected != self.received_bytes => {
                Err(ChunkError::WrongLength { expected, received: self.received_bytes })
            }
            _ => Ok(()),
        }
    }

    fn trailer(&mut self, mut trailers: Trailers, line: &str, events: &mut Vec<Event>) -> Result<(), ChunkError> {
        trailers.taken_bytes += line.len() + 1;
        if trailers.taken_bytes > MAX_TRAILER_BYTES {
            return Err(ChunkError::MalformedTrailer);
        }
        let needs_signature = self.chain.is_some() && !trailers.lines.is_empty() && !trailers.is_verified;
        if line.is_empty() {
            // AWS: S3's own example has an empty line between the trailers and their signature.
            if needs_signature {
                self.state = State::Trailers(trailers);
                return Ok(());
            }
            if !trailers.headers.is_empty() {
                events.push(Event::Trailer(trailers.headers));
            }
            events.push(Event::End);
            return Ok(());
        }
        let (name, value) = line.split_once(':').ok_or(ChunkError::MalformedTrailer)?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        if trailers.is_verified {
            return Err(ChunkError::MalformedTrailer);
        }
        match &mut self.chain {
            Some(chain) if name == TRAILER_SIGNATURE => {
                let text = chain.trailer_text(&trailers.lines);
                chain.verify(&text, value)?;
                trailers.is_verified = true;
            }
            _ => {
                trailers.lines.push_str(&format!("{name}:{value}\n"));
                let name = HeaderName::try_from(name).map_err(|_| ChunkError::MalformedTrailer)?;
                let value = HeaderValue::try_from(value).map_err(|_| ChunkError::MalformedTrailer)?;
                trailers.headers.append(name, value);
            }
        }
        self.state = State::Trailers(trailers);
        Ok(())
    }
}
