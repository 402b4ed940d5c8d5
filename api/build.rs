//! Tells the program which revision it was built from. Two builds of one version may send different representations, and must not
//! share entity tags.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build would be compiled anew after each commit.
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "debug") {
        return;
    }
    for path in ["../.git/HEAD", "../.git/logs/HEAD"] {
        if Path::new(path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    // A build without Git, as from an archive, goes by its version alone.
    let revision = Command::new("git").args(["describe", "--always", "--abbrev=40", "--dirty"]).output();
    if let Ok(revision) = revision
        && revision.status.success()
    {
        println!("cargo::rustc-env=TRANSFERATLAS_REVISION={}", String::from_utf8_lossy(&revision.stdout).trim());
    }
}
