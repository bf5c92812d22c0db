//! Blobs as those who keep objects see them.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base::Entropy;
use blob::{Blob, BlobId, Blobs};
use std::{fs, path::Path, time::Duration};

fn blobs(folder: &Path) -> Blobs {
    Blobs::open(folder, Entropy::system()).unwrap()
}

async fn write(blobs: &Blobs, bytes: &[u8]) -> Blob {
    let mut writer = blobs.writer();
    for piece in bytes.chunks(100_003) {
        writer.write(piece).await.unwrap();
    }
    writer.finish().await.unwrap()
}

async fn read(blobs: &Blobs, id: &BlobId, range: std::ops::Range<u64>) -> Vec<u8> {
    blobs.find(id, range).await.unwrap().unwrap().read_to_end().await.unwrap()
}

fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index % 251) as u8).collect()
}

fn files_below(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

#[tokio::test]
async fn a_blob_comes_back_whole_and_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = blobs(folder.path());
    let bytes = pattern(1_000_000);
    let blob = write(&blobs, &bytes).await;
    assert_eq!(blob.size_bytes, 1_000_000);
    assert_eq!(read(&blobs, &blob.id, 0..u64::MAX).await, bytes);
    assert_eq!(read(&blobs, &blob.id, 262_100..600_000).await, bytes[262_100..600_000]);
    assert_eq!(read(&blobs, &blob.id, 2_000_000..3_000_000).await, []);
}

#[tokio::test]
async fn a_blob_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let blob = write(&blobs(folder.path()), b"kept").await;
    assert_eq!(read(&blobs(folder.path()), &blob.id, 0..4).await, b"kept");
}

#[tokio::test]
async fn its_hashes_are_those_of_its_bytes() {
    let blobs = Blobs::ephemeral(Entropy::system()).unwrap();
    let blob = write(&blobs, b"abc").await;
    assert_eq!(hex::encode(blob.md5), "900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(hex::encode(blob.sha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let empty = write(&blobs, b"").await;
    assert_eq!((empty.size_bytes, hex::encode(empty.md5).as_str()), (0, "d41d8cd98f00b204e9800998ecf8427e"));
}

#[tokio::test]
async fn parts_are_joined_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = blobs(folder.path());
    let (one, two) = (write(&blobs, &pattern(700_000)).await, write(&blobs, b"the end").await);
    let (id, size_bytes) = blobs.concat(&[one.id.clone(), two.id, one.id]).await.unwrap();
    let expected = [pattern(700_000), b"the end".to_vec(), pattern(700_000)].concat();
    assert_eq!(size_bytes, expected.len() as u64);
    assert_eq!(read(&blobs, &id, 0..u64::MAX).await, expected);
}

#[tokio::test]
async fn joining_what_is_not_there_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = blobs(folder.path());
    let one = write(&blobs, b"one").await;
    let gone = write(&blobs, b"gone").await;
    blobs.delete(&gone.id).await.unwrap();
    blobs.concat(&[one.id, gone.id]).await.unwrap_err();
    assert_eq!(files_below(folder.path()), 1);
}

#[tokio::test]
async fn an_unfinished_blob_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = blobs(folder.path());
    let mut writer = blobs.writer();
    writer.write(&pattern(600_000)).await.unwrap();
    assert_eq!(files_below(folder.path()), 1);
    drop(writer);
    assert_eq!(files_below(folder.path()), 0);
}

#[tokio::test]
async fn what_a_crash_left_half_written_is_gone_after_the_restart() {
    let folder = tempfile::tempdir().unwrap();
    let whole = write(&blobs(folder.path()), b"whole").await;
    fs::write(folder.path().join("aside/half"), "ha").unwrap();
    let blobs = blobs(folder.path());
    assert_eq!(files_below(folder.path()), 1);
    assert_eq!(read(&blobs, &whole.id, 0..5).await, b"whole");
}

#[tokio::test]
async fn a_deleted_blob_is_gone_but_for_who_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = blobs(folder.path());
    let blob = write(&blobs, &pattern(600_000)).await;
    let reader = blobs.find(&blob.id, 0..600_000).await.unwrap().unwrap();
    blobs.delete(&blob.id).await.unwrap();
    blobs.delete(&blob.id).await.unwrap();
    assert!(blobs.find(&blob.id, 0..1).await.unwrap().is_none());
    assert_eq!(reader.read_to_end().await.unwrap(), pattern(600_000));
}

#[tokio::test]
async fn a_sweep_takes_what_no_row_names_and_is_old_enough() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = blobs(folder.path());
    let (live, orphan) = (write(&blobs, b"live").await.id, write(&blobs, b"orphan").await.id);
    assert_eq!(blobs.sweep(Duration::from_secs(3600), |_| false).await.unwrap(), 0);
    let old = fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH);
    for id in [&live, &orphan] {
        fs::File::options().write(true).open(blobs.path(id)).unwrap().set_times(old).unwrap();
    }
    let kept = live.clone();
    assert_eq!(blobs.sweep(Duration::from_secs(3600), move |id| *id == kept).await.unwrap(), 1);
    assert!(blobs.find(&live, 0..1).await.unwrap().is_some());
    assert!(blobs.find(&orphan, 0..1).await.unwrap().is_none());
}

#[tokio::test]
async fn ephemeral_blobs_go_with_the_last_who_holds_them() {
    let blobs = Blobs::ephemeral(Entropy::system()).unwrap();
    let blob = write(&blobs, b"bytes").await;
    let path = blobs.path(&blob.id);
    assert!(path.exists());
    drop(blobs);
    assert!(!path.exists());
}
