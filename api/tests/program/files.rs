//! Files in and out.

use std::fs;

use crate::serving::{Serving, folder, run, said};

#[test]
fn what_is_exported_can_be_imported_and_changes_nothing() {
    let data = folder();
    assert_eq!(Serving::start(data.path()).end("-TERM"), Some(0));
    let examples = data.path().join("practice_examples.json");
    fs::write(&examples, include_str!("../../../tests/src/practice_examples.json")).unwrap();
    let added = run(data.path(), &["import", examples.to_str().unwrap()]);
    assert!(said(&added).contains("2 were created"), "{}", said(&added));

    for (resource, file) in [
        ("municipalities", "municipalities.csv"),
        ("municipalities", "municipalities.ndjson"),
        ("themes", "themes.json"),
        ("projects", "projects.json"),
        ("projects", "projects.ndjson"),
        ("solutions", "solutions.json"),
        ("practice-examples", "practice-examples.json"),
        ("working-groups", "working_groups.json"),
        ("learning-partnerships", "learning_partnerships.json"),
        ("events", "events.json"),
        ("courses", "courses.json"),
        ("publications", "publications.ndjson"),
    ] {
        let path = data.path().join(file);
        let path = path.to_str().unwrap();
        let exported = run(data.path(), &["export", resource, "--output", path]);
        assert!(exported.status.success(), "{}", said(&exported));
        let before = fs::read(path).unwrap();

        let imported = run(data.path(), &["import", path]);
        assert!(said(&imported).contains("0 were created, 0 changed"), "{file}: {}", said(&imported));

        assert!(run(data.path(), &["export", resource, "--output", path]).status.success());
        assert!(fs::read(path).unwrap() == before, "{file}");
    }
}

#[test]
fn a_file_changes_what_it_names_and_only_when_it_is_meant() {
    let data = folder();
    assert_eq!(Serving::start(data.path()).end("-TERM"), Some(0));
    let file = data.path().join("themes.ndjson");
    let path = file.to_str().unwrap();
    fs::write(&file, "{\"slug\": \"water\", \"label\": {\"de\": \"Wasser\"}}\n{\"slug\": \"education\", \"label\": {\"de\": \"Bildung\"}, \"sdgs\": [4]}\n").unwrap();

    let rehearsed = run(data.path(), &["import", path, "--dry-run"]);
    let imported = run(data.path(), &["import", path]);

    assert!(said(&rehearsed).contains("1 would be created, 1 changed"), "{}", said(&rehearsed));
    assert!(said(&imported).contains("1 were created, 1 changed"), "{}", said(&imported));
    let serving = Serving::start(data.path());
    assert!(serving.get("/v1/themes?q=Wasser&fields=slug").contains("\"water\""));
    assert_eq!(serving.end("-TERM"), Some(0));
}

#[test]
fn a_bad_line_changes_nothing_and_is_named_with_its_member() {
    let data = folder();
    assert_eq!(Serving::start(data.path()).end("-TERM"), Some(0));
    let before = run(data.path(), &["export", "projects"]).stdout;
    let file = data.path().join("projects.json");
    let good = String::from_utf8(before.clone()).unwrap();

    for (from, to, expected) in [
        ("\"round\": 1,", "\"round\": 7,", "/round: must be 1, 2 or 3"),
        ("\"category\": \"large_city\"", "\"category\": \"metropolis\"", "/category: unknown value `metropolis`"),
        (
            "\"municipality\": \"05122000\"",
            "\"municipality\": \"05122999\"",
            "/members/0/municipality: `05122999` names no entry",
        ),
        ("\"slug\": \"solingen\"", "\"slog\": \"solingen\"", "unknown member `slog`"),
        ("\"slug\": \"solingen\"", "\"slug\": \"ulm\"", "`ulm` stands on line"),
        ("\"https://solingen.digital\"", "\"javascript:alert(1)\"", "/website: must be an address"),
    ] {
        assert!(good.contains(from), "{from}");
        fs::write(&file, good.replacen(from, to, 1)).unwrap();
        let output = run(data.path(), &["import", file.to_str().unwrap()]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("nothing was stored") && said.contains("line ") && said.contains(expected), "{said}");
    }
    assert!(run(data.path(), &["export", "projects"]).stdout == before);
}

#[test]
fn a_member_named_twice_is_named_with_its_line() {
    let data = folder();
    assert_eq!(Serving::start(data.path()).end("-TERM"), Some(0));
    let exported = run(data.path(), &["export", "projects", "--form", "ndjson"]).stdout;
    let ulm =
        String::from_utf8(exported).unwrap().lines().find(|line| line.contains("\"slug\":\"ulm\"")).unwrap().to_owned();
    let lead = "{\"municipality\":\"08421000\",\"role\":\"lead\"}";
    assert!(ulm.contains(lead), "{ulm}");
    let file = data.path().join("projects.ndjson");
    fs::write(&file, ulm.replace(lead, &format!("{lead},{{\"municipality\":\"ulm\",\"role\":\"partner\"}}"))).unwrap();

    let said = said(&run(data.path(), &["import", file.to_str().unwrap()]));

    assert!(said.contains("line 1, /members/1/municipality: `ulm` stands in the list already"), "{said}");
}
