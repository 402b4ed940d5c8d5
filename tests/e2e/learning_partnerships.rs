//! Learning partnerships of municipalities.

use tests::SharedApp;

#[tokio::test]
async fn list_returns_21_partnerships_without_uncertain_ones() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/v1/learning-partnerships?limit=100&facets=relation").await;

    // The first content omits partnerships that rest on one uncertain source.
    assert_eq!(page.json()["total"], 21);
    assert!(!page.slugs().contains(&"schleswig-holstein-nord-app".to_owned()));
    assert!(page.slugs().contains(&"rostock-baltic-cities".to_owned()));
    assert!(page.json()["items"].as_array().unwrap().iter().all(|item| item.get("confidence").is_none()));
}

#[tokio::test]
async fn date_filters_exclude_partnerships_without_a_date() {
    let app = SharedApp::first_content();
    let items = async |query: &str| {
        let page = app.anonymous().get(&format!("/v1/learning-partnerships?limit=100&{query}")).await.json();
        page["items"].as_array().unwrap().clone()
    };
    let dated = |item: &serde_json::Value| item.get("starts_on").is_some() || item.get("ends_on").is_some();

    let all = items("").await;
    let (after, before) = (items("from=1900").await, items("to=2999").await);

    let count = all.iter().filter(|item| dated(item)).count();
    assert!(count > 0 && count < all.len());
    assert_eq!((after.len(), before.len()), (count, count));
    assert!(after.iter().chain(&before).all(dated));
}

#[tokio::test]
async fn a_partner_is_a_municipality_or_only_a_name() {
    let app = SharedApp::first_content();

    let baltic = app.anonymous().get("/v1/learning-partnerships/rostock-baltic-cities").await.json();

    let partners = baltic["partners"].as_array().unwrap();
    assert!(partners.iter().any(|partner| partner["municipality"]["ags"] == "13003000"));
    let abroad = partners.iter().find(|partner| partner["name"] == "Aarhus").unwrap();
    assert!(abroad.get("municipality").is_none() && abroad.get("project").is_none());
}

#[tokio::test]
async fn partnerships_are_found_by_solution_partner_project_and_text() {
    let app = SharedApp::first_content();
    let slugs = async |query: &str| app.anonymous().get(&format!("/v1/learning-partnerships?{query}")).await.slugs();

    let solution = app.anonymous().get("/v1/solutions/bamberg-bakim").await.json();

    assert_eq!(solution["learning_partnerships"][0]["slug"], "bamberg-lemgo-bakim");
    assert_eq!(slugs("solution=bamberg-bakim").await, ["bamberg-lemgo-bakim"]);
    for query in [
        "municipality=09461000",
        "project=bamberg",
        "q=BaKIM",
        "federal_state=DE-BY",
        "partnership_format=bilateral&relation=transfer",
    ] {
        assert!(slugs(&format!("{query}&limit=100")).await.contains(&"bamberg-lemgo-bakim".to_owned()), "{query}");
    }
    let bamberg = app.anonymous().get("/v1/municipalities/bamberg").await.json();
    let links = bamberg["learning_partnerships"].as_array().unwrap();
    assert!(links.iter().any(|link| link["href"] == "/v1/learning-partnerships/bamberg-lemgo-bakim"));
    // Leipzig is a partner with this project in another partnership, which does not match other members of the project.
    assert_eq!(slugs("municipality=hamburg").await, ["hamburg-leipzig-munich-dipas"]);
    assert_eq!(slugs("project=connected-urban-twins").await.len(), 2);
}
