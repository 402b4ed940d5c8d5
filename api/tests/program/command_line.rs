//! The command line: which settings a command has, and how the service is told where to listen and what to sign with.

use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::serving::{Serving, filled, folder, run, said};

#[test]
fn the_help_of_a_command_has_its_own_settings_only() {
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
    assert!(said(&refused).contains("unexpected argument '--workers'"), "{}", said(&refused));
}

#[test]
fn an_address_of_ipv6_is_taken_with_and_without_brackets() {
    if TcpListener::bind("[::1]:0").is_err() {
        eprintln!("this machine has no IPv6");
        return;
    }
    let data = filled();

    // `--port 0` stands before all of them.
    for arguments in [&["--host", "[::1]"][..], &["serve", "--host", "[::1]"], &["serve", "--host", "::1"]] {
        let serving = Serving::start_with(data.path(), arguments);
        assert!(serving.address.starts_with("[::1]:") && !serving.address.ends_with(":8080"), "{}", serving.address);
        assert!(serving.get("/health/live").starts_with("HTTP/1.1 200"));
        assert_eq!(serving.end("-TERM"), Some(0));
    }
    let refused = run(data.path(), &["--host", "[localhost]"]);
    assert!(said(&refused).contains("only an IPv6 address may be in brackets"), "{}", said(&refused));
}

#[test]
fn a_service_without_keys_tells_how_to_get_some() {
    let data = filled();
    let file = data.path().join("other.json");
    let path = file.to_str().unwrap();
    let rotation = format!("transferatlas token rotate --keys-file {path}");
    let missing = said(&run(data.path(), &["--keys-file", path]));
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

    // The command that the log names is all that is needed.
    let arguments: Vec<&str> = rotation.split(' ').skip(1).collect();
    assert!(run(data.path(), &arguments).status.success());
    let limit = Instant::now() + Duration::from_secs(20);
    while !serving.create("a.b.c", "water-x").unwrap().starts_with("HTTP/1.1 401") {
        assert!(Instant::now() < limit, "the keys were not loaded");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(serving.end("-TERM"), Some(0));
}
