//! Municipalities: kinds, designations, filters and sort orders.

use serde_json::{Value, json};
use tests::SharedApp;

#[tokio::test]
async fn designations_are_neither_abbreviations_nor_lists() {
    let text =
        SharedApp::first_content().anonymous().get("/v1/municipalities.ndjson?fields=ags,designation").await.text();
    let entries: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let designation = |ags: &str| entries.iter().find(|entry| entry["ags"] == ags).unwrap()["designation"].as_str();

    assert_eq!(
        (designation("08421000"), designation("145235122"), designation("14626600")),
        (Some("Universitätsstadt"), None, Some("Stadt"))
    );
    for entry in &entries {
        let Some(designation) = entry["designation"].as_str() else { continue };
        let is_short = designation.split([',', ' ', '-']).all(|word| word.chars().count() < 4);
        assert!(!is_short && !designation.contains(['/', '.']) && designation.matches(',').count() < 2, "{entry}");
    }
}

#[tokio::test]
async fn facets_count_all_municipalities_by_kind() {
    let app = SharedApp::first_content();

    let page =
        app.anonymous().get("/v1/municipalities?facets=kind&facets=size_class&facets=funded&limit=1").await.json();

    assert_eq!(page["total"], 12_210);
    for (kind, count) in
        [("municipality", 8691), ("town", 1954), ("association", 1165), ("district", 294), ("independent_city", 106)]
    {
        let facet = page["facets"]["kind"].as_array().unwrap().iter().find(|facet| facet["value"] == kind).unwrap();
        assert_eq!(facet["count"], count, "{kind}");
    }
    let funded: i64 =
        page["facets"]["funded"].as_array().unwrap().iter().map(|facet| facet["count"].as_i64().unwrap()).sum();
    assert_eq!(funded, 12_210);
}

#[tokio::test]
async fn get_accepts_slug_id_and_official_key() {
    let app = SharedApp::first_content();
    let by_key = app.anonymous().get("/v1/municipalities/08335043").await.json();

    let by_slug = app.anonymous().get("/v1/municipalities/konstanz").await.json();
    let by_id = app.anonymous().get(&format!("/v1/municipalities/{}", by_key["id"].as_str().unwrap())).await.json();

    assert_eq!(by_key, by_slug);
    assert_eq!(by_key, by_id);
    insta::assert_json_snapshot!(by_key, { ".**.id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]" });
}

#[tokio::test]
async fn districts_associations_and_bodies_without_a_key_are_distinguished() {
    let app = SharedApp::first_content();

    let district = app.anonymous().get("/v1/municipalities/08335").await.json();
    let association = app.anonymous().get("/v1/municipalities/010595974").await.json();
    let keyless = app.anonymous().get("/v1/municipalities/verband-region-rhein-neckar").await.json();
    let city = app.anonymous().get("/v1/municipalities/08421000").await.json();

    assert_eq!(district["kind"], "district");
    assert!(district.get("district").is_none() && district.get("size_class").is_none());
    assert_eq!(association["kind"], "association");
    assert_eq!(association["district"], json!({ "ags": "01059", "name": "Schleswig-Flensburg" }));
    assert!(keyless.get("ags").is_none());
    assert_eq!(keyless["projects"][0]["slug"], "rhein-neckar");
    assert_eq!(city["district"], json!({ "ags": "08421", "name": "Ulm" }), "an independent city is its own district");
}

#[tokio::test]
async fn municipalities_are_filtered_by_their_properties() {
    let app = SharedApp::first_content();
    let total = async |query: &str| {
        app.anonymous().get(&format!("/v1/municipalities?limit=1&{query}")).await.json()["total"].as_u64().unwrap()
    };

    assert_eq!(total("federal_state=DE-SL").await, 58);
    assert_eq!(total("federal_state=DE-SL&federal_state=DE-HB").await, 60);
    assert_eq!(total("ags=08335043").await, 1);
    assert!(total("ags=08335").await > 20);
    assert_eq!(total("ags=08&ags=09").await, total("ags=08").await + total("ags=09").await);
    assert_eq!(total("funded=true").await + total("funded=false").await, 12_210);
    assert!(total("funded=true").await > 73);
    assert_eq!(total("project=connected-urban-twins").await, 3);
    assert_eq!(total("size_class=large_city").await, total("population_min=100000").await);
    assert_eq!(total("population_min=20000&population_max=99999").await, total("size_class=medium_town").await);
    assert_eq!(total("kind=district&size_class=large_city").await, 0);
}

#[tokio::test]
async fn geographic_filters_return_the_nearest_municipality_first() {
    let app = SharedApp::first_content();

    let near = app.anonymous().get("/v1/municipalities?near=9.1760,47.6628&radius_km=10").await;
    let boxed = app.anonymous().get("/v1/municipalities?bbox=9.1,47.6,9.2,47.7&kind=town").await;

    assert_eq!(near.slugs().first().unwrap(), "konstanz");
    assert!(near.json()["total"].as_u64().unwrap() < 20);
    assert!(boxed.slugs().contains(&"konstanz".to_owned()));
    for place in boxed.each("location") {
        let (lon, lat) = (place["lon"].as_f64().unwrap(), place["lat"].as_f64().unwrap());
        assert!((9.1..=9.2).contains(&lon) && (47.6..=47.7).contains(&lat));
    }
}

#[tokio::test]
async fn titles_are_sorted_in_german_order() {
    let app = SharedApp::first_content();

    let names: Vec<Value> = app.anonymous().get("/v1/municipalities?limit=100&federal_state=DE-SL").await.each("title");

    let key = |name: &str| name.to_lowercase().replace('ä', "a").replace('ö', "o").replace('ü', "u").replace('ß', "ss");
    let keys: Vec<String> = names.iter().map(|name| key(name["de"].as_str().unwrap())).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    assert_eq!(keys.len(), 58);
}

#[tokio::test]
async fn descending_order_is_the_reverse_of_ascending_order() {
    let app = SharedApp::first_content();

    for order in ["title", "ags", "population", "area_km2", "created_at", "updated_at"] {
        let ascending =
            app.anonymous().all(&format!("/v1/municipalities?federal_state=DE-SL&fields=slug&sort={order}")).await;
        let mut descending =
            app.anonymous().all(&format!("/v1/municipalities?federal_state=DE-SL&fields=slug&sort=-{order}")).await;
        descending.reverse();

        assert_eq!(ascending.len(), 58, "{order}");
        assert_eq!(ascending, descending, "{order}");
    }
    let largest = app.anonymous().get("/v1/municipalities?sort=-population&limit=3").await.slugs();
    assert_eq!(largest, ["berlin", "hamburg", "muenchen"]);
}

#[tokio::test]
async fn near_returns_every_entry_within_the_radius() {
    let app = SharedApp::first_content();
    let total = async |query: &str| {
        app.anonymous().get(&format!("/v1/municipalities?limit=1&{query}")).await.json()["total"].clone()
    };

    // The expected totals were counted by distance alone, over all entries with a location.
    assert_eq!(total("near=14.9,51.2&radius_km=600").await, 10_284);
    assert_eq!(total("near=6,50.5&radius_km=300").await, 4_053);
}
