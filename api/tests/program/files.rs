//! Files in and out.

use std::fs;

use crate::serving::{Serving, filled, run, said};

#[test]
fn what_is_exported_can_be_imported_and_changes_nothing() {
    let data = filled();
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
    let data = filled();
    let file = data.path().join("themes.ndjson");
    let path = file.to_str().unwrap();
    fs::write(&file, "{\"slug\": \"water\", \"title\": {\"de\": \"Wasser\"}}\n{\"slug\": \"education\", \"title\": {\"de\": \"Bildung\"}, \"sdgs\": [4]}\n").unwrap();

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
    let data = filled();
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
        ("\"slug\": \"solingen\"", "\"slug\": \"ulm\"", "`ulm` stands on line"),
        ("\"https://solingen.digital\"", "\"javascript:alert(1)\"", "/website: must be a URL"),
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
    let data = filled();
    let exported = run(data.path(), &["export", "projects", "--form", "ndjson"]).stdout;
    let ulm =
        String::from_utf8(exported).unwrap().lines().find(|line| line.contains("\"slug\":\"ulm\"")).unwrap().to_owned();
    let lead = "{\"municipality\":\"08421000\",\"role\":\"lead\"}";
    assert!(ulm.contains(lead), "{ulm}");
    let file = data.path().join("projects.ndjson");
    fs::write(&file, ulm.replace(lead, &format!("{lead},{{\"municipality\":\"ulm\",\"role\":\"partner\"}}"))).unwrap();

    let said = said(&run(data.path(), &["import", file.to_str().unwrap()]));

    assert!(said.contains("line 1, /members/1/municipality: `ulm` is in the list already"), "{said}");
}

#[test]
fn the_content_of_the_release_imports_as_it_is_and_is_applied_once() {
    let data = filled();
    let seed = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("seed");
    let mut files: Vec<_> = fs::read_dir(seed).unwrap().map(|file| file.unwrap().path()).collect();
    // No entries, but official keys that entries had.
    files.retain(|path| !path.ends_with("former_municipalities.json"));
    assert_eq!(files.len(), 10);

    for path in files {
        let imported = said(&run(data.path(), &["import", path.to_str().unwrap()]));
        assert!(imported.contains("0 were created, 0 changed"), "{}: {imported}", path.display());
    }
    let rehearsed = said(&run(data.path(), &["seed", "--dry-run"]));
    assert!(rehearsed.contains("0 would be created, 0 changed, 0 removed; 13089 are as they were"), "{rehearsed}");
    let seeded = said(&run(data.path(), &["seed"]));
    assert!(seeded.contains("0 were created, 0 changed, 0 removed; 13089 are as they were"), "{seeded}");
}

/// A file of municipalities.
fn municipalities(rows: &[&str]) -> String {
    let header = "ags,slug,title.de,designation,kind,federal_state,population,population_as_of,area_km2,location.lon,location.lat,website";
    format!("{header}\n{}\n", rows.join("\n"))
}

const KONSTANZ: &str = "konstanz,Konstanz,Universit\u{e4}tsstadt,town,DE-BW,85770,2023-12-31,54.11,9.17582,47.66033,";

#[test]
fn a_municipality_keeps_its_place_under_a_new_official_key() {
    let data = filled();
    let serving = Serving::start(data.path());
    let before = serving.get("/v1/municipalities/konstanz?fields=id");
    assert_eq!(serving.end("-TERM"), Some(0));
    let file = data.path().join("municipalities.csv");
    let path = file.to_str().unwrap();
    let import = |rows: &[&str], more: &[&str]| {
        fs::write(&file, municipalities(rows)).unwrap();
        said(&run(data.path(), &[&["import", path], more].concat()))
    };
    let renamed = format!("08335999,{KONSTANZ}");
    let line = "konstanz: official key 08335043 \u{2192} 08335999";

    let rehearsed = import(&[&renamed], &["--dry-run"]);
    assert!(rehearsed.contains("0 would be created, 1 changed") && rehearsed.contains(line), "{rehearsed}");
    let stored = import(&[&renamed], &[]);
    assert!(stored.contains("0 were created, 1 changed") && stored.contains(line), "{stored}");
    let again = import(&[&renamed], &[]);
    assert!(again.contains("1 are as they were") && !again.contains("official key"), "{again}");
    let json = data.path().join("municipalities.ndjson");
    let entry =
        r#"{"ags":"08335043","slug":"konstanz","title":{"de":"Konstanz"},"kind":"town","federal_state":"DE-BW"}"#;
    fs::write(&json, entry).unwrap();
    let back = said(&run(data.path(), &["import", json.to_str().unwrap()]));
    assert!(back.contains("konstanz: official key 08335999 \u{2192} 08335043"), "{back}");

    let serving = Serving::start(data.path());
    let after = serving.get("/v1/municipalities/08335043?fields=id");
    let id = |answer: &str| answer.split("\r\n\r\n").nth(1).unwrap().to_owned();
    assert_eq!(id(&after), id(&before));
    assert_eq!(serving.end("-TERM"), Some(0));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one conflict after another")]
fn a_name_that_another_entry_has_is_told_with_its_line_before_anything_is_stored() {
    let data = filled();
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
                "line 2, /slug: `flensburg` cannot become the slug of 08335043 (flensburg): it is that of 01001000 (flensburg), which is on line 3",
                "line 3, /slug: `konstanz` cannot become the slug of 01001000 (konstanz): it is that of 08335043 (konstanz), which is on line 2",
            ],
        ),
        (
            "municipalities.csv",
            municipalities(&[&new, &moved]),
            vec!["line 2, /slug: `konstanz` cannot become", "08335043 (konstanz), which is on line 3", "leave line 3 out"],
        ),
        (
            "municipalities.csv",
            municipalities(&[&absent]),
            vec!["line 2, /slug: `ulm` cannot become", "08421000 (ulm), which this file does not hold", "Choose another slug"],
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
            let told = said(&output);
            assert_eq!(output.status.code(), Some(1), "{told}");
            assert!(told.contains("nothing was stored"), "{told}");
            for part in &expected {
                assert!(told.contains(part), "{part} in {told}");
            }
        }
    }
    assert!(run(data.path(), &["export", "municipalities"]).stdout == before);
    // In an order in which every name is free once it is taken, the same is done.
    let file = data.path().join("municipalities.csv");
    fs::write(&file, municipalities(&[&moved, &new])).unwrap();
    let told = said(&run(data.path(), &["import", file.to_str().unwrap(), "--dry-run"]));
    assert!(told.contains("1 would be created, 1 changed"), "{told}");
    fs::write(&file, municipalities(&[&second])).unwrap();
    let told = said(&run(data.path(), &["import", file.to_str().unwrap(), "--dry-run"]));
    assert!(told.contains("1 would be created, 0 changed"), "{told}");
}
