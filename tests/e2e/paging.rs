//! Pagination of lists and search results.

use std::collections::HashSet;

use serde_json::json;
use tests::{App, Client, SharedApp};

#[tokio::test]
async fn pages_contain_every_entry_once_in_every_sort_order() {
    let app = SharedApp::first_content();

    for order in ["title", "-population", "ags", "-area_km2", "updated_at"] {
        let path = format!("/v1/municipalities?federal_state=DE-NW&federal_state=DE-SL&fields=slug&sort={order}");
        let entries = app.anonymous().all(&path).await;

        let different: HashSet<&str> = entries.iter().map(|entry| entry["slug"].as_str().unwrap()).collect();
        assert_eq!((entries.len(), different.len()), (485, 485), "{order}");
    }
}

#[tokio::test]
async fn search_pages_contain_every_result_once() {
    let app = SharedApp::first_content();
    let total = app.anonymous().get("/v1/municipalities?q=neu&limit=1").await.json()["total"].as_u64().unwrap();

    let hits = app.anonymous().all("/v1/municipalities?q=neu&fields=slug").await;

    let different: HashSet<&str> = hits.iter().map(|entry| entry["slug"].as_str().unwrap()).collect();
    assert!(total > 100);
    assert_eq!((hits.len() as u64, different.len() as u64), (total, total));
}

#[tokio::test]
async fn link_header_points_to_the_next_page() {
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

/// Number of requests for filtered pages after which the service finds them by its sets of entries.
const UNTIL_SETS: usize = 8;

async fn read_filtered_pages(client: &Client) {
    for limit in 1..=UNTIL_SETS {
        let page = client.get(&format!("/v1/solutions?kind=service&fields=slug&limit={limit}")).await;
        assert_eq!((page.status, page.slugs().len()), (200, limit));
    }
}

#[tokio::test]
async fn filtered_pages_from_tables_and_from_sets_are_equal() {
    let app = App::start_with_examples();
    let client = app.anonymous();
    let lists = ["title", "-title", "updated_at", "distance&near=9.99,48.40&radius_km=400"]
        .map(|order| format!("/v1/solutions?theme=mobility&kind=software&fields=slug&sort={order}"));
    let mut from_tables = vec![];
    for list in &lists {
        from_tables.push(client.get(&format!("{list}&limit=500")).await.slugs());
    }
    read_filtered_pages(&client).await;

    for (list, expected) in lists.iter().zip(from_tables) {
        let (mut path, mut slugs) = (format!("{list}&limit=4"), vec![]);
        loop {
            let page = client.get(&path).await;
            slugs.extend(page.slugs());
            let page = page.json();
            assert_eq!(page["total"], json!(expected.len()), "{list}");
            let Some(next) = page["next"].as_str() else { break };
            path = format!("{list}&limit=4&cursor={next}");
        }
        assert!(slugs.len() > 10, "{list}: {slugs:?}");
        assert_eq!(slugs, expected, "{list}");
    }
}

#[tokio::test]
async fn filtered_page_begins_after_the_former_title_of_a_renamed_entry() {
    let app = App::start();
    let (editor, client) = (app.editor().await, app.anonymous());
    let list = "/v1/solutions?theme=mobility&fields=slug&sort=title";
    let expected = client.get(&format!("{list}&limit=6")).await.slugs();
    let first = client.get(&format!("{list}&limit=3")).await.json();
    let renamed = json!({ "title": { "de": "Zzz umbenannt" } });
    let answer = editor.patch(&format!("/v1/solutions/{}", expected[2]), &renamed, "*").await;
    assert_eq!(answer.status, 200);
    read_filtered_pages(&client).await;

    let second = client.get(&format!("{list}&limit=3&cursor={}", first["next"].as_str().unwrap())).await;

    assert_eq!(second.slugs(), expected[3..]);
}

#[tokio::test]
async fn deletions_between_pages_skip_no_entry() {
    let app = App::start();
    let editor = app.editor().await;
    let expected: Vec<String> = app.anonymous().get("/v1/courses?sort=title&limit=100").await.slugs();

    let (mut seen, mut rounds) = (vec![], 0);
    let mut path = "/v1/courses?sort=title&limit=5".to_owned();
    loop {
        let page = app.anonymous().get(&path).await;
        seen.extend(page.slugs());
        // Offset pagination would skip an entry after this deletion.
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

#[tokio::test]
async fn entries_are_selected_by_ids_or_slugs_with_a_higher_limit() {
    let app = SharedApp::first_content();
    let get = async |query: &str| app.anonymous().get(&format!("/v1/municipalities?{query}")).await;
    let thousand = get("limit=1000&fields=id,slug&sort=title").await;
    assert_eq!(thousand.slugs().len(), 1000);

    let id = |place: usize| thousand.json()["items"][place]["id"].as_str().unwrap().to_owned();
    let slugs = thousand.slugs();
    let by_ids = get(&format!("ids={},{}&ids={}&sort=title&fields=slug", id(0), id(7), id(9))).await;
    let by_slugs = get(&format!("slug={}&slug={}&slug=nowhere-at-all&sort=title", slugs[3], slugs[5])).await;
    let by_urn = get(&format!("ids=urn:uuid:{}&slug={},nowhere-at-all", id(3), slugs[3])).await;
    let both = get(&format!("slug={}&ids={}&facets=federal_state", slugs[3], id(5))).await;
    let feed = app.anonymous().get(&format!("/v1/search?ids={}&fields=slug", id(4))).await;

    assert_eq!(by_ids.slugs(), [&*slugs[0], &slugs[7], &slugs[9]]);
    assert_eq!((by_slugs.slugs(), &by_slugs.json()["total"]), (vec![slugs[3].clone(), slugs[5].clone()], &json!(2)));
    assert_eq!(by_urn.slugs(), [&*slugs[3]], "IDs may have the URN form of the Atom feed");
    assert_eq!(both.json()["total"], 0, "conditions are combined with AND");
    assert_eq!(both.json()["facets"]["federal_state"], json!([]), "facets apply the same conditions");
    assert_eq!(feed.slugs(), [&*slugs[4]]);
    let many = vec![id(0); 101].join(",");
    for (query, parameter, code) in [
        ("limit=101".to_owned(), "limit", "limit-without-fields"),
        ("limit=1001&fields=slug".to_owned(), "limit", "range"),
        ("ids=1".to_owned(), "ids", "format"),
        (format!("ids={many}"), "ids", "items"),
        (vec!["slug=aachen"; 101].join("&"), "slug", "items"),
        ("limit=101&format=atom&fields=slug".to_owned(), "limit", "range"),
    ] {
        let refused = get(&query).await;
        let error = &refused.json()["errors"][0];
        assert_eq!((refused.status, &error["parameter"], &error["code"]), (400, &json!(parameter), &json!(code)));
    }
}
