use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use septum_test_cluster::Cluster;

use crate::support::{Database, bind, connect, count};

/// A replica of the tests' server, which dies with its handle.
struct Standby {
    server: Child,
    folder: tempfile::TempDir,
}

impl Standby {
    fn start(cluster: &Cluster) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let copied = Command::new(cluster.binaries().program("pg_basebackup"))
            .args(["-h", "127.0.0.1", "-U", "postgres", "-c", "fast", "-X", "stream", "-R", "-D"])
            .arg(&data)
            .args(["-p", &cluster.port().to_string()])
            .env("PGPASSWORD", cluster.superuser_password())
            .status()
            .unwrap();
        assert!(copied.success());
        // The server runs as whoever the tests' own server runs as.
        let owner = fs::metadata(cluster.data_folder()).unwrap();
        give(folder.path(), owner.uid(), owner.gid());
        let server = Command::new(cluster.binaries().program("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-p", "5432", "-c", "listen_addresses=", "-c", "hot_standby=on"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .uid(owner.uid())
            .gid(owner.gid())
            .spawn()
            .unwrap();
        Self { server, folder }
    }

    /// The connection string for a user, once the replica answers and has this table.
    async fn dsn(&self, database: &Database) -> String {
        let host = self.folder.path().display();
        let Database { name, app, .. } = database;
        let dsn = format!("host={host} port=5432 user={app} password=app dbname={name}");
        let there = "SELECT 1 FROM deals";
        let caught_up = async {
            loop {
                if let Ok((client, connection)) =
                    tokio_postgres::connect(&dsn, tokio_postgres::NoTls).await
                {
                    tokio::spawn(connection);
                    if client.batch_execute(there).await.is_ok() {
                        break;
                    }
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), caught_up).await.unwrap();
        dsn
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn give(path: &Path, uid: u32, gid: u32) {
    chown(path, Some(uid), Some(gid)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), uid, gid);
        }
    }
}

#[tokio::test]
async fn on_a_hot_standby_transactions_are_bound_as_on_the_primary() {
    // A copy of the other tests' server would be one of all their databases. It goes with the
    // process.
    let cluster = Box::leak(Box::new(Cluster::start().unwrap()));
    let database = Database::with_deals_on(cluster).await;
    let standby = Standby::start(cluster);
    let app = connect(&standby.dsn(&database).await).await;
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 0);
    app.batch_execute("BEGIN").await.unwrap();
    let seal = database.seal(&app, "2").await;
    bind(&app, &seal).await;
    assert_eq!(count(&app, "SELECT pg_is_in_recovery()::int::bigint").await, 1);
    assert_eq!(count(&app, "SELECT count(*) FROM deals").await, 20);
}
