//! Durable writes per second at 1 and 64 clients, on a disk and in memory: `cargo run --release -p store --example bench
//! [FOLDER]`. Without a folder it takes the temporary one, which may be memory; say one on a real disk.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a bench measures the machine's time")]

use base::Fault;
use std::{path::Path, time::Instant};
use store::Store;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() {
    let folder = std::env::args().nth(1).map_or_else(std::env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(folder).expect("the folder can be written");
    for (name, clients, writes) in [("1 client", 1, 300), ("64 clients", 64, 300)] {
        let path = folder.path().join(clients.to_string());
        println!("disk, {name}: {:.0} writes/s", run(open(&path), clients, writes).await);
        println!("memory, {name}: {:.0} writes/s", run(Store::ephemeral(), clients, writes * 10).await);
    }
    let path = folder.path().join("64");
    let begun = Instant::now();
    let store = open(&path);
    println!("opened after a clean end in {:?}", begun.elapsed());
    fill(&store).await;
    // A copy of an open file is what a kill leaves.
    let killed = folder.path().join("killed");
    std::fs::create_dir(&killed).expect("the folder can be written");
    for name in ["FORMAT", "rows"] {
        std::fs::copy(path.join(name), killed.join(name)).expect("there is room");
    }
    let begun = Instant::now();
    drop(open(&killed));
    println!("opened {} MiB after a kill in {:?}", size(&killed.join("rows")) >> 20, begun.elapsed());
    let empty = folder.path().join("empty");
    drop(open(&empty));
    println!("an empty store takes {} KiB", size(&empty.join("rows")) >> 10);
}

/// 200 MB of rows of 1 KB.
async fn fill(store: &Store) {
    for batch in 0..200u64 {
        let written = store.write(move |tx| {
            for row in 0..1000 {
                tx.put(&(2 << 60 | batch << 32 | row).to_be_bytes(), vec![3; 1000]);
            }
            Ok::<_, Fault>(())
        });
        written.await.expect("there is room");
    }
}

fn open(path: &Path) -> Store {
    Store::open(path).expect("a new folder opens")
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}

/// Each client puts two rows of 300 and 24 bytes per write, and waits for the answer.
async fn run(store: Store, clients: u64, writes: u64) -> f64 {
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for client in 0..clients {
        let store = store.clone();
        running.spawn(async move {
            for number in 0..writes {
                let key = (number * 7919 % writes) << 8 | client;
                let written = store.write(move |tx| {
                    tx.put(&key.to_be_bytes(), vec![1; 300]);
                    tx.put(&(key | 1 << 63).to_be_bytes(), vec![2; 24]);
                    Ok::<_, Fault>(())
                });
                written.await.expect("there is room");
            }
        });
    }
    running.join_all().await;
    (clients * writes) as f64 / begun.elapsed().as_secs_f64()
}
