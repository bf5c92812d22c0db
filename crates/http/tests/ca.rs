//! The certificate authority in its folder.

use http_io::Ca;
use std::{fs, os::unix::fs::PermissionsExt};

#[test]
fn an_authority_is_made_when_it_is_needed_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("tls");
    let ca = Ca::at(&folder);
    assert!(!folder.exists());
    let first = ca.certificate_pem().unwrap().to_owned();
    let mode = fs::metadata(folder.join("ca-key.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(Ca::at(&folder).certificate_pem().unwrap(), first);
    assert!(fs::read_to_string(ca.bundle_file().unwrap()).unwrap().starts_with(first.trim_end()));
}

#[test]
fn a_key_without_its_certificate_gets_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let key_path = folder.path().join("ca-key.pem");
    Ca::at(folder.path()).certificate_pem().unwrap();
    let key = fs::read(&key_path).unwrap();
    fs::remove_file(folder.path().join("ca.pem")).unwrap();
    Ca::at(folder.path()).certificate_pem().unwrap();
    assert_eq!(fs::read(&key_path).unwrap(), key);
}

#[test]
fn a_damaged_key_is_named_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca-key.pem"), "half a secret").unwrap();
    let said = Ca::at(folder.path()).certificate_pem().unwrap_err().to_string();
    assert!(said.contains("ca-key.pem") && !said.contains("half a secret"), "{said}");
}
