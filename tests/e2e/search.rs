//! Full-text search, highlighting, spelling corrections and suggestions.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tests::queries::queries;
use tests::{App, SharedApp, TestDatabase};

#[tokio::test]
async fn every_public_query_returns_an_expected_entry() {
    let app = App::start();

    for query in queries() {
        let (found, fits) = query.search_list(&app.anonymous()).await;
        assert!(fits, "{}: {found:?}", query.typed);
        let (across, fits) = query.search_everything(&app.anonymous()).await;
        assert!(fits, "{} across: {across:?}", query.typed);
    }
}

#[tokio::test]
async fn search_accepts_alternative_spellings_of_umlauts() {
    let app = App::start();

    for typed in ["Zwönitz", "Zwoenitz", "Zwonitz", "ZWÖNITZ"] {
        assert_eq!(find(&app, "projects", typed).await, ["zwoenitz"], "{typed}");
    }
    for typed in ["Haßfurt", "Hassfurt", "hassfurt"] {
        assert_eq!(find(&app, "projects", typed).await.first().unwrap(), "hassfurt", "{typed}");
    }
    for typed in ["Chóśebuz", "Chosebuz"] {
        assert_eq!(find(&app, "projects", typed).await.first().unwrap(), "cottbus", "{typed}");
    }
}

#[tokio::test]
async fn place_name_query_ranks_the_place_first() {
    let app = App::start();

    for (typed, slug) in [
        ("Münster", "muenster"),
        ("Konztanz", "konstanz"),
        ("Hambrug", "hamburg"),
        ("Gelsenkichen", "gelsenkirchen"),
        ("Frankfurt am Main", "frankfurt-am-main"),
        ("08335043", "konstanz"),
        ("Bonn", "bonn"),
        ("Gießen", "giessen"),
        ("GIEẞEN", "giessen"),
        ("Landkreis Konstanz", "konstanz-08335"),
        ("Kreis Höxter", "hoexter-05762"),
        ("Sankt Wendel", "st-wendel"),
        ("halle saale", "halle-saale"),
        ("Duesseldorf", "duesseldorf"),
    ] {
        let found = find(&app, "municipalities", typed).await;
        assert_eq!(found.first().map(String::as_str), Some(slug), "{typed}: {found:?}");
    }
}

#[tokio::test]
async fn search_finds_inflections_compound_parts_and_typos() {
    let app = App::start();

    let found = async |typed: &str| find(&app, "projects", typed).await;

    assert!(found("Strategien").await.contains(&"aalen-heidenheim".to_owned()), "Strategie");
    assert!(found("Plattform").await.contains(&"solingen".to_owned()), "Datenplattform");
    assert!(found("Datenplatform").await.contains(&"solingen".to_owned()), "a typo of Datenplattform");
    assert!(found("city centres").await.len() > 2, "English texts");
}

#[tokio::test]
async fn search_supports_phrases_exclusions_and_alternatives() {
    let app = SharedApp::first_content();
    let total = async |typed: &str| {
        app.anonymous().get(&format!("/v1/projects?limit=1&q={}", encoded(typed))).await.json()["total"]
            .as_u64()
            .unwrap()
    };

    let (phrase, words) = (total("\"Connected Urban Twins\"").await, total("urban twins").await);
    let (mobility, without) = (total("Mobilität").await, total("Mobilität -Wasser").await);
    let (tourism, either) = (total("Tourismus").await, total("Tourismus or Mobilität").await);

    assert!(phrase >= 1 && phrase <= words);
    assert!(without < mobility);
    assert!(either >= mobility && either > tourism);
    assert_eq!(total("\"Urban Connected\"").await, 0, "the order of the words in a phrase matters");
}

#[tokio::test]
async fn special_characters_are_valid_and_nonsense_finds_nothing() {
    let app = App::start();

    for typed in ["xyzzyqwertz", "!!!", "& | ! ( ) :* <->", "' or 1=1 --", "\"", "-", "\\", "or", "-\"", "$1", "🙂"] {
        let answer = app.anonymous().get(&format!("/v1/projects?q={}", encoded(typed))).await;
        assert_eq!(answer.status, 200, "{typed}");
    }
    assert_eq!(find(&app, "projects", "xyzzyqwertz").await, Vec::<String>::new());
}

async fn find(app: &App, resource: &str, typed: &str) -> Vec<String> {
    app.anonymous().get(&format!("/v1/{resource}?limit=10&q={}", encoded(typed))).await.slugs()
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn highlight_marks_the_matched_words() {
    let app = SharedApp::first_content();

    let found = app.anonymous().get("/v1/projects?q=Datenplatform&highlight=true&limit=3").await.json();
    let plain = app.anonymous().get("/v1/projects?q=Datenplattform&limit=3").await.json();

    for item in found["items"].as_array().unwrap() {
        let marked: Vec<&str> =
            item["highlight"].as_object().unwrap().values().map(|text| text.as_str().unwrap()).collect();
        assert!(marked.iter().any(|text| text.contains("<mark>") && text.contains("latt")), "{marked:?}");
    }
    assert!(plain["items"][0].get("highlight").is_none());
}

#[tokio::test]
async fn search_matches_joined_split_and_compound_words() {
    let app = App::start();

    for (resource, typed, slug) in [
        ("projects", "RheinNeckar", "rhein-neckar"),
        ("solutions", "Leer stand", "einbeck-vacancy-management"),
        ("solutions", "SmartVillage App", "smart-village-app"),
        ("municipalities", "Castroprauxel", "castrop-rauxel"),
        ("municipalities", "Erfrut", "erfurt"),
        ("solutions", "Biene", "st-wendel-digital-beehive"),
        ("learning-partnerships", "Baum", "bamberg-lemgo-bakim"),
        ("events", "Bürger", "regional-conference-2022-mayen-koblenz"),
    ] {
        let found = find(&app, resource, typed).await;
        assert!(found.iter().take(5).any(|found| found == slug), "{typed}: {found:?}");
    }
    let towns = find(&app, "events", "Bürger").await;
    assert!(!towns.iter().any(|slug| slug.contains("freiburg")), "`Bürger` must not match Freiburg: {towns:?}");
}

#[tokio::test]
async fn excluded_word_does_not_match_theme_titles() {
    let app = SharedApp::first_content();

    let total = async |typed: &str| {
        let page = app.anonymous().get(&format!("/v1/solutions?limit=100&q={}", encoded(typed))).await;
        assert!(typed == "Datenplattform" || !page.slugs().contains(&"hof-urban-data-platform".to_owned()), "{typed}");
        page.json()["total"].as_u64().unwrap()
    };

    let all = total("Datenplattform").await;
    for others in ["Datenplattform -urban", "Datenplattform –urban"] {
        assert!((20..all).contains(&total(others).await), "{others}");
    }
}

#[tokio::test]
async fn changed_theme_title_is_found_in_referring_entries() {
    let app = App::start_with(&[(
        "themes",
        r#"[{"slug": "mobility", "title": {"de": "Fortbewegungskunst"}, "sdgs": [11]}]"#,
    )]);

    for resource in
        ["themes", "projects", "solutions", "working-groups", "learning-partnerships", "courses", "publications"]
    {
        let shown =
            app.anonymous().get(&format!("/v1/{resource}?q=Fortbewegungskunst&limit=1")).await.json()["total"].clone();
        let filter = if resource == "themes" { "q=mobility".to_owned() } else { "theme=mobility".to_owned() };
        let about = app.anonymous().get(&format!("/v1/{resource}?{filter}&limit=1")).await.json()["total"].clone();
        let expected = if resource == "themes" { json!(1) } else { about };
        assert_eq!(shown, expected, "{resource}");
    }
}

#[tokio::test]
async fn exact_title_ranks_first() {
    let app = SharedApp::first_content();

    for (typed, slug) in [("Smart Village App", "smart-village-app"), ("Smart City Manager", "smart-city-manager")] {
        let hits = app.anonymous().get(&format!("/v1/search?limit=3&q={}", encoded(typed))).await;
        assert_eq!(hits.slugs().first().unwrap(), slug, "{typed}");
    }
}

#[tokio::test]
async fn search_covers_every_resource() {
    let app = SharedApp::first_content();
    let client = app.anonymous();

    let page = client.get("/v1/search?q=Konstanz&facets=resource&facets=federal_state&limit=20").await.json();
    let hits = page["items"].as_array().unwrap();

    assert_eq!((&hits[0]["resource"], &hits[0]["slug"]), (&json!("municipalities"), &json!("konstanz")));
    assert_eq!(hits[0]["snippet"], "<mark>Konstanz</mark>");
    assert_eq!(hits[0]["href"], "/v1/municipalities/konstanz");
    let scores: Vec<f64> = hits.iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|left, right| left >= right) && scores[0] > 0.0, "{scores:?}");
    for resource in ["municipalities", "projects", "solutions", "events"] {
        assert!(hits.iter().any(|hit| hit["resource"] == resource), "{resource}");
        let bucket = page["facets"]["resource"].as_array().unwrap().iter().find(|bucket| bucket["value"] == resource);
        let count =
            client.get(&format!("/v1/search?q=Konstanz&limit=1&resource={resource}")).await.json()["total"].clone();
        assert_eq!(bucket.unwrap()["count"], count, "{resource}");
    }
    for hit in hits {
        assert_eq!(client.get(hit["href"].as_str().unwrap()).await.status, 200);
    }
}

#[tokio::test]
async fn search_filters_by_theme_and_federal_state() {
    let app = SharedApp::first_content();
    let hits = async |query: &str| app.anonymous().get(&format!("/v1/search?limit=100&q=Zwilling{query}")).await;

    let (all, themed, in_state) = (hits("").await, hits("&theme=mobility").await, hits("&federal_state=DE-BY").await);

    let total = |answer: &tests::Answer| answer.json()["total"].as_u64().unwrap();
    assert!(total(&themed) > 0 && total(&themed) < total(&all));
    assert!(total(&in_state) > 0 && total(&in_state) < total(&all));
    assert!(themed.each("themes").iter().all(|themes| themes.as_array().unwrap().contains(&json!("mobility"))));
    assert!(in_state.each("federal_states").iter().all(|states| states.as_array().unwrap().contains(&json!("DE-BY"))));
    let refused = app.anonymous().get("/v1/search?q=Bus&resource=buses").await;
    assert!(refused.json()["errors"][0]["detail"].as_str().unwrap().contains("learning-partnerships"));
}

#[tokio::test]
async fn nonsense_finds_nothing() {
    let app = SharedApp::first_content();

    for path in ["search", "solutions"] {
        let nothing = app.anonymous().get(&format!("/v1/{path}?q=xyzzyqw")).await.json();
        assert_eq!((&nothing["items"], nothing.get("did_you_mean")), (&json!([]), None));
    }
}

#[tokio::test]
async fn suggestions_complete_titles_and_places() {
    let app = SharedApp::first_content();
    let suggested = async |typed: &str| -> Vec<(String, String)> {
        let answer = app.anonymous().get(&format!("/v1/suggest?q={}", encoded(typed))).await.json();
        let text = |item: &Value, member: &str| item[member].as_str().unwrap().to_owned();
        answer["items"].as_array().unwrap().iter().map(|item| (text(item, "resource"), text(item, "slug"))).collect()
    };
    let place = |slug: &str| ("municipalities".to_owned(), slug.to_owned());

    assert_eq!(suggested("Konst").await[0], place("konstanz"));
    for typed in ["Mün", "Muen", "mun", "MÜN"] {
        assert!(suggested(typed).await.contains(&place("muenchen")), "{typed}");
    }
    assert!(suggested("digitaler zwill").await.iter().any(|(resource, _)| resource == "solutions"));
    let few = suggested("s").await;
    assert_eq!(few.len(), 10);
    assert!(few.iter().map(|(resource, _)| resource).collect::<HashSet<_>>().len() > 4, "{few:?}");
    for nothing in ["", "   ", "xyzzyqw", "!?", "' | :*"] {
        assert!(suggested(nothing).await.is_empty(), "{nothing}");
    }
}

#[tokio::test]
async fn search_reports_how_words_were_matched() {
    let app = SharedApp::first_content();
    let search =
        async |typed: &str| app.anonymous().get(&format!("/v1/solutions?q={}&limit=1", encoded(typed))).await.json();

    let (plain, typo) = (search("Datenplattform").await, search("Datenplatform").await);
    let without = app.anonymous().get("/v1/solutions?limit=1").await.json();

    assert_eq!((&plain["search"]["all_words"], plain["search"].get("corrected_to")), (&plain["total"], None));
    assert_eq!((&plain["search"]["matches"], &plain["search"]["incomplete"]), (&json!(["all_words"]), &json!(false)));
    assert!(plain.get("total_is_lower_bound").is_none());
    assert_eq!(typo["search"]["corrected_to"], "Datenplattform");
    assert_eq!((typo["search"]["all_words"].as_u64() > Some(0), without.get("search")), (true, None));
}

#[tokio::test]
async fn entries_with_some_words_follow_those_with_all() {
    let app = SharedApp::first_content();
    let typed = encoded("Sensor Parken Feuerwehr");
    let search = async |path: &str| app.anonymous().get(&format!("/v1/{path}&q={typed}")).await;

    for resource in ["solutions", "search"] {
        let page = search(&format!("{resource}?limit=100")).await.json();
        let matches = page["search"]["matches"].as_array().unwrap();
        let count = |kind: &str| page["search"][kind].as_u64().unwrap();
        let with_all = usize::try_from(count("all_words")).unwrap();
        assert_eq!((matches.len(), &page["total"]), (page["items"].as_array().unwrap().len(), &json!(with_all)));
        assert!(matches.iter().take(with_all).all(|kind| kind == "all_words"), "{matches:?}");
        assert!(matches.iter().skip(with_all).all(|kind| kind != "all_words"), "{matches:?}");
        assert!(count("some_words") > 0, "{page}");

        let (mut listed, mut next) = (vec![], String::new());
        while listed.len() < 500 {
            let page = search(&format!("{resource}?limit=40{next}")).await;
            listed.extend(page.each("id"));
            let Some(cursor) = page.json()["next"].as_str().map(str::to_owned) else { break };
            next = format!("&cursor={cursor}");
        }
        let all = count("all_words") + count("some_words") + count("similar");
        let distinct: HashSet<_> = listed.iter().map(Value::to_string).collect();
        assert_eq!((listed.len(), listed.len() as u64), (distinct.len(), all.min(520)), "each entry once");
    }
}

#[tokio::test]
async fn other_orders_facets_and_exports_cover_entries_with_all_words() {
    let app = SharedApp::first_content();
    let search = async |rest: &str| app.anonymous().get(&format!("/v1/solutions?q=Parken+Sensor{rest}")).await;

    let page = search("&facets=status&limit=100").await.json();
    let (total, further) = (page["total"].as_u64().unwrap(), page["search"]["some_words"].as_u64().unwrap());
    assert!(total > 0 && further > 0, "{page}");
    let by_title = search("&sort=title&limit=100").await;
    assert_eq!((by_title.slugs().len() as u64, &by_title.json()["search"]["all_words"]), (total, &json!(total)));
    let counted = page["facets"]["status"].as_array().unwrap().iter().map(|value| value["count"].as_u64().unwrap());
    assert_eq!(counted.sum::<u64>(), total);
    let exported = search("&format=ndjson").await.text();
    assert_eq!(exported.lines().count() as u64, total);
    let feed = search("&format=atom").await.text();
    assert_eq!(feed.matches("<entry>").count() as u64, total.min(20));
}

#[tokio::test]
async fn federal_states_and_regions_find_their_entries() {
    let app = SharedApp::first_content();
    let list = async |query: &str| app.anonymous().get(&format!("/v1/projects?limit=100&{query}")).await;

    let mut in_state = list("federal_state=DE-TH").await.slugs();
    let mut found = list(&format!("q={}", encoded("Thüringen"))).await.slugs();
    in_state.sort();
    found.sort();
    assert_eq!(found, in_state);
    let region = list(&format!("q={}", encoded("Smart City am Bodensee"))).await;
    assert!(region.slugs().iter().take(3).any(|slug| slug == "konstanz"), "{:?}", region.slugs());
}

#[tokio::test]
async fn similar_entries_have_words_and_themes_in_common() {
    let app = SharedApp::first_content();
    let similar = async |path: &str| app.anonymous().get(&format!("/v1/{path}")).await;

    let answer = similar("solutions/bochum-tree-irrigation/similar").await;
    let slugs = answer.slugs();
    assert_eq!(slugs.len(), 10);
    assert!(slugs.contains(&"pforzheim-tree-irrigation".to_owned()), "{slugs:?}");
    assert!(!slugs.contains(&"bochum-tree-irrigation".to_owned()), "not the entry itself");
    let page = answer.json();
    let items = page["items"].as_array().unwrap();
    let scores: Vec<f64> = items.iter().map(|item| item["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|left, right| left >= right) && scores.iter().all(|score| (0.0..=1.0).contains(score)));
    let reasons = &items.iter().find(|item| item["slug"] == "pforzheim-tree-irrigation").unwrap()["reasons"];
    assert!(reasons["words"].as_array().unwrap().contains(&json!("Baumbewässerung")), "{reasons}");
    assert_eq!(reasons["themes"], json!(["climate-adaptation"]));

    let id = app.anonymous().get("/v1/solutions/bochum-tree-irrigation").await.json()["id"].clone();
    assert_eq!(similar(&format!("solutions/{}/similar", id.as_str().unwrap())).await.json(), page);
    let limited = similar("solutions/bochum-tree-irrigation/similar?resource=practice-examples&limit=3").await.json();
    let limited = limited["items"].as_array().unwrap();
    assert!(limited.len() == 3 && limited.iter().all(|item| item["resource"] == "practice-examples"), "{limited:?}");
    assert_eq!(similar("municipalities/08335043/similar").await.json(), json!({ "items": [] }));
    for (path, status) in
        [("solutions/keine/similar", 404), ("buses/ulm/similar", 404), ("themes/mobility/similar?limit=51", 400)]
    {
        assert_eq!(similar(path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn long_text_is_cut_and_reported() {
    let app = SharedApp::first_content();
    let text = "Sensoren messen den Füllstand der Parkplätze. ".repeat(40);

    let page = app.anonymous().get(&format!("/v1/solutions?limit=3&q={}", encoded(&text))).await.json();
    let short = app.anonymous().get("/v1/solutions?limit=3&q=Sensoren").await.json();

    assert_eq!((page["items"].as_array().unwrap().len(), &page["search"]["truncated"]), (3, &json!(true)));
    assert_eq!(short["search"]["truncated"], false);
}

#[tokio::test]
async fn changed_and_deleted_entries_are_found_at_once() {
    let app = App::start();
    let editor = app.editor().await;
    let total = async |typed: &str| app.anonymous().get(&format!("/v1/themes?q={typed}")).await.json()["total"].clone();
    assert_eq!(total("Quastenflosser").await, 0);

    let theme = json!({ "slug": "flosser", "title": { "de": "Quastenflosser" } });
    assert_eq!(editor.post("/v1/themes", &theme).await.status, 201);
    assert_eq!(total("Quastenflosser").await, 1);
    let theme = json!({ "slug": "flosser", "title": { "de": "Pfeilschwanzkrebse" } });
    assert_eq!(editor.put("/v1/themes/flosser", &theme, "*").await.status, 200);
    assert_eq!((total("Quastenflosser").await, total("Pfeilschwanzkrebs").await), (json!(0), json!(1)));
    assert_eq!(editor.delete("/v1/themes/flosser", "*").await.status, 204);
    assert_eq!(total("Pfeilschwanzkrebs").await, 0);
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
