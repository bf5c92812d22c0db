use super::*;

fn unpacked(bytes: Vec<u8>, room: u64) -> (tempfile::TempDir, Result<u64, Unusable>) {
    let folder = tempfile::tempdir().unwrap();
    let done = unpack(Cursor::new(bytes), folder.path(), room);
    (folder, done)
}

#[test]
fn what_is_packed_is_unpacked() {
    let bytes = pack(&[("index.py", "x = 1"), ("lib/a.py", "y")]).unwrap();
    assert_eq!(bytes, pack(&[("index.py", "x = 1"), ("lib/a.py", "y")]).unwrap(), "the same bytes each time");
    let (folder, done) = unpacked(bytes, 100);
    assert_eq!(done.unwrap(), 6);
    assert_eq!(fs::read_to_string(folder.path().join("lib/a.py")).unwrap(), "y");
}

#[test]
fn an_archive_cannot_write_outside_its_folder() {
    for name in ["../evil", "/etc/evil", "a/../../evil"] {
        let (folder, done) = unpacked(pack(&[(name, "x")]).unwrap(), 100);
        let outside = folder.path().parent().unwrap().join("evil");
        assert!(!outside.exists() && !Path::new("/etc/evil").exists(), "{name} {done:?}");
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("link", "/tmp", SimpleFileOptions::default()).unwrap();
    writer.start_file("link/evil", SimpleFileOptions::default()).unwrap();
    let (_folder, done) = unpacked(writer.finish().unwrap().into_inner(), 100);
    assert!(matches!(done, Err(Unusable::NotAZip)), "{done:?}");
}

#[test]
fn a_package_that_is_too_large_or_none_is_refused() {
    let (_folder, done) = unpacked(pack(&[("a", "123456")]).unwrap(), 5);
    assert!(matches!(done, Err(Unusable::TooLarge)));
    let (_folder, done) = unpacked(b"not a zip".to_vec(), 5);
    assert!(matches!(done, Err(Unusable::NotAZip)));
}
