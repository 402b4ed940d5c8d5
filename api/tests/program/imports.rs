//! Import of files from spreadsheets, editors and the API, and the messages about invalid files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::serving::{Serving, filled_folder, folder, run, stderr_text};

/// Imports a file and returns the standard error output. Messages begin with `transferatlas: ` only if the import fails.
fn import(data: &Path, name: &str, content: impl AsRef<[u8]>, more: &[&str]) -> String {
    let file = write(data, name, content);
    let output = run(data, &[&["import", file.to_str().unwrap()], more].concat());
    assert_eq!(output.status.success(), !stderr_text(&output).contains("transferatlas: "), "{}", stderr_text(&output));
    stderr_text(&output)
}

fn write(data: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let file = data.join(name);
    fs::write(&file, content).unwrap();
    file
}

const HEADER: &str = "ags,slug,title.de,designation,kind,federal_state,population,population_as_of,area_km2,location.lon,location.lat,website";
const KONSTANZ: &str = "08335043,konstanz,Konstanz,Stadt,town,DE-BW,85770,2023-12-31,54.11,9.17582,47.66033,";

#[test]
fn line_numbers_match_those_of_text_editors() {
    let data = filled_folder();
    let wrong = "01001000,flensburg,Flensburg,\"Stadt\nam Meer\",nonsense,DE-SH,1,2023-12-31,1,9,54,";
    let other = "09162000,muenchen,München,,town,DE-XX,1,2023-12-31,1,11,48,";
    let text = [HEADER, KONSTANZ, wrong, "", other, "09162000,muenchen", "a,b,c,d,e,f,g,h,i,j,k,l,m"].join("\n");

    for end in ["\n", "\r\n", "\r"] {
        let message = import(data.path(), "municipalities.csv", text.replace('\n', end), &["--dry-run"]);
        for expected in [
            "nothing was stored; 5 violations:",
            "line 3, /designation: must not contain control characters",
            "line 3, /kind: `nonsense` is not allowed",
            "line 6, /federal_state: `DE-XX` is not allowed",
            "line 7: the row has 2 cells, but the header has 12",
            "line 8: the row has 13 cells, but the header has 12",
        ] {
            assert!(message.contains(expected), "{expected:?} after {end:?} in {message}");
        }
    }
}

#[test]
fn csv_of_a_german_spreadsheet_is_imported() {
    let data = filled_folder();
    let excel = [
        "\u{feff}ags;slug;title.de;designation;kind;federal_state;population;population_as_of;area_km2;location.lon;location.lat;website;",
        "08335043;konstanz;Konstanz;'=Summe;town;DE-BW;85770;2023-12-31;54,11;9,17582;47.66033;;",
        ";;;;;;;;;;;;",
    ];
    let message = import(data.path(), "municipalities.csv", excel.join("\r\n"), &[]);
    assert!(message.contains("0 were created, 1 changed; 0 unchanged"), "{message}");

    let tabs = [HEADER, &KONSTANZ.replace("Stadt", "'=Summe")].join("\n").replace(',', "\t");
    let message = import(data.path(), "municipalities.csv", tabs, &[]);
    assert!(message.contains("0 were created, 0 changed; 1 unchanged"), "{message}");

    let exported = |form: &str| {
        let output = run(data.path(), &["export", "municipalities", "--form", form]);
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find(|line| line.contains("08335043")).unwrap().to_owned()
    };
    let json = exported("ndjson");
    for member in ["\"designation\":\"=Summe\"", "\"area_km2\":54.11", "\"lon\":9.17582"] {
        assert!(json.contains(member), "{member} in {json}");
    }
    assert!(exported("csv").contains(",'=Summe,"), "the formula is escaped");
}

/// Returns the text of a response with `Transfer-Encoding: chunked`.
fn chunked_text(answer: &str) -> String {
    let (mut text, mut rest) = (String::new(), answer.split_once("\r\n\r\n").unwrap().1);
    while let Some((size, chunk)) = rest.split_once("\r\n") {
        let (content, next) = chunk.split_at(usize::from_str_radix(size, 16).unwrap());
        text.push_str(content);
        rest = next.strip_prefix("\r\n").filter(|_| !content.is_empty()).unwrap_or_default();
    }
    text
}

#[test]
fn csv_for_excel_is_imported() {
    let data = filled_folder();
    let serving = Serving::start(data.path());
    let answer = serving.get("/v1/municipalities?format=csv&dialect=excel-de&federal_state=DE-HB");
    assert_eq!(serving.end("-TERM"), Some(0));
    let excel = chunked_text(&answer);
    assert!(excel.contains(";\"=\"\"04011000\"\"\";"), "{excel}");

    for content in [excel.clone(), excel.replace('\u{feff}', "\u{feff}sep=;\r\n")] {
        let message = import(data.path(), "municipalities.csv", content, &[]);
        assert!(message.contains("0 were created, 0 changed; 2 unchanged"), "{message}");
    }
    for end in ["\r\n", "\r"] {
        let text = ["sep=,", HEADER, &KONSTANZ.replace("town", "nonsense")].join(end);
        let message = import(data.path(), "municipalities.csv", text, &[]);
        assert!(message.contains("1 violation:\n  line 3, /kind: `nonsense` is not allowed"), "{message}");
    }
}

#[test]
fn header_violations_are_reported_once() {
    let data = filled_folder();
    let header = "ags;slug;name;kind;federal_state;area_km2;slug;lon";
    let row = |number: usize| format!("{:08};ort-{number};Ort;nonsense;DE-SH;1.000,5;x;9", 1_900_000 + number);
    let rows: Vec<String> = (0..60).map(row).collect();

    let message = import(data.path(), "municipalities.csv", format!("{header}\n{}\n", rows.join("\n")), &[]);

    for (expected, times) in [
        ("nothing was stored; 123 violations:", 1),
        ("line 1: has columns more than once: slug; keep one of each", 1),
        ("line 1: has unknown columns: name, lon; known columns: ags, slug, title.de, title.en, designation, kind,", 1),
        ("line 1, /title: is missing and must be present", 1),
        ("/kind: `nonsense`", 48),
        ("/area_km2: must be a number", 49),
        ("  and 23 more", 1),
    ] {
        assert_eq!(message.matches(expected).count(), times, "{expected}: {message}");
    }
}

/// Name and content of files that cannot be read, with part of the message.
const UNREADABLE: &[(&str, &str, &str)] = &[
    (
        "municipalities.csv",
        "name;lon\nKonstanz;9.1\n",
        "line 1: has no known column; the delimiter found is a semicolon. Known columns: ags,",
    ),
    ("municipalities.csv", "name\nKonstanz\n", "line 1: has no known column; no delimiter was found"),
    ("municipalities.csv", "", "line 1: has no header; it must name the columns: ags,"),
    ("municipalities.csv", "\"sep=;\"\r\n", "line 1: has no header; it must name the columns: ags,"),
    (
        "municipalities.csv",
        "sep=,\nags;slug\n",
        "line 2: has no known column; the first line of the file sets the delimiter to a comma",
    ),
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
    ("themes.ndjson", "", "line 1: the file is empty, and must contain one JSON object per line"),
    ("themes.ndjson", "\u{feff}\n \r\n", "line 1: the file is empty, and must contain one JSON object per line"),
    (
        "themes.json",
        "[[{\"slug\": \"water\"}]]",
        "1 violation:\n  line 1: an entry must be a JSON object, not an array",
    ),
    (
        "themes.json",
        "[1,\nnull]",
        "2 violations:\n  line 1: an entry must be a JSON object, not a number\n  line 2: an entry must be a JSON object, not null",
    ),
    ("themes.ndjson", "\"water\"", "1 violation:\n  line 1: an entry must be a JSON object, not a string"),
];

#[test]
fn unreadable_file_is_reported_without_opening_the_database() {
    let data = folder();
    for (name, content, expected) in UNREADABLE {
        let message = import(data.path(), name, content, &[]);
        assert!(message.contains(expected), "{expected} in {message}");
    }
    for (name, content, expected) in [
        (
            "municipalities.csv",
            &b"ags,slug\r08335043,\xe4\r"[..],
            "municipalities.csv is not UTF-8 (line 2); save it as \"CSV UTF-8\"",
        ),
        ("themes.json", &b"[\n\"\xe4\"]"[..], "themes.json is not UTF-8 (line 2); save it with the encoding UTF-8"),
    ] {
        let message = import(data.path(), name, content, &[]);
        assert!(message.contains(expected), "{expected} in {message}");
    }
    assert!(fs::read_dir(data.path()).unwrap().all(|file| file.unwrap().path().is_file()), "no database was made");
}

#[test]
fn page_single_entry_and_byte_order_mark_are_accepted() {
    let data = filled_folder();
    let water = "{\"id\": \"x\", \"slug\": \"water\", \"title\": {\"de\": \"Wasser\"}, \"counts\": {\"projects\": 3}, \"sdgs\": []}";

    for (name, content, expected) in [
        ("themes.json", format!("\u{feff}{water}"), "1 were created, 0 changed"),
        ("themes.ndjson", format!("\u{feff}{water}\n"), "1 unchanged"),
        ("themes.json", format!("\u{feff}[{water}]"), "1 unchanged"),
        (
            "themes.json",
            format!("{{\"items\": [{water}],\n \"total\": 1, \"next\": \"eyJ\", \"facets\": {{}}}}"),
            "1 unchanged",
        ),
    ] {
        let message = import(data.path(), name, &content, &[]);
        assert!(message.contains(expected), "{expected} for {content}: {message}");
    }
    let message = import(
        data.path(),
        "themes.json",
        "{\"items\": [\n{\"slug\": \"a b\", \"title\": {\"de\": \"A\"}},\n 7], \"total\": 2}",
        &[],
    );
    assert!(message.contains("line 2, /slug: must be") && message.contains("line 3: an entry must be"), "{message}");
}

#[test]
fn unknown_references_are_reported_beside_unreadable_rows() {
    let data = filled_folder();
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
        let message = import(data.path(), "practice-examples.ndjson", rows.join("\n"), more);
        for expected in [
            "nothing was stored; 6 violations:",
            "line 1, /municipality: `nirgends` does not identify",
            "line 2, /status: `unbekannt` is not allowed",
            "line 3: is not valid JSON",
            "line 4, /solution: `keine` does not identify",
            "line 5, /municipality: `nowhere` does not identify",
            "line 5, /status: `unbekannt` is not allowed",
        ] {
            assert!(message.contains(expected), "{expected} in {message}");
        }
    }
    // A reference to an entry of an unreadable row is not reported.
    let exported = String::from_utf8(run(data.path(), &["export", "solutions", "--form", "ndjson"]).stdout).unwrap();
    let solution: serde_json::Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    let mut related = solution.clone();
    related["slug"] = "eine-neue".into();
    related["related"] = serde_json::json!([{ "solution": "eine-andere", "relation": "replaces" }]);
    let message = import(data.path(), "solutions.ndjson", format!("{related}\n{{\"slug\": \"eine-andere\", }}"), &[]);
    assert!(message.contains("line 2: is not valid JSON") && !message.contains("does not identify"), "{message}");
}
