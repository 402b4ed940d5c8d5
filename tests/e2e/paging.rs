//! Page after page, whatever happens in between.

use std::collections::HashSet;

use tests::{App, SharedApp};

#[tokio::test]
async fn pages_hold_every_entry_once_in_every_order() {
    let app = SharedApp::first_content();

    for order in ["title", "-population", "ags", "-area_km2", "updated_at"] {
        let path = format!("/v1/municipalities?federal_state=DE-NW&federal_state=DE-SL&fields=slug&sort={order}");
        let entries = app.anonymous().all(&path).await;

        let different: HashSet<&str> = entries.iter().map(|entry| entry["slug"].as_str().unwrap()).collect();
        assert_eq!((entries.len(), different.len()), (485, 485), "{order}");
    }
}

#[tokio::test]
async fn pages_of_a_search_hold_every_hit_once() {
    let app = SharedApp::first_content();
    let total = app.anonymous().get("/v1/municipalities?q=neu&limit=1").await.json()["total"].as_u64().unwrap();

    let hits = app.anonymous().all("/v1/municipalities?q=neu&fields=slug").await;

    let different: HashSet<&str> = hits.iter().map(|entry| entry["slug"].as_str().unwrap()).collect();
    assert!(total > 100);
    assert_eq!((hits.len() as u64, different.len() as u64), (total, total));
}

#[tokio::test]
async fn the_link_header_leads_to_the_next_page() {
    let app = SharedApp::first_content();
    let first = app.anonymous().get("/v1/projects?round=1&fields=slug&limit=10").await;

    let link = first.header("link").to_owned();
    let path = link.trim_start_matches('<').split('>').next().unwrap();
    let second = app.anonymous().get(path).await;

    assert!(link.split(", <").next().unwrap().ends_with("; rel=\"next\""));
    assert_eq!((first.slugs().len(), second.slugs().len()), (10, 3));
    assert!(!second.header("link").contains("next"));
    assert!(second.json().get("next").is_none());
    assert_eq!(second.json()["total"], 13);
}

#[tokio::test]
async fn writes_in_between_move_nothing() {
    let app = App::start();
    let editor = app.editor().await;
    let expected: Vec<String> = app.anonymous().get("/v1/courses?sort=title&limit=100").await.slugs();

    let (mut seen, mut rounds) = (vec![], 0);
    let mut path = "/v1/courses?sort=title&limit=5".to_owned();
    loop {
        let page = app.anonymous().get(&path).await;
        seen.extend(page.slugs());
        // An entry that was seen goes away, so an offset would skip one.
        let gone = format!("/v1/courses/{}", seen[rounds]);
        assert_eq!(editor.delete(&gone, "*").await.status, 204);
        rounds += 1;
        match page.json()["next"].as_str() {
            Some(next) => path = format!("/v1/courses?sort=title&limit=5&cursor={next}"),
            None => break,
        }
    }

    assert_eq!(seen, expected);
    assert!(rounds > 1, "{rounds} pages");
}
