//! Files as spreadsheets, editors and the API write them, and what is told about those that cannot be imported.

use std::fs;
use std::path::{Path, PathBuf};

use crate::serving::{filled, folder, run, said};

/// Imports a file, and tells what the program said, which names no file for its reason.
fn import(data: &Path, name: &str, content: impl AsRef<[u8]>, more: &[&str]) -> String {
    let file = write(data, name, content);
    let output = run(data, &[&["import", file.to_str().unwrap()], more].concat());
    assert_eq!(output.status.success(), !said(&output).contains("transferatlas: "), "{}", said(&output));
    said(&output)
}

fn write(data: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let file = data.join(name);
    fs::write(&file, content).unwrap();
    file
}

const HEADER: &str = "ags,slug,title.de,designation,kind,federal_state,population,population_as_of,area_km2,location.lon,location.lat,website";
const KONSTANZ: &str = "08335043,konstanz,Konstanz,Stadt,town,DE-BW,85770,2023-12-31,54.11,9.17582,47.66033,";

#[test]
fn lines_are_counted_as_editors_count_them() {
    let data = filled();
    let wrong = "01001000,flensburg,Flensburg,\"Stadt\nam Meer\",nonsense,DE-SH,1,2023-12-31,1,9,54,";
    let other = "09162000,muenchen,München,,town,DE-XX,1,2023-12-31,1,11,48,";
    let text = [HEADER, KONSTANZ, wrong, "", other, "09162000,muenchen", "a,b,c,d,e,f,g,h,i,j,k,l,m"].join("\n");

    for end in ["\n", "\r\n", "\r"] {
        let told = import(data.path(), "municipalities.csv", text.replace('\n', end), &["--dry-run"]);
        for expected in [
            "nothing was stored; 5 violations:",
            "line 3, /designation: must not contain control characters",
            "line 3, /kind: `nonsense` is not allowed",
            "line 6, /federal_state: `DE-XX` is not allowed",
            "line 7: the number of cells is 2, and that of the header is 12",
            "line 8: the number of cells is 13, and that of the header is 12",
        ] {
            assert!(told.contains(expected), "{expected:?} after {end:?} in {told}");
        }
    }
}

#[test]
fn what_a_german_spreadsheet_saves_is_imported() {
    let data = filled();
    let excel = [
        "\u{feff}ags;slug;title.de;designation;kind;federal_state;population;population_as_of;area_km2;location.lon;location.lat;website;",
        "08335043;konstanz;Konstanz;'=Summe;town;DE-BW;85770;2023-12-31;54,11;9,17582;47.66033;;",
        ";;;;;;;;;;;;",
    ];
    let told = import(data.path(), "municipalities.csv", excel.join("\r\n"), &[]);
    assert!(told.contains("0 were created, 1 changed; 0 are as they were"), "{told}");

    let tabs = [HEADER, &KONSTANZ.replace("Stadt", "'=Summe")].join("\n").replace(',', "\t");
    let told = import(data.path(), "municipalities.csv", tabs, &[]);
    assert!(told.contains("0 were created, 0 changed; 1 are as they were"), "{told}");

    let exported = |form: &str| {
        let output = run(data.path(), &["export", "municipalities", "--form", form]);
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find(|line| line.contains("08335043")).unwrap().to_owned()
    };
    let json = exported("ndjson");
    for member in ["\"designation\":\"=Summe\"", "\"area_km2\":54.11", "\"lon\":9.17582"] {
        assert!(json.contains(member), "{member} in {json}");
    }
    assert!(exported("csv").contains(",'=Summe,"), "a spreadsheet does not run it");
}

#[test]
fn a_header_is_told_once_and_its_violations_are_counted() {
    let data = filled();
    let header = "ags;slug;name;kind;federal_state;area_km2;slug;lon";
    let row = |number: usize| format!("{:08};ort-{number};Ort;nonsense;DE-SH;1.000,5;x;9", 1_900_000 + number);
    let rows: Vec<String> = (0..60).map(row).collect();

    let told = import(data.path(), "municipalities.csv", format!("{header}\n{}\n", rows.join("\n")), &[]);

    for (expected, times) in [
        ("nothing was stored; 123 violations:", 1),
        ("line 1: has columns more than once: slug; keep one of each", 1),
        ("line 1: has unknown columns: name, lon; known columns: ags, slug, title.de, title.en, designation, kind,", 1),
        ("line 1, /title: is missing and must be present", 1),
        ("/kind: `nonsense`", 48),
        ("/area_km2: must be a number", 49),
        ("  and 23 more", 1),
    ] {
        assert_eq!(told.matches(expected).count(), times, "{expected}: {told}");
    }
}

/// Files, as their name and content, with the reason why they have no entries.
const UNREADABLE: &[(&str, &str, &str)] = &[
    (
        "municipalities.csv",
        "name;lon\nKonstanz;9.1\n",
        "line 1: has no known column; the delimiter found is a semicolon. Known columns: ags,",
    ),
    ("municipalities.csv", "name\nKonstanz\n", "line 1: has no known column; no delimiter was found"),
    ("municipalities.csv", "", "line 1: has no header; it must name the columns: ags,"),
    ("projects.csv", "slug\nulm\n", "projects contain lists and do not fit into a table; use JSON or NDJSON"),
    (
        "themes.json",
        "[\n {\"slug\": \"water\",\n\"title\": {\"de\": \"A\\ud800\"}}]",
        "line 3: contains a lone surrogate (half of a character, such as `\\ud800`",
    ),
    ("themes.ndjson", "{\"slug\": \"\\udc00\\ud800\"}", "line 1: contains a lone surrogate"),
    (
        "themes.json",
        "[\n{\"slug\": \"water\" \"title\": 1}]",
        "line 2: is not valid JSON: expected `,` or `}`; look for",
    ),
    (
        "themes.json",
        "\n{\"type\": \"FeatureCollection\", \"features\": []}",
        "line 2: the object has neither the `slug` of an entry nor the `items` of a page",
    ),
    ("themes.json", "7", "line 1: the file contains no entries; it must be an array of entries, a page"),
    ("themes.json", " \n", "line 1: the file is empty, and must contain an array of entries"),
    (
        "themes.ndjson",
        "\n[{\"slug\": \"water\"}]\n",
        "line 2: the file is a JSON array; name the format with --form json",
    ),
    (
        "themes.ndjson",
        "[\n{\"slug\": \"water\"},\n]",
        "line 1: the file is a JSON array; name the format with --form json",
    ),
    (
        "themes.ndjson",
        "{\n\"slug\": \"water\"}",
        "line 1: the file is one JSON object over several lines; name the format with --form json",
    ),
    (
        "themes.ndjson",
        "{\"items\": [], \"total\": 0}",
        "line 1: the file is a page of a list; name the format with --form json",
    ),
    ("themes.ndjson", "{\"items\"\n", "line 1: is not valid JSON: "),
];

#[test]
fn a_file_without_any_entry_is_explained_without_the_database() {
    let data = folder();
    for (name, content, expected) in UNREADABLE {
        let told = import(data.path(), name, content, &[]);
        assert!(told.contains(expected), "{expected} in {told}");
    }
    for (name, content, expected) in [
        (
            "municipalities.csv",
            &b"ags,slug\r08335043,\xe4\r"[..],
            "municipalities.csv is not UTF-8 (line 2); save it as \"CSV UTF-8\"",
        ),
        ("themes.json", &b"[\n\"\xe4\"]"[..], "themes.json is not UTF-8 (line 2); save it with the encoding UTF-8"),
    ] {
        let told = import(data.path(), name, content, &[]);
        assert!(told.contains(expected), "{expected} in {told}");
    }
    assert!(fs::read_dir(data.path()).unwrap().all(|file| file.unwrap().path().is_file()), "no database was made");
}

#[test]
fn a_page_an_entry_and_a_byte_order_mark_are_taken() {
    let data = filled();
    let water = "{\"id\": \"x\", \"slug\": \"water\", \"title\": {\"de\": \"Wasser\"}, \"counts\": {\"projects\": 3}, \"sdgs\": []}";

    for (name, content, expected) in [
        ("themes.json", format!("\u{feff}{water}"), "1 were created, 0 changed"),
        ("themes.ndjson", format!("\u{feff}{water}\n"), "1 are as they were"),
        ("themes.json", format!("\u{feff}[{water}]"), "1 are as they were"),
        (
            "themes.json",
            format!("{{\"items\": [{water}],\n \"total\": 1, \"next\": \"eyJ\", \"facets\": {{}}}}"),
            "1 are as they were",
        ),
    ] {
        let told = import(data.path(), name, &content, &[]);
        assert!(told.contains(expected), "{expected} for {content}: {told}");
    }
    let told = import(
        data.path(),
        "themes.json",
        "{\"items\": [\n{\"slug\": \"a b\", \"title\": {\"de\": \"A\"}},\n 7], \"total\": 2}",
        &[],
    );
    assert!(told.contains("line 2, /slug: must be") && told.contains("line 3: must be an object"), "{told}");
}

#[test]
fn rows_that_cannot_be_read_hide_no_unknown_references() {
    let data = filled();
    let example = |slug: &str, member: &str, value: &str| {
        let entry = serde_json::json!({ "slug": slug, "title": { "de": "Beispiel" }, "municipality": "konstanz", "relation": "origin",
            "status": "pilot", "sources": ["https://example.org/"] });
        let mut entry = entry.as_object().unwrap().clone();
        entry.insert(member.to_owned(), value.into());
        serde_json::Value::from(entry).to_string()
    };
    let rows = [
        example("erstes", "municipality", "nirgends"),
        example("zweites", "status", "unbekannt"),
        "{\"slug\": ".to_owned(),
        example("drittes", "solution", "keine"),
        example("viertes", "municipality", "nowhere").replace("pilot", "unbekannt"),
    ];

    for more in [&["--dry-run"][..], &[]] {
        let told = import(data.path(), "practice-examples.ndjson", rows.join("\n"), more);
        for expected in [
            "nothing was stored; 6 violations:",
            "line 1, /municipality: `nirgends` does not identify",
            "line 2, /status: `unbekannt` is not allowed",
            "line 3: is not valid JSON",
            "line 4, /solution: `keine` does not identify",
            "line 5, /municipality: `nowhere` does not identify",
            "line 5, /status: `unbekannt` is not allowed",
        ] {
            assert!(told.contains(expected), "{expected} in {told}");
        }
    }
    // What a row refers to may be in a row that cannot be read.
    let exported = String::from_utf8(run(data.path(), &["export", "solutions", "--form", "ndjson"]).stdout).unwrap();
    let solution: serde_json::Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    let mut related = solution.clone();
    related["slug"] = "eine-neue".into();
    related["related"] = serde_json::json!([{ "solution": "eine-andere", "relation": "replaces" }]);
    let told = import(data.path(), "solutions.ndjson", format!("{related}\n{{\"slug\": \"eine-andere\", }}"), &[]);
    assert!(told.contains("line 2: is not valid JSON") && !told.contains("does not identify"), "{told}");
}
