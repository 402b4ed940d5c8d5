//! The command line: options of each command, listen addresses and signing keys.

use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::serving::{Serving, filled_folder, folder, run, stderr_text};

#[test]
fn help_of_a_command_lists_only_its_settings() {
    const SERVER: [&str; 5] =
        ["--workers", "--port", "--trusted-issuer", "--write-origins", "--allow-private-webhooks"];
    const DATABASE: [&str; 2] = ["--database-url", "--data-dir"];
    let data = folder();
    let help = |arguments: &[&str]| String::from_utf8(run(data.path(), arguments).stdout).unwrap();
    let keys = ["--keys-file"];

    for command in ["import", "export", "seed", "migrate"] {
        let text = help(&[command, "--help"]);
        assert!(text.lines().count() < 80, "{text}");
        assert!(DATABASE.iter().all(|setting| text.contains(setting)) && text.contains("--log-format"), "{text}");
        assert!(!SERVER.iter().chain(&keys).any(|setting| text.contains(setting)), "{text}");
    }
    for text in [help(&["token", "issue", "--help"]), help(&["token", "rotate", "--help"])] {
        assert!(DATABASE.iter().chain(&keys).all(|setting| text.contains(setting)), "{text}");
        assert!(!SERVER.iter().any(|setting| text.contains(setting)), "{text}");
    }
    let document = help(&["openapi", "--help"]);
    assert!(!SERVER.iter().chain(&DATABASE).chain(&keys).any(|setting| document.contains(setting)), "{document}");
    for text in [help(&["--help"]), help(&["serve", "--help"])] {
        assert!(SERVER.iter().chain(&DATABASE).chain(&keys).all(|setting| text.contains(setting)), "{text}");
        assert!(text.contains("TRANSFERATLAS_WORKERS") && text.contains("[default: 8080]"), "{text}");
    }

    let refused = run(data.path(), &["export", "themes", "--workers", "3"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr_text(&refused).contains("unexpected argument '--workers'"), "{}", stderr_text(&refused));
}

#[test]
fn ipv6_host_is_accepted_with_and_without_brackets() {
    if TcpListener::bind("[::1]:0").is_err() {
        eprintln!("this machine has no IPv6");
        return;
    }
    let data = filled_folder();

    // `Serving` puts `--port 0` before these arguments.
    for arguments in [&["--host", "[::1]"][..], &["serve", "--host", "[::1]"], &["serve", "--host", "::1"]] {
        let serving = Serving::start_with(data.path(), arguments);
        assert!(serving.address.starts_with("[::1]:") && !serving.address.ends_with(":8080"), "{}", serving.address);
        assert!(serving.get("/health/live").starts_with("HTTP/1.1 200"));
        assert_eq!(serving.end("-TERM"), Some(0));
    }
    let refused = run(data.path(), &["--host", "[localhost]"]);
    assert!(stderr_text(&refused).contains("only an IPv6 address may be in brackets"), "{}", stderr_text(&refused));
}

#[test]
fn service_without_keys_logs_how_to_create_them() {
    let data = filled_folder();
    let file = data.path().join("other.json");
    let path = file.to_str().unwrap();
    let rotation = format!("transferatlas token rotate --keys-file {path}");
    let missing = stderr_text(&run(data.path(), &["--keys-file", path]));
    assert!(missing.contains(&rotation) && missing.lines().count() == 1, "{missing}");

    fs::write(&file, "{\"keys\": []}").unwrap();
    let serving = Serving::start_with(data.path(), &["--keys-file", path]);
    assert!(
        serving.log().contains("the service refuses writes") && serving.log().contains(&rotation),
        "{}",
        serving.log()
    );
    let refused = serving.create("a.b.c", "water-x").unwrap();
    assert!(refused.starts_with("HTTP/1.1 403") && refused.contains("transferatlas token rotate"), "{refused}");

    // The command in the log creates the keys.
    let arguments: Vec<&str> = rotation.split(' ').skip(1).collect();
    assert!(run(data.path(), &arguments).status.success());
    let limit = Instant::now() + Duration::from_secs(20);
    while !serving.create("a.b.c", "water-x").unwrap().starts_with("HTTP/1.1 401") {
        assert!(Instant::now() < limit, "the keys were not loaded");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(serving.end("-TERM"), Some(0));
}
