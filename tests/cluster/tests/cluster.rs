//! Clusters start, never meet and leave nothing behind.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use septum_test_cluster::Cluster;

fn takes_connections(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn clusters_that_start_at_once_never_meet() {
    let starts: Vec<_> = (0..3).map(|_| thread::spawn(|| Cluster::start().unwrap())).collect();
    let clusters: Vec<_> = starts.into_iter().map(|start| start.join().unwrap()).collect();
    for cluster in &clusters {
        assert!(takes_connections(cluster.port()), "{}", cluster.log());
        for other in clusters.iter().filter(|other| other.port() != cluster.port()) {
            assert_ne!(cluster.socket_folder(), other.socket_folder());
        }
    }
    assert_eq!(clusters.len(), 3);
}

#[test]
fn a_dropped_cluster_leaves_nothing_behind() {
    let cluster = Cluster::start().unwrap();
    let (port, folder): (u16, PathBuf) = (cluster.port(), cluster.socket_folder().into());
    drop(cluster);
    assert!(!takes_connections(port));
    assert!(!folder.exists());
}

#[test]
fn a_crashed_cluster_starts_again_on_its_port() {
    let mut cluster = Cluster::builder().durable().start().unwrap();
    cluster.crash().unwrap();
    assert!(!takes_connections(cluster.port()));
    cluster.start_again().unwrap();
    assert!(takes_connections(cluster.port()));
}

#[test]
fn settings_and_files_reach_the_server_and_a_wrong_one_is_told() {
    let refused = Cluster::builder().setting("no_such_setting", "on").start().unwrap_err();
    assert!(refused.to_string().contains("no_such_setting"), "{refused}");
    let cluster = Cluster::builder()
        .file("extra.conf", "search_path = 'pg_catalog'\n")
        .setting("hba_file", "extra.conf.absent")
        .start();
    assert!(cluster.unwrap_err().to_string().contains("extra.conf.absent"));
}

#[test]
fn a_cluster_ends_when_its_process_is_killed() {
    let mut holder = Command::new(env!("CARGO_BIN_EXE_septum-test-cluster"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let printed = BufReader::new(holder.stdout.take().unwrap()).lines().take(3);
    let printed: HashMap<String, String> = printed
        .map(|line| line.unwrap().split_once('=').map(|(k, v)| (k.into(), v.into())).unwrap())
        .collect();
    let folder = Path::new(&printed["folder"]);
    assert!(folder.join("data").is_dir());
    holder.kill().unwrap();
    holder.wait().unwrap();
    eventually("the folder goes", || !folder.exists());
    eventually("the server goes", || {
        // A container without an init leaves a zombie, which holds nothing.
        let state = std::fs::read_to_string(format!("/proc/{}/stat", printed["pid"]));
        state.map_or(true, |stat| stat.contains(") Z"))
    });
}
