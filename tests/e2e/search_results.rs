//! Which entries a search finds, and how the response says that they match; and similar entries.

use std::collections::HashSet;

use serde_json::{Value, json};
use tests::{App, SharedApp, encoded};

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
