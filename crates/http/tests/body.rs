//! Bodies, as whoever reads them sees them.

use bytes::Bytes;
use http_body::Body as _;
use http_io::{Body, BodyError};
use std::io::{Seek, Write};

#[tokio::test]
async fn a_body_whose_writer_stops_early_is_cut() {
    let (sender, body) = Body::channel(4);
    assert!(sender.send(Bytes::from_static(b"half")).await);
    drop(sender);
    assert!(matches!(body.collect(100).await, Err(BodyError::Cut)));
}

#[tokio::test]
async fn a_body_that_is_finished_comes_whole() {
    let (sender, body) = Body::channel(4);
    assert!(sender.send(Bytes::from_static(b"wh")).await && sender.send(Bytes::from_static(b"ole")).await);
    sender.finish().await;
    assert_eq!(body.collect(5).await.unwrap(), "whole");
}

#[tokio::test]
async fn a_writer_learns_that_nobody_reads() {
    let (sender, body) = Body::channel(1);
    drop(body);
    assert!(!sender.send(Bytes::from_static(b"x")).await);
}

#[tokio::test]
async fn no_more_is_collected_than_the_limit() {
    let long = Body::from("six...").collect(5).await;
    assert!(matches!(long, Err(BodyError::TooLarge { limit_bytes: 5 })));
    let (sender, body) = Body::channel(1);
    let writing = async { while sender.send(Bytes::from_static(b"more")).await {} };
    let (long, ()) = tokio::join!(body.collect(5), writing);
    assert!(matches!(long, Err(BodyError::TooLarge { limit_bytes: 5 })));
}

#[tokio::test]
async fn part_of_a_file_is_a_body_that_knows_its_length() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"0123456789").unwrap();
    file.seek(std::io::SeekFrom::Start(3)).unwrap();
    let body = Body::file(tokio::fs::File::from_std(file.try_clone().unwrap()), 4);
    assert_eq!(body.size_hint().exact(), Some(4));
    assert_eq!(body.collect(100).await.unwrap(), "3456");
    file.seek(std::io::SeekFrom::Start(8)).unwrap();
    let short = Body::file(tokio::fs::File::from_std(file), 4).collect(100).await;
    assert!(matches!(short, Err(BodyError::Cut)));
}
