//! Reverting of migrations.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::serving::{PROGRAM, folder, run, stderr_text};

fn token_count(data: &Path) -> usize {
    String::from_utf8(run(data, &["token", "list"]).stdout).unwrap().lines().count()
}

/// Runs the program in a terminal and types an answer.
fn run_in_terminal(data: &Path, arguments: &str, answer: &str) -> Output {
    let command = format!("{PROGRAM} --data-dir {} {arguments}", data.display());
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    let mut terminal =
        terminal.env_remove("DATABASE_URL").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    terminal.stdin.as_mut().unwrap().write_all(answer.as_bytes()).unwrap();
    terminal.wait_with_output().unwrap()
}

#[test]
fn migrations_are_reverted_only_after_confirmation() {
    let data = folder();
    let issue = ["token", "issue", "--role", "editor", "--subject", "redaktion"];
    assert!(run(data.path(), &issue).status.success());

    let too_many = run(data.path(), &["migrate", "--down", "99"]);
    let message = stderr_text(&too_many);
    let applied = message.split("the database has ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let applied: u32 = applied.parse().unwrap();
    assert!(!too_many.status.success() && message.contains("`--down 99` exceeds the number"), "{message}");
    assert!(!run(data.path(), &["migrate", "--down", "0"]).status.success());
    assert!(!run(data.path(), &["migrate", "--yes"]).status.success(), "`--yes` requires `--down`");

    // Reverts to the schema before tokens.
    let down = (applied - 16).to_string();
    let refused = run(data.path(), &["migrate", "--down", &down]);
    let message = stderr_text(&refused);
    assert_eq!(refused.status.code(), Some(1), "{message}");
    for part in ["step 0017_writes", "table token and its 1 row\n", "table change and its ", "`--yes`"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(
        !message.contains("0016_network") && message.contains("column practice_example.last_confirmed_on"),
        "{message}"
    );
    for answer in ["no\n", "\n"] {
        let asked = run_in_terminal(data.path(), &format!("migrate --down {down}"), answer);
        let message = String::from_utf8_lossy(&asked.stdout).into_owned();
        assert!(message.contains("Type `yes`") && message.contains("nothing was changed"), "{message}");
    }
    assert_eq!(token_count(data.path()), 1);

    let done = run(data.path(), &["migrate", "--down", &down, "--yes"]);
    assert!(done.status.success() && stderr_text(&done).contains("step 0017_writes"), "{}", stderr_text(&done));
    assert!(run(data.path(), &["migrate"]).status.success());
    assert_eq!(token_count(data.path()), 0);
    let asked = run_in_terminal(data.path(), "migrate --down 1", "yes\n");
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stdout));
    assert!(
        stderr_text(&run(data.path(), &["migrate", "--down", &applied.to_string()]))
            .contains(&format!("{} schema steps", applied - 1))
    );
}
