//! Unique names for one run of the tests, and removal of the folders and databases of earlier runs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock, mpsc};
use std::time::{SystemTime, UNIX_EPOCH};

use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use tempfile::TempDir;

use crate::statement;

/// Prefix of the names of databases and temporary folders.
const PREFIX: &str = "transferatlas_test_";

/// Identifier of this run, unique on a machine or server.
static RUN: LazyLock<String> = LazyLock::new(|| {
    let began = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_micros();
    format!("{began:x}{:x}", std::process::id())
});

/// Returns the name of a database of this run.
pub(crate) fn database(what: &str) -> String {
    format!("{PREFIX}{}_{what}", *RUN)
}

/// Creates a temporary folder. It is removed when it is dropped, or by a later run if the process is killed.
pub(crate) fn folder() -> TempDir {
    static FOLDER: LazyLock<(PathBuf, File)> = LazyLock::new(|| {
        let parent = std::env::temp_dir();
        remove_folders(&parent);
        let lock = File::create(parent.join(format!("{PREFIX}{}.lock", *RUN))).expect("a file");
        lock.lock().expect("a lock");
        let folder = parent.join(format!("{PREFIX}{}", *RUN));
        fs::create_dir(&folder).expect("a folder");
        (folder, lock)
    });
    tempfile::tempdir_in(&FOLDER.0).expect("a folder")
}

/// Removes the folders of ended runs, whose locks are free.
fn remove_folders(parent: &Path) {
    for lock in fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let is_ours = lock.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX));
        if is_ours
            && lock.extension().is_some_and(|extension| extension == "lock")
            && File::open(&lock).is_ok_and(|lock| lock.try_lock().is_ok())
        {
            let _ = fs::remove_dir_all(lock.with_extension(""));
            let _ = fs::remove_file(lock);
        }
    }
}

/// Takes the lock of this run on a server, and drops the databases of ended runs. Only the first call has an effect.
#[expect(clippy::disallowed_methods, reason = "the statements manage test databases, not the database of the service")]
pub(crate) fn register(server: &str) {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    REGISTERED.get_or_init(|| {
        let (server, (done, registered)) = (server.to_owned(), mpsc::channel());
        // The session holds the lock until the process ends.
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let connection = sea_orm::Database::connect(server).await.expect("a server");
                let transaction = connection.begin().await.expect("a transaction");
                transaction.execute_unprepared(&lock("pg_advisory_xact_lock", &RUN)).await.expect("a lock");
                drop_databases(&connection).await;
                done.send(()).expect("a waiting run");
                std::future::pending::<()>().await;
            });
        });
        registered.recv().expect("a registered run");
    });
}

/// Drops the databases of ended runs, whose locks are free.
#[expect(clippy::disallowed_methods, reason = "the statements manage test databases, not the database of the service")]
async fn drop_databases(connection: &DatabaseConnection) {
    let all = format!("select datname::text from pg_database where starts_with(datname, '{PREFIX}')");
    let rows = connection.query_all_raw(statement(&all)).await.expect("the databases");
    for name in rows.iter().map(|row| row.try_get_by_index::<String>(0).expect("a name")) {
        let run = name.strip_prefix(PREFIX).unwrap_or_default().split('_').next().unwrap_or_default();
        // Another run may drop the same databases concurrently.
        let tx = connection.begin().await.expect("a transaction");
        let free = tx.query_one_raw(statement(&lock("pg_try_advisory_xact_lock", run))).await.expect("an answer");
        if free.is_some_and(|free| free.try_get_by_index(0).unwrap_or(false)) {
            let drop = format!("drop database if exists {name} with (force)");
            connection.execute_unprepared(&drop).await.expect("a database dropped");
        }
        tx.commit().await.expect("an end");
    }
}

/// Returns a statement that takes the lock of a run.
fn lock(function: &str, run: &str) -> String {
    format!("select {function}(hashtextextended('{PREFIX}{run}', 0))")
}
