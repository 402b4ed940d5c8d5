//! Tokens and keys on the command line.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::serving::{Serving, filled_folder, run, stderr_text};

/// Issues a token, and asserts that standard output contains only the token.
fn issue(data: &Path, arguments: &[&str]) -> String {
    let issued = run(data, &[&["token", "issue"], arguments].concat());
    assert!(issued.status.success(), "{}", stderr_text(&issued));
    let token = String::from_utf8(issued.stdout.clone()).unwrap();
    assert!(token.starts_with("eyJ") && token.ends_with('\n') && !stderr_text(&issued).contains(token.trim()));
    token.trim().to_owned()
}

#[test]
fn token_is_issued_listed_used_and_revoked() {
    let data = filled_folder();

    let token = issue(data.path(), &["--role", "editor", "--subject", "redaktion", "--days", "1"]);
    let contributor = ["--role", "contributor", "--municipality", "08335043", "--subject", "konstanz"];
    issue(data.path(), &contributor);
    let keys = fs::metadata(data.path().join("keys.json")).unwrap();
    assert_eq!(keys.permissions().mode() & 0o777, 0o600, "only the owner may read the file");

    let serving = Serving::start(data.path());
    assert!(serving.get("/v1/projects?limit=1").contains("\"total\":73"), "issuing a token also fills the directory");
    let created = serving.create(&token, "water-x").unwrap();
    assert!(created.starts_with("HTTP/1.1 201"), "{created}");
    assert_eq!(serving.end("-TERM"), Some(0));

    let list = String::from_utf8(run(data.path(), &["token", "list"]).stdout).unwrap();
    assert_eq!(list.lines().count(), 2, "{list}");
    assert!(list.contains("\"municipalities\":[\"08335043\"]") && list.contains("\"last_used_at\""), "{list}");
    assert!(!list.contains(token.rsplit('.').next().unwrap()));
    let used = list.lines().find(|line| line.contains("redaktion")).unwrap();
    let id = used.split('"').nth(3).unwrap();
    assert!(run(data.path(), &["token", "revoke", id]).status.success());
    let unknown = run(data.path(), &["token", "revoke", "0197f2a0-0000-7000-8000-00000000dead"]);
    assert!(stderr_text(&unknown).contains("no token has the ID"), "{}", stderr_text(&unknown));

    let serving = Serving::start(data.path());
    assert!(serving.create(&token, "water-y").unwrap().contains("it was revoked"));
    assert_eq!(serving.end("-TERM"), Some(0));
}

#[test]
fn invalid_token_input_is_reported() {
    let data = filled_folder();
    for (arguments, expected) in [
        (vec!["--subject", "x", "--role", "king"], "use one of: contributor, editor, admin, auditor"),
        (vec!["--subject", "x", "--scope", "everything"], "use one of: municipalities:write"),
        (vec!["--subject", "a person", "--role", "editor", "--days", "1000"], "/days: must be from 1 to 366"),
        (
            vec!["--subject", "x", "--role", "contributor"],
            "/municipalities: must be present where `role` is `contributor`",
        ),
        (
            vec!["--subject", "x", "--role", "admin", "--municipality", "08335043"],
            "/municipalities: must be omitted: `admin` requires a token that is not bound",
        ),
        (
            vec!["--subject", "x", "--role", "editor", "--municipality", "nowhere"],
            "`nowhere` does not identify an entry of /v1/municipalities",
        ),
    ] {
        let refused = run(data.path(), &[&["token", "issue"], &arguments[..]].concat());
        assert!(!refused.status.success() && refused.stdout.is_empty());
        assert!(stderr_text(&refused).contains(expected), "{}", stderr_text(&refused));
    }
}

#[test]
fn tokens_of_the_former_key_stay_valid_after_rotation() {
    let data = filled_folder();
    let token = issue(data.path(), &["--role", "editor", "--subject", "redaktion"]);

    assert!(run(data.path(), &["token", "rotate"]).status.success());
    let serving = Serving::start(data.path());
    assert_eq!(serving.get("/.well-known/jwks.json").matches("\"kid\"").count(), 2);
    assert!(serving.create(&token, "water-x").unwrap().starts_with("HTTP/1.1 201"));

    // `--only` removes the former key while the service runs.
    assert!(run(data.path(), &["token", "rotate", "--only"]).status.success());
    let limit = Instant::now() + Duration::from_secs(20);
    while serving.get("/.well-known/jwks.json").matches("\"kid\"").count() > 1 {
        assert!(Instant::now() < limit, "the former key is still published");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(serving.create(&token, "water-y").unwrap().contains("its key ID is unknown"));
    assert_eq!(serving.end("-TERM"), Some(0));

    let broken = data.path().join("broken.json");
    fs::write(&broken, "{\"keys\": [{\"kty\": \"oct\", \"k\": \"hush-hush\"}]}").unwrap();
    let refused = run(data.path(), &["--port", "0", "--keys-file", broken.to_str().unwrap()]);
    assert!(!refused.status.success() && stderr_text(&refused).contains("broken.json"), "{}", stderr_text(&refused));
    assert!(!stderr_text(&refused).contains("hush-hush"));
}

#[test]
fn acknowledged_writes_survive_a_kill() {
    let data = filled_folder();
    let token = issue(data.path(), &["--role", "editor", "--subject", "redaktion"]);
    let mut acknowledged = vec![];

    for kill in 0..3 {
        let serving = Serving::start(data.path());
        let id = serving.process.id().to_string();
        let written = Arc::new(AtomicUsize::new(0));
        let counted = written.clone();
        let killer = std::thread::spawn(move || {
            while counted.load(Ordering::Relaxed) < 3 {
                std::thread::sleep(Duration::from_millis(5));
            }
            std::thread::sleep(Duration::from_millis(33 * kill));
            assert!(Command::new("kill").args(["-KILL", &id]).status().unwrap().success());
        });
        for number in 0.. {
            let slug = format!("t-{kill}-{number}");
            match serving.create(&token, &slug) {
                Some(answer) if answer.starts_with("HTTP/1.1 201") => {
                    acknowledged.push(slug);
                    written.fetch_add(1, Ordering::Relaxed);
                }
                _ => break,
            }
        }
        // After an unexpected response, too.
        written.fetch_add(3, Ordering::Relaxed);
        killer.join().unwrap();
        assert_eq!(serving.end("-KILL"), None);
    }

    assert!(acknowledged.len() >= 9, "{acknowledged:?}");
    let serving = Serving::start(data.path());
    for slug in &acknowledged {
        assert!(serving.get(&format!("/v1/themes/{slug}")).starts_with("HTTP/1.1 200"), "{slug} is lost");
        assert!(serving.get(&format!("/v1/themes/{slug}/history")).contains("\"total\":1"), "{slug} has no history");
    }
    assert_eq!(serving.end("-TERM"), Some(0));
}
