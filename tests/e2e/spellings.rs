//! Search with alternative spellings, and the spelling of suggested corrections.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tests::{App, SharedApp, TestDatabase, encoded};

use crate::writing::new_entry_input;

/// Groups of spellings of one word.
const SPELLINGS: [&[&str]; 11] = [
    &["CO2-Ampel", "CO₂-Ampel", "CO2Ampel", "CO₂ Ampel", "CO 2 Ampel"],
    &["5G-Netz", "5G Netz", "5GNetz"],
    &["Industrie-4.0", "Industrie 4.0", "Industrie4.0", "Industrie40"],
    &["Open-Data-Portal", "OpenDataPortal", "Open Data Portal", "Opendata-Portal", "Open-Dataportal"],
    &["E-Government", "eGovernment", "E Government", "E\u{2011}Government"],
    &["G20", "G-20", "G 20"],
    &["i-Kfz", "iKfz", "i Kfz"],
    &["LoRaWAN", "LoRa-WAN", "LoRa WAN", "LoRaWAN™"],
    &["On-Demand-Verkehr", "OnDemand-Verkehr", "Ondemandverkehr"],
    &[
        "Würfelhusten",
        "Würfel\u{ad}husten",
        "Wu\u{308}rfelhusten",
        "Wuerfel\u{200b}husten",
        "Würfel\u{2060}husten\u{feff}",
    ],
    &["finanziert", "ﬁnanziert", "ｆｉｎａｎｚｉｅｒｔ", "finan\u{200c}z\u{200d}iert"],
];

fn slug(group: usize, index: usize) -> String {
    format!("schreibweise-{group}-{index}")
}

/// Starts a service with a theme for every spelling.
async fn start() -> App {
    let app = App::start();
    let editor = app.editor().await;
    for (group, spellings) in SPELLINGS.iter().enumerate() {
        for (index, written) in spellings.iter().enumerate() {
            let theme = json!({ "slug": slug(group, index), "title": { "de": format!("{written} für alle") } });
            let created = editor.post("/v1/themes", &theme).await;
            assert_eq!(created.status, 201, "{written}: {}", created.text());
        }
    }
    app
}

#[tokio::test]
async fn every_spelling_finds_the_other_spellings() {
    let app = start().await;

    let mut missing = vec![];
    for (group, spellings) in SPELLINGS.iter().enumerate() {
        for typed in *spellings {
            let found = app.anonymous().get(&format!("/v1/themes?limit=100&q={}", encoded(typed))).await.slugs();
            for (index, written) in spellings.iter().enumerate() {
                if !found.contains(&slug(group, index)) {
                    missing.push(format!("{typed} does not find {written}"));
                }
            }
            let others = found.iter().filter(|found| {
                found.starts_with("schreibweise-") && !found.starts_with(&format!("schreibweise-{group}-"))
            });
            assert_eq!(others.collect::<Vec<_>>(), Vec::<&String>::new(), "{typed}");
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[tokio::test]
async fn highlight_marks_every_spelling() {
    let app = start().await;

    let mut snippets = vec![];
    for (typed, group, index) in
        [("CO2-Ampel", 0, 1), ("Wurfelhusten", 9, 1), ("Wurfelhusten", 9, 3), ("finanziert", 10, 1)]
    {
        let found = app.anonymous().get(&format!("/v1/search?resource=themes&limit=100&q={}", encoded(typed))).await;
        let items = found.json()["items"].as_array().unwrap().clone();
        let hit = items.into_iter().find(|hit| hit["slug"] == slug(group, index)).unwrap();
        snippets.push(hit["snippet"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        snippets,
        [
            "<mark>CO₂</mark>-<mark>Ampel</mark> für alle",
            "<mark>Würfel\u{ad}husten</mark> für alle",
            "<mark>Wuerfel\u{200b}husten</mark> für alle",
            "<mark>ﬁnanziert</mark> für alle"
        ]
    );
}

#[tokio::test]
async fn first_content_is_found_with_every_spelling() {
    let app = SharedApp::first_content();
    let total = async |typed: &str| {
        app.anonymous().get(&format!("/v1/search?limit=1&q={}", encoded(typed))).await.json()["total"].as_u64().unwrap()
    };

    assert_eq!(total("CO2").await, total("CO₂").await);
    for typed in ["CO₂", "LoRaWAN", "LoRa-WAN", "lora wan", "Open-Data-Portal", "OpenDataPortal"] {
        assert!(total(typed).await > 0, "{typed}");
    }
}

#[tokio::test]
async fn suggested_corrections_use_the_usual_spelling() {
    let app = App::start();
    let editor = app.editor().await;
    // The word occurs in the description only. The slug and the URLs contain a transliterated spelling.
    let mut solution = new_entry_input(&app, "solutions", "wuerfelhusten-verhueten").await;
    solution["description"] = json!({ "de": "Der Würfelhusten ist weit verbreitet." });
    solution["sources"] = json!(["https://example.org/wuerfelhusten/wuerfelhusten"]);
    let created = editor.post("/v1/solutions", &solution).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let search = async |path: &str, typed: &str| -> Value {
        app.anonymous().get(&format!("/v1/{path}?limit=1&q={}", encoded(typed))).await.json()
    };

    for path in ["search", "solutions"] {
        let corrected = search(path, "wurfelhsuten").await;
        assert_eq!((&corrected["search"]["corrected_to"], &corrected["total"]), (&json!("Würfelhusten"), &json!(1)));
        let meant = search(path, "wuerfelhustabcd").await;
        assert_eq!((&meant["did_you_mean"], &meant["total"]), (&json!("Würfelhusten"), &json!(0)), "{path}");
    }
    let participation = search("search", "burgerbeteiligumg").await;
    assert_eq!(participation["search"]["corrected_to"], "Bürgerbeteiligung");
    let kind = search("municipalities", "gemeindevrband").await;
    assert_eq!(kind["search"]["corrected_to"], "Gemeindeverband");
}

#[test]
fn folding_equals_that_of_the_database() {
    TestDatabase::filled().with(async |database| {
        // Without letters that are newer than the oldest supported PostgreSQL server.
        let letters = (0x20..0x209d).chain(0x20a0..0x2c00).chain(0xfb00..0x1_0000).filter_map(char::from_u32);
        let texts: Vec<String> = letters.map(|letter| format!("a{letter}Bue {letter}ue")).collect();
        let words =
            ["Sankt Wendel", "sankt_x", "ueue", "Quelle Feuer neue", "aee oae", "Israel Goethe", "SANKTION Sankt"];
        let texts: Vec<String> = texts.into_iter().chain(words.map(str::to_owned)).collect();
        let sql =
            "select search_fold(t.text) from unnest($1::text[]) with ordinality as t (text, place) order by t.place";
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [texts.clone().into()]);
        let rows = database.connection().query_all_raw(statement).await.unwrap();
        let mut different = vec![];
        for (text, row) in texts.iter().zip(&rows) {
            let (here, there) = (search::fold(text), row.try_get_by_index::<String>(0).unwrap());
            if !search::words_of(&here).eq(search::words_of(&there)) {
                different.push(format!("{text}: {here} {there}"));
            }
        }
        assert_eq!((rows.len(), different), (texts.len(), vec![]));
    });
}
