//! Schema steps are reverted only when that is meant.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::serving::{PROGRAM, folder, run, said};

fn tokens(data: &Path) -> usize {
    String::from_utf8(run(data, &["token", "list"]).stdout).unwrap().lines().count()
}

/// Runs the program on a terminal, on which something is typed.
fn typed(data: &Path, arguments: &str, answer: &str) -> Output {
    let command = format!("{PROGRAM} --data-dir {} {arguments}", data.display());
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    let mut terminal =
        terminal.env_remove("DATABASE_URL").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    terminal.stdin.as_mut().unwrap().write_all(answer.as_bytes()).unwrap();
    terminal.wait_with_output().unwrap()
}

#[test]
fn steps_are_reverted_when_it_is_confirmed() {
    let data = folder();
    let issue = ["token", "issue", "--role", "editor", "--subject", "redaktion"];
    assert!(run(data.path(), &issue).status.success());

    let many = run(data.path(), &["migrate", "--down", "99"]);
    let told = said(&many);
    let made = told.split("the database has ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let made: u32 = made.parse().unwrap();
    assert!(!many.status.success() && told.contains("`--down 99` is more than that"), "{told}");
    assert!(!run(data.path(), &["migrate", "--down", "0"]).status.success());
    assert!(!run(data.path(), &["migrate", "--yes"]).status.success(), "there is nothing to confirm");

    // To what was before tokens.
    let down = (made - 16).to_string();
    let refused = run(data.path(), &["migrate", "--down", &down]);
    let told = said(&refused);
    assert_eq!(refused.status.code(), Some(1), "{told}");
    for part in ["step 0017_writes", "table token and its 1 row\n", "table change and its ", "`--yes`"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("0016_network") && told.contains("column practice_example.last_confirmed_on"), "{told}");
    for answer in ["no\n", "\n"] {
        let asked = typed(data.path(), &format!("migrate --down {down}"), answer);
        let told = String::from_utf8_lossy(&asked.stdout).into_owned();
        assert!(told.contains("Type `yes`") && told.contains("nothing was changed"), "{told}");
    }
    assert_eq!(tokens(data.path()), 1);

    let done = run(data.path(), &["migrate", "--down", &down, "--yes"]);
    assert!(done.status.success() && said(&done).contains("step 0017_writes"), "{}", said(&done));
    assert!(run(data.path(), &["migrate"]).status.success());
    assert_eq!(tokens(data.path()), 0);
    let asked = typed(data.path(), "migrate --down 1", "yes\n");
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stdout));
    assert!(
        said(&run(data.path(), &["migrate", "--down", &made.to_string()]))
            .contains(&format!("{} schema steps", made - 1))
    );
}
