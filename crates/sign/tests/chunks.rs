//! Streamed bodies: the examples of S3's user guide, what we sign ourselves, and what is refused.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail with them")]

use base::Timestamp;
use bytes::Bytes;
use http::{HeaderMap, Request, request::Parts};
use proptest::prelude::*;
use sign::{ChunkError, Credentials, Decoder, Event, Payload, PayloadHash, Secret, Signer, parse};

fn credentials() -> Credentials {
    Credentials {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
        secret: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        session_token: None,
    }
}

fn now() -> Timestamp {
    Timestamp::parse_basic("20130524T000000Z").unwrap()
}

/// A verified upload, and the decoder of its body.
fn upload(headers: &[(&str, &str)]) -> (Decoder, String) {
    let mut request = Request::put("https://s3.amazonaws.com/examplebucket/chunkObject.txt");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut parts: Parts = request.body(()).unwrap().into_parts().0;
    let payload = parts.headers["x-amz-content-sha256"].to_str().unwrap().to_owned();
    let credentials = credentials();
    let signer = Signer { credentials: &credentials, region: "us-east-1", service: "s3" };
    let seed = signer.sign(&mut parts, &payload, now()).unwrap();
    let presented = parse(&parts).unwrap().unwrap();
    presented.verify(&credentials.secret, &parts, PayloadHash::Declared, now()).unwrap();
    assert!(matches!(Payload::of(&parts.headers), Ok(Payload::Streaming { is_signed: true, .. })));
    (presented.chunks(&credentials.secret), seed)
}

fn decode(decoder: &mut Decoder, body: &[u8], piece: usize) -> Result<(Vec<u8>, Option<HeaderMap>), ChunkError> {
    let (mut data, mut trailer, mut ended) = (Vec::new(), None, false);
    for bytes in body.chunks(piece) {
        for event in decoder.feed(Bytes::copy_from_slice(bytes))? {
            match event {
                Event::Data(bytes) => data.extend_from_slice(&bytes),
                Event::Trailer(headers) => trailer = Some(headers),
                Event::End => ended = true,
            }
        }
    }
    decoder.finish()?;
    assert!(ended);
    Ok((data, trailer))
}

/// 65 KiB of `a` in the two chunks of the guide's examples, then the empty one.
fn guide_body(signatures: [&str; 3]) -> Vec<u8> {
    let mut body = Vec::new();
    for (size, signature) in [65_536, 1_024, 0].into_iter().zip(signatures) {
        body.extend_from_slice(format!("{size:x};chunk-signature={signature}\r\n").as_bytes());
        body.resize(body.len() + size, b'a');
        if size > 0 {
            body.extend_from_slice(b"\r\n");
        }
    }
    body
}

#[test]
fn the_guides_chunked_upload_verifies() {
    let (mut decoder, seed) = upload(&[
        ("content-encoding", "aws-chunked"),
        ("content-length", "66824"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("x-amz-decoded-content-length", "66560"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    ]);
    assert_eq!(seed, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
    let mut body = guide_body([
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ]);
    body.extend_from_slice(b"\r\n");
    assert_eq!(body.len(), 66_824);
    assert_eq!(decode(&mut decoder, &body, 1000), Ok((vec![b'a'; 66_560], None)));
}

#[test]
fn the_guides_upload_with_a_trailer_verifies() {
    let (mut decoder, seed) = upload(&[
        ("content-encoding", "aws-chunked"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
        ("x-amz-decoded-content-length", "66560"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("x-amz-trailer", "x-amz-checksum-crc32c"),
    ]);
    assert_eq!(seed, "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
    let mut body = guide_body([
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ]);
    body.extend_from_slice(b"x-amz-checksum-crc32c:sOO8/Q==\n\r\n");
    let signature = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";
    body.extend_from_slice(format!("x-amz-trailer-signature:{signature}\r\n\r\n").as_bytes());
    let (data, trailer) = decode(&mut decoder, &body, 7).unwrap();
    assert_eq!((data.len(), &trailer.unwrap()["x-amz-checksum-crc32c"]), (66_560, &"sOO8/Q==".parse().unwrap()));
}

/// Signs `chunks` as a client does, with a signed trailer.
fn signed_body(chunks: &[Vec<u8>]) -> (Decoder, Vec<u8>) {
    let (decoder, seed) = upload(&[("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")]);
    let credentials = credentials();
    let signer = Signer { credentials: &credentials, region: "us-east-1", service: "s3" };
    let mut chain = signer.chunks(seed, now());
    let mut body = Vec::new();
    for chunk in chunks.iter().filter(|chunk| !chunk.is_empty()) {
        body.extend_from_slice(format!("{:x};chunk-signature={}\r\n", chunk.len(), chain.sign(chunk)).as_bytes());
        body.extend_from_slice(chunk);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("0;chunk-signature={}\r\n", chain.sign(b"")).as_bytes());
    let lines = "x-amz-checksum-crc32:AAAAAA==\n";
    let signature = chain.sign_trailer(lines);
    body.extend_from_slice(
        format!("x-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:{signature}\r\n\r\n").as_bytes(),
    );
    (decoder, body)
}

#[test]
fn unsigned_chunks_carry_their_trailer() {
    let body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    let (data, trailer) = decode(&mut Decoder::unsigned().expecting(5), body, 3).unwrap();
    assert_eq!(
        (data.as_slice(), &trailer.unwrap()["x-amz-checksum-crc32"]),
        (&b"hello"[..], &"NhCmhg==".parse().unwrap())
    );
}

#[test]
fn a_body_that_ends_early_is_incomplete() {
    let body = b"5\r\nhello\r\n0\r\n";
    assert_eq!(decode(&mut Decoder::unsigned(), body, 3), Err(ChunkError::Incomplete));
}

#[test]
fn a_body_of_another_length_than_declared_is_refused() {
    let body = b"5\r\nhello\r\n0\r\n\r\n";
    let refused = |expected| Err(ChunkError::WrongLength { expected, received: 5 });
    assert_eq!(decode(&mut Decoder::unsigned().expecting(4), body, 3), refused(4));
    assert_eq!(decode(&mut Decoder::unsigned().expecting(6), body, 3), refused(6));
}

#[test]
fn only_the_last_chunk_may_be_small() {
    let body = b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n";
    assert_eq!(decode(&mut Decoder::unsigned(), body, 3), Err(ChunkError::TooSmall));
}

#[test]
fn an_endless_line_is_refused_before_it_is_kept() {
    let mut decoder = Decoder::unsigned();
    let answers: Vec<_> = (0..100).map(|_| decoder.feed(Bytes::from_static(&[b'1'; 1024])).err()).collect();
    assert_eq!(answers[99], Some(ChunkError::Malformed("a line is too long")));
    assert!(answers[..8].iter().all(Option::is_none));
}

/// What chunked bodies are made of.
const FRAGMENTS: &[&[u8]] = &[
    b"0",
    b"5",
    b"\r\n",
    b"hello",
    b";chunk-signature=",
    b"a:b",
    b"\xff",
    b"ffffffffffffffff",
    b"x-amz-trailer-signature:00",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_signed_body_comes_out_whole_however_it_is_cut(size in 0usize..20_000, piece in 1usize..5_000) {
        let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        let chunks: Vec<Vec<u8>> = content.chunks(8192).map(<[u8]>::to_vec).collect();
        let (mut decoder, body) = signed_body(&chunks);
        let (data, trailer) = decode(&mut decoder, &body, piece).unwrap();
        prop_assert!(data == content && trailer.is_some());
    }

    #[test]
    fn no_byte_of_a_signed_body_can_be_changed(size in 1usize..9_000, place in any::<prop::sample::Index>()) {
        let content: Vec<u8> = vec![b'q'; size];
        let chunks: Vec<Vec<u8>> = content.chunks(8192).map(<[u8]>::to_vec).collect();
        let (mut decoder, mut body) = signed_body(&chunks);
        let place = place.index(body.len());
        body[place] ^= 0x10;
        // A line end, or the spelling of a name, may change without a change of meaning; the content may not.
        if let Ok((data, _)) = decode(&mut decoder, &body, 4096) {
            prop_assert_eq!(data, content);
        }
    }

    #[test]
    fn no_body_panics(body in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..20), piece in 1usize..9) {
        let _ = decode(&mut Decoder::unsigned(), &body.concat(), piece);
        let (mut signed, _) = upload(&[("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")]);
        let _ = decode(&mut signed, &body.concat(), piece);
    }
}
