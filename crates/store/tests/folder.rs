//! The data folder: kept through kill -9, held by one process, refused when it is newer.

use base::Fault;
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};
use store::{KeyRange, OpenError, Order, Read, Store};
use tokio::task::JoinSet;

const FOLDER: &str = "MAQUETTE_TEST_FOLDER";
const ENOUGH: usize = 3000;

/// Not a test: what `nothing_acknowledged_is_lost_in_a_kill` starts and kills.
#[tokio::test]
async fn the_child_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = Store::open(folder.as_ref()).unwrap();
    let mut writers = JoinSet::new();
    for writer in 0..32 {
        let store = store.clone();
        writers.spawn(async move {
            for number in 0.. {
                let key = format!("{writer:02}-{number:06}");
                let its_key = key.clone();
                let written = store.write(move |tx| {
                    tx.put(its_key.as_bytes(), vec![1; 300]);
                    Ok::<_, Fault>(())
                });
                written.await.unwrap();
                println!("acknowledged {key}");
            }
        });
    }
    writers.join_all().await;
}

#[test]
fn nothing_acknowledged_is_lost_in_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 1..=2 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_child_that_is_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in said.map_while(Result::ok) {
            if let Some(key) = line.split("acknowledged ").nth(1).filter(|key| key.len() == 9) {
                acknowledged.insert(key.to_owned());
            }
            if acknowledged.len() == ENOUGH * round {
                // It goes on writing until this hits it; what it said up to there is still in the pipe.
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(acknowledged.len() >= ENOUGH * round, "the child ended by itself");

        let store = Store::open(folder.path()).unwrap();
        let snapshot = store.snapshot().unwrap();
        let rows = snapshot.scan(KeyRange::all(), Order::Forward);
        let found: BTreeSet<String> = rows.map(|row| String::from_utf8(row.unwrap().0).unwrap()).collect();
        let lost: Vec<_> = acknowledged.difference(&found).collect();
        println!("kill {round}: {} acknowledged, {} found, {} lost", acknowledged.len(), found.len(), lost.len());
        assert!(lost.is_empty(), "{lost:?}");
    }
}

#[tokio::test]
async fn what_was_written_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let value = vec![9; 400_000];
    let written = store.write(|tx| {
        tx.put(b"large", value);
        Ok::<_, Fault>(())
    });
    written.await.unwrap();
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.snapshot().unwrap().get(b"large").unwrap(), Some(vec![9; 400_000]));
}

#[test]
fn a_folder_in_use_is_refused_with_the_pid_of_who_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let holder = Store::open(folder.path()).unwrap();
    let refused = Store::open(folder.path()).unwrap_err();
    assert!(matches!(refused, OpenError::InUse { pid: Some(pid), .. } if pid == std::process::id()), "{refused}");
    drop(holder);
    Store::open(folder.path()).unwrap();
}

#[test]
fn a_newer_folder_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("FORMAT"), "maquette 99\n").unwrap();
    let refused = Store::open(folder.path()).unwrap_err();
    assert!(matches!(refused, OpenError::Newer { found: 99, .. }), "{refused}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rows"), "not redb").unwrap();
    assert!(matches!(Store::open(folder.path()).unwrap_err(), OpenError::NotOurs { .. }));
    fs::write(folder.path().join("FORMAT"), "maquette 1\n").unwrap();
    let refused = Store::open(folder.path()).unwrap_err();
    assert!(matches!(refused, OpenError::Damaged { .. } | OpenError::Io { .. }), "{refused}");
}
