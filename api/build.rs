//! Passes the Git commit to the program as `TRANSFERATLAS_REVISION`. The commit is part of entity tags, because two
//! builds of one version may send different representations.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build has no commit, because it would be recompiled after each one.
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "debug") {
        return;
    }
    for path in ["../.git/HEAD", "../.git/logs/HEAD"] {
        if Path::new(path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    // Without Git, as in a build from an archive, entity tags contain the version only.
    let revision = Command::new("git").args(["describe", "--always", "--abbrev=40", "--dirty"]).output();
    if let Ok(revision) = revision
        && revision.status.success()
    {
        println!("cargo::rustc-env=TRANSFERATLAS_REVISION={}", String::from_utf8_lossy(&revision.stdout).trim());
    }
}
