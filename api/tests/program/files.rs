//! Import and export of files.

use std::fs;

use crate::serving::{Serving, filled_folder, run, stderr_text};

#[test]
fn import_of_an_export_changes_nothing() {
    let data = filled_folder();
    let examples = data.path().join("practice_examples.json");
    fs::write(&examples, include_str!("../../../tests/src/practice_examples.json")).unwrap();
    let added = run(data.path(), &["import", examples.to_str().unwrap()]);
    assert!(stderr_text(&added).contains("2 were created"), "{}", stderr_text(&added));

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
        assert!(exported.status.success(), "{}", stderr_text(&exported));
        let before = fs::read(path).unwrap();

        let imported = run(data.path(), &["import", path]);
        assert!(stderr_text(&imported).contains("0 were created, 0 changed"), "{file}: {}", stderr_text(&imported));

        assert!(run(data.path(), &["export", resource, "--output", path]).status.success());
        assert!(fs::read(path).unwrap() == before, "{file}");
    }
}

#[test]
fn import_stores_entries_and_dry_run_stores_nothing() {
    let data = filled_folder();
    let file = data.path().join("themes.ndjson");
    let path = file.to_str().unwrap();
    fs::write(&file, "{\"slug\": \"water\", \"title\": {\"de\": \"Wasser\"}}\n{\"slug\": \"education\", \"title\": {\"de\": \"Bildung\"}, \"sdgs\": [4]}\n").unwrap();

    let rehearsed = run(data.path(), &["import", path, "--dry-run"]);
    let imported = run(data.path(), &["import", path]);

    assert!(stderr_text(&rehearsed).contains("1 would be created, 1 changed"), "{}", stderr_text(&rehearsed));
    assert!(stderr_text(&imported).contains("1 were created, 1 changed"), "{}", stderr_text(&imported));
    let serving = Serving::start(data.path());
    assert!(serving.get("/v1/themes?q=Wasser&fields=slug").contains("\"water\""));
    assert_eq!(serving.end("-TERM"), Some(0));
}

#[test]
fn invalid_line_is_reported_and_nothing_is_stored() {
    let data = filled_folder();
    let before = run(data.path(), &["export", "projects"]).stdout;
    let file = data.path().join("projects.json");
    let good = String::from_utf8(before.clone()).unwrap();

    for (from, to, expected) in [
        ("\"round\": 1,", "\"round\": 7,", "/round: must be from 1 to 3"),
        ("\"category\": \"large_city\"", "\"category\": \"metropolis\"", "/category: `metropolis` is not allowed"),
        (
            "\"municipality\": \"05122000\"",
            "\"municipality\": \"05122999\"",
            "/members/0/municipality: `05122999` does not identify an entry of /v1/municipalities",
        ),
        ("\"slug\": \"solingen\"", "\"slog\": \"solingen\"", "/slog: is not allowed here"),
        ("\"slug\": \"solingen\"", "\"slug\": \"ulm\"", "`ulm` is already on line"),
        ("\"https://solingen.digital\"", "\"javascript:alert(1)\"", "/website: must be a URL"),
    ] {
        assert!(good.contains(from), "{from}");
        fs::write(&file, good.replacen(from, to, 1)).unwrap();
        let output = run(data.path(), &["import", file.to_str().unwrap()]);
        let message = stderr_text(&output);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(
            message.contains("nothing was stored") && message.contains("line ") && message.contains(expected),
            "{message}"
        );
    }
    assert!(run(data.path(), &["export", "projects"]).stdout == before);
}

#[test]
fn duplicate_project_member_is_reported_with_its_line() {
    let data = filled_folder();
    let exported = run(data.path(), &["export", "projects", "--form", "ndjson"]).stdout;
    let ulm =
        String::from_utf8(exported).unwrap().lines().find(|line| line.contains("\"slug\":\"ulm\"")).unwrap().to_owned();
    let lead = "{\"municipality\":\"08421000\",\"role\":\"lead\"}";
    assert!(ulm.contains(lead), "{ulm}");
    let file = data.path().join("projects.ndjson");
    fs::write(&file, ulm.replace(lead, &format!("{lead},{{\"municipality\":\"ulm\",\"role\":\"partner\"}}"))).unwrap();

    let message = stderr_text(&run(data.path(), &["import", file.to_str().unwrap()]));

    assert!(message.contains("line 1, /members/1/municipality: `ulm` is in the list already"), "{message}");
}

#[test]
fn import_and_seed_of_the_release_content_change_nothing() {
    let data = filled_folder();
    let seed = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seed");
    let mut files: Vec<_> = fs::read_dir(seed).unwrap().map(|file| file.unwrap().path()).collect();
    // This file contains former official keys, not entries.
    files.retain(|path| !path.ends_with("former_municipalities.json"));
    assert_eq!(files.len(), 10);

    for path in files {
        let imported = stderr_text(&run(data.path(), &["import", path.to_str().unwrap()]));
        assert!(imported.contains("0 were created, 0 changed"), "{}: {imported}", path.display());
    }
    let rehearsed = stderr_text(&run(data.path(), &["seed", "--dry-run"]));
    assert!(rehearsed.contains("0 would be created, 0 changed, 0 removed; 13089 unchanged"), "{rehearsed}");
    let seeded = stderr_text(&run(data.path(), &["seed"]));
    assert!(seeded.contains("0 were created, 0 changed, 0 removed; 13089 unchanged"), "{seeded}");
}

/// Returns a CSV file of municipalities.
fn municipalities(rows: &[&str]) -> String {
    let header = "ags,slug,title.de,designation,kind,federal_state,population,population_as_of,area_km2,location.lon,location.lat,website";
    format!("{header}\n{}\n", rows.join("\n"))
}

const KONSTANZ: &str = "konstanz,Konstanz,Universit\u{e4}tsstadt,town,DE-BW,85770,2023-12-31,54.11,9.17582,47.66033,";

#[test]
fn import_with_a_new_official_key_keeps_the_id() {
    let data = filled_folder();
    let serving = Serving::start(data.path());
    let before = serving.get("/v1/municipalities/konstanz?fields=id");
    assert_eq!(serving.end("-TERM"), Some(0));
    let file = data.path().join("municipalities.csv");
    let path = file.to_str().unwrap();
    let import = |rows: &[&str], more: &[&str]| {
        fs::write(&file, municipalities(rows)).unwrap();
        stderr_text(&run(data.path(), &[&["import", path], more].concat()))
    };
    let renamed = format!("08335999,{KONSTANZ}");
    let line = "konstanz: official key 08335043 \u{2192} 08335999";

    let rehearsed = import(&[&renamed], &["--dry-run"]);
    assert!(rehearsed.contains("0 would be created, 1 changed") && rehearsed.contains(line), "{rehearsed}");
    let stored = import(&[&renamed], &[]);
    assert!(stored.contains("0 were created, 1 changed") && stored.contains(line), "{stored}");
    let again = import(&[&renamed], &[]);
    assert!(again.contains("1 unchanged") && !again.contains("official key"), "{again}");
    let json = data.path().join("municipalities.ndjson");
    let entry =
        r#"{"ags":"08335043","slug":"konstanz","title":{"de":"Konstanz"},"kind":"town","federal_state":"DE-BW"}"#;
    fs::write(&json, entry).unwrap();
    let back = stderr_text(&run(data.path(), &["import", json.to_str().unwrap()]));
    assert!(back.contains("konstanz: official key 08335999 \u{2192} 08335043"), "{back}");

    let serving = Serving::start(data.path());
    let after = serving.get("/v1/municipalities/08335043?fields=id");
    let id = |answer: &str| answer.split("\r\n\r\n").nth(1).unwrap().to_owned();
    assert_eq!(id(&after), id(&before));
    assert_eq!(serving.end("-TERM"), Some(0));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one case for each conflict")]
fn taken_slug_is_reported_with_its_line_and_nothing_is_stored() {
    let data = filled_folder();
    let before = run(data.path(), &["export", "municipalities"]).stdout;
    let swapped = [
        "08335043,flensburg,Konstanz,,town,DE-BW,85770,2023-12-31,54.11,9.17,47.66,",
        "01001000,konstanz,Flensburg,Stadt,independent_city,DE-SH,92667,2023-12-31,53.02,9.43,54.78,",
    ];
    let (old, new) = (format!("08335043,{KONSTANZ}"), format!("08335999,{KONSTANZ}"));
    let second = new.replace(",konstanz,", ",konstanz-zwei,");
    let absent = old.replace(",konstanz,", ",ulm,");
    let moved = old.replace(",konstanz,", ",konstanz-alt,");

    for (name, text, expected) in [
        (
            "municipalities.csv",
            municipalities(&swapped),
            vec![
                "line 2, /slug: `flensburg` cannot become the slug of 08335043 (flensburg): it belongs to 01001000 (flensburg), which is on line 3",
                "line 3, /slug: `konstanz` cannot become the slug of 01001000 (konstanz): it belongs to 08335043 (konstanz), which is on line 2",
            ],
        ),
        (
            "municipalities.csv",
            municipalities(&[&new, &moved]),
            vec!["line 2, /slug: `konstanz` cannot become", "08335043 (konstanz), which is on line 3", "remove line 3"],
        ),
        (
            "municipalities.csv",
            municipalities(&[&absent]),
            vec!["line 2, /slug: `ulm` cannot become", "08421000 (ulm), which is not in this file", "Choose another slug"],
        ),
        (
            "municipalities.ndjson",
            "\n{\"ags\":\"08335043\",\"slug\":\"ulm\",\"title\":{\"de\":\"Konstanz\"},\"kind\":\"town\",\"federal_state\":\"DE-BW\"}\n".to_owned(),
            vec!["line 2, /slug: `ulm` cannot become", "08421000 (ulm)"],
        ),
        (
            "municipalities.ndjson",
            "{\"slug\":\"konstanz\",\"title\":{\"de\":\"Konstanz\"},\"kind\":\"town\",\"federal_state\":\"DE-BW\"}\n\
             {\"ags\":\"08335043\",\"slug\":\"konstanz-neu\",\"title\":{\"de\":\"Konstanz\"},\"kind\":\"town\",\"federal_state\":\"DE-BW\"}\n"
                .to_owned(),
            vec!["line 1, /slug: `konstanz` cannot become", "08335043 (konstanz), which is on line 2"],
        ),
        (
            "municipalities.json",
            "[\n{\"ags\":\"08335043\",\"slug\":\"ulm\",\"title\":{\"de\":\"Konstanz\"},\"kind\":\"town\",\"federal_state\":\"DE-BW\"}]".to_owned(),
            vec!["line 2, /slug: `ulm` cannot become", "08421000 (ulm)"],
        ),
    ] {
        let file = data.path().join(name);
        fs::write(&file, &text).unwrap();
        for more in [&["--dry-run"][..], &[]] {
            let output = run(data.path(), &[&["import", file.to_str().unwrap()], more].concat());
            let message = stderr_text(&output);
            assert_eq!(output.status.code(), Some(1), "{message}");
            assert!(message.contains("nothing was stored"), "{message}");
            for part in &expected {
                assert!(message.contains(part), "{part} in {message}");
            }
        }
    }
    assert!(run(data.path(), &["export", "municipalities"]).stdout == before);
    // The same changes succeed in an order in which each slug is free when it is assigned.
    let file = data.path().join("municipalities.csv");
    fs::write(&file, municipalities(&[&moved, &new])).unwrap();
    let message = stderr_text(&run(data.path(), &["import", file.to_str().unwrap(), "--dry-run"]));
    assert!(message.contains("1 would be created, 1 changed"), "{message}");
    fs::write(&file, municipalities(&[&second])).unwrap();
    let message = stderr_text(&run(data.path(), &["import", file.to_str().unwrap(), "--dry-run"]));
    assert!(message.contains("1 would be created, 0 changed"), "{message}");
}
