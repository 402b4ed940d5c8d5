//! Projects: first content, order, filters, facets and selected members.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::SharedApp;

#[tokio::test]
async fn first_content_has_73_projects_in_three_rounds() {
    let app = SharedApp::first_content();

    for (round, year, count) in [(1, 2019, 13), (2, 2020, 32), (3, 2021, 28)] {
        let by_round = app.anonymous().get(&format!("/v1/projects?round={round}&limit=1")).await.json();
        let by_year = app.anonymous().get(&format!("/v1/projects?round_year={year}&limit=1")).await.json();

        assert_eq!((&by_round["total"], &by_year["total"]), (&json!(count), &json!(count)));
    }
    let both = app.anonymous().get("/v1/projects?round=1&round=2&limit=1").await.json();
    assert_eq!(both["total"], 45);
    assert_eq!(app.anonymous().all("/v1/projects").await.len(), 73);
}

#[tokio::test]
async fn category_and_round_facets_match_the_programme() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/v1/projects?facets=category&facets=round&limit=1").await.json();

    assert_eq!(
        counts(&page, "category"),
        expected(&[
            ("large_city", 28),
            ("inter_municipal_or_district", 23),
            ("medium_town", 12),
            ("small_town_or_rural_municipality", 10),
        ])
    );
    assert_eq!(counts(&page, "round"), expected(&[("1", 13), ("2", 32), ("3", 28)]));
}

#[tokio::test]
async fn projects_are_sorted_by_municipality_in_german_order() {
    let app = SharedApp::first_content();

    let leads: Vec<String> = app.anonymous().all("/v1/projects").await.iter().map(lead).collect();

    assert_eq!(leads.first().unwrap(), "Aalen");
    assert_eq!(leads.last().unwrap(), "Zwönitz");
    let at = |name: &str| leads.iter().position(|lead| lead == name).unwrap();
    // Ä, ö and ü sort as a, o and u, and ß as ss, independently of the collation of the server.
    assert!(at("Höxter") < at("Iserlohn") && at("Hof") < at("Höxter"));
    assert!(at("Köln") < at("Konstanz") && at("Kirchheim b. München") < at("Köln"));
    assert!(at("Lohmar") < at("Lübeck") && at("Lübeck") < at("Mannheim"));
    assert!(at("Solingen") < at("St. Wendel") && at("St. Wendel") < at("Süderbrarup") && at("Süderbrarup") < at("Ulm"));
}

#[tokio::test]
async fn descending_sort_reverses_ascending_sort() {
    let app = SharedApp::first_content();

    for order in ["municipality", "title", "slug", "round", "round_year", "created_at", "updated_at"] {
        let ascending = app.anonymous().get(&format!("/v1/projects?sort={order}&limit=100")).await.slugs();
        let mut descending = app.anonymous().get(&format!("/v1/projects?sort=-{order}&limit=100")).await.slugs();
        descending.reverse();

        assert_eq!(ascending.len(), 73, "{order}");
        assert_eq!(ascending, descending, "{order}");
    }
}

#[tokio::test]
async fn project_can_have_several_members() {
    let app = SharedApp::first_content();

    let shared = app.anonymous().get("/v1/projects/connected-urban-twins").await.json();
    let five = app.anonymous().get("/v1/projects/suedwestfalen").await.json();

    let names = |project: &Value| -> Vec<String> {
        let members = project["members"].as_array().unwrap();
        members.iter().map(|member| member["municipality"]["title"]["de"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&shared), ["Hamburg", "Leipzig", "München"]);
    assert_eq!(shared["federal_states"], json!(["DE-BY", "DE-HH", "DE-SN"]));
    assert_eq!(names(&five).len(), 5);
    let leads = five["members"].as_array().unwrap().iter().filter(|member| member["role"] == "lead").count();
    assert_eq!(leads, 1);
}

#[tokio::test]
async fn project_member_can_be_a_district_or_an_association() {
    let app = SharedApp::first_content();

    let district = app.anonymous().get("/v1/projects/landkreis-wunsiedel").await.json();
    let association = app.anonymous().get("/v1/projects/suederbrarup").await.json();
    let keyless = app.anonymous().get("/v1/projects/rhein-neckar").await.json();

    assert_eq!(district["members"][0]["municipality"]["ags"], "09479");
    assert_eq!(association["members"][0]["municipality"]["ags"], "010595974");
    assert_eq!(keyless["members"][0]["municipality"]["slug"], "verband-region-rhein-neckar");
    assert!(keyless["members"][0]["municipality"].get("ags").is_none());
    // The association covers parts of three federal states.
    assert_eq!(keyless["federal_states"], json!(["DE-BW", "DE-HE", "DE-RP"]));
    for state in ["DE-BW", "DE-HE", "DE-RP"] {
        let found = app.anonymous().get(&format!("/v1/projects?federal_state={state}&limit=100")).await.slugs();
        assert!(found.contains(&"rhein-neckar".to_owned()), "{state}");
    }
}

#[tokio::test]
async fn project_matches_its_snapshot() {
    let app = SharedApp::first_content();

    let project = app.anonymous().get("/v1/projects/solingen").await.json();

    insta::assert_json_snapshot!(project, { ".**.id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]" });
}

#[tokio::test]
async fn filters_combine_with_and_and_values_with_or() {
    let app = SharedApp::first_content();
    let total = async |query: &str| {
        app.anonymous().get(&format!("/v1/projects?limit=1&{query}")).await.json()["total"].as_u64().unwrap()
    };

    let (mobility, water) = (total("theme=mobility").await, total("theme=climate-adaptation").await);
    let either = total("theme=mobility&theme=climate-adaptation").await;
    let in_nrw = total("theme=mobility&federal_state=DE-NW").await;

    assert!(either > mobility && either > water && either < mobility + water);
    assert!(in_nrw > 0 && in_nrw < mobility);
    assert_eq!(total("phase=completed").await, 7);
    assert_eq!(total("category=large_city&category=medium_town").await, 40);
    assert_eq!(total("updated_since=2999-01-01").await, 0);
    assert_eq!(total("updated_since=2020-01-01T00:00:00%2B01:00").await, 73);
}

#[tokio::test]
async fn projects_are_filtered_by_municipality() {
    let app = SharedApp::first_content();

    for key in ["14713000", "leipzig"] {
        let found = app.anonymous().get(&format!("/v1/projects?municipality={key}")).await.slugs();
        assert_eq!(found, ["connected-urban-twins"], "{key}");
    }
    let hamburg = app.anonymous().get("/v1/projects?ags=02").await.slugs();
    assert_eq!(hamburg, ["connected-urban-twins"]);
}

#[tokio::test]
async fn projects_are_filtered_by_location() {
    let app = SharedApp::first_content();

    let near = app.anonymous().get("/v1/projects?near=9.99,48.40&radius_km=70").await;
    let boxed = app.anonymous().get("/v1/projects?bbox=9.9,48.3,10.1,48.5").await;

    assert_eq!(near.slugs().first().unwrap(), "ulm");
    assert!(near.slugs().contains(&"aalen-heidenheim".to_owned()));
    assert_eq!(boxed.slugs(), ["ulm"]);
}

#[tokio::test]
async fn facet_ignores_its_own_filter() {
    let app = SharedApp::first_content();

    let page = app
        .anonymous()
        .get("/v1/projects?round=1&category=large_city&facets=round&facets=category&limit=1")
        .await
        .json();

    assert_eq!(counts(&page, "round").values().sum::<i64>(), 28, "projects of large cities in all rounds");
    assert_eq!(counts(&page, "category").values().sum::<i64>(), 13, "projects of all categories in the first round");
    let labels = &page["facets"]["category"][0]["label"];
    assert!(labels["de"].is_string() && labels["en"].is_string());
}

#[tokio::test]
async fn fields_parameter_selects_members() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/v1/projects?fields=slug,themes&fields=round&limit=1").await.json();
    let entry = app.anonymous().get("/v1/projects/ulm?fields=title").await.json();

    let members: Vec<&String> = page["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["slug", "round", "themes"]);
    assert_eq!(entry, json!({ "title": { "de": "Ulm" } }));
}

#[tokio::test]
async fn entry_is_found_by_slug_and_by_id() {
    let app = SharedApp::first_content();
    let by_slug = app.anonymous().get("/v1/projects/ulm").await;

    let by_id = app.anonymous().get(&format!("/v1/projects/{}", by_slug.json()["id"].as_str().unwrap())).await;

    assert_eq!(by_slug.json(), by_id.json());
    assert_eq!(by_slug.header("etag"), by_id.header("etag"));
}

fn lead(project: &Value) -> String {
    let members = project["members"].as_array().unwrap();
    let lead = members.iter().find(|member| member["role"] == "lead").unwrap();
    lead["municipality"]["title"]["de"].as_str().unwrap().to_owned()
}

fn counts(page: &Value, facet: &str) -> BTreeMap<String, i64> {
    let buckets = page["facets"][facet].as_array().unwrap().iter();
    buckets.map(|bucket| (bucket["value"].as_str().unwrap().to_owned(), bucket["count"].as_i64().unwrap())).collect()
}

fn expected(pairs: &[(&str, i64)]) -> BTreeMap<String, i64> {
    pairs.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
}
