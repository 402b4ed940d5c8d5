//! Working groups and other networks.

use serde_json::json;
use tests::SharedApp;

#[tokio::test]
async fn first_content_has_42_working_groups() {
    let app = SharedApp::first_content();

    let page = app.anonymous().get("/v1/working-groups?facets=kind&facets=country&limit=100").await;

    assert_eq!(page.json()["total"], 42);
    assert_eq!(page.json()["facets"]["kind"][0]["value"], "regional_network");
    assert_eq!(page.json()["facets"]["kind"][0]["count"], 18);
    assert_eq!(page.json()["facets"]["country"][0], json!({ "value": "DE", "label": { "de": "DE" }, "count": 24 }));
}

#[tokio::test]
async fn group_members_are_projects_or_have_only_a_name() {
    let app = SharedApp::first_content();

    let of_project = app.anonymous().get("/v1/working-groups?project=paderborn").await;
    let group = app.anonymous().get("/v1/working-groups/smart-government-academy-lake-constance").await.json();

    assert_eq!(of_project.json()["total"], 3);
    let members = group["members"].as_array().unwrap();
    assert!(members.iter().any(|member| member["project"]["slug"] == "konstanz" && member["name"].is_string()));
    assert!(members.iter().any(|member| member["name"] == "Bregenz" && member.get("project").is_none()));
}

#[tokio::test]
async fn municipality_lists_the_groups_of_its_projects() {
    let app = SharedApp::first_content();

    let paderborn = app.anonymous().get("/v1/municipalities/paderborn").await.json();
    let groups = app.anonymous().get(paderborn["lists"]["working_groups"].as_str().unwrap()).await;

    assert_eq!(paderborn["working_groups"].as_array().unwrap().len(), 3);
    assert_eq!(groups.json()["total"], 3);
    assert_eq!(
        app.anonymous().get("/v1/working-groups?federal_state=DE-NW&project=paderborn").await.json()["total"],
        3
    );
}

#[tokio::test]
async fn partial_dates_match_the_days_they_cover() {
    let app = SharedApp::first_content();
    let total = async |query: &str| {
        app.anonymous().get(&format!("/v1/working-groups?limit=1&{query}")).await.json()["total"].clone()
    };

    // Five groups start in 2022, one in November 2022, one on 2020-12-22 and one in October 2024. None has ended.
    assert_eq!(total("to=2019").await, 0);
    assert_eq!(total("to=2020-12-21").await, 0);
    assert_eq!(total("to=2020-12").await, 1);
    assert_eq!(total("to=2022-01-01").await, 6);
    assert_eq!(total("to=2022-10-31").await, 6);
    assert_eq!(total("to=2022").await, 7);
    assert_eq!(total("to=2024-10-01").await, 8);
    let order =
        app.anonymous().get("/v1/working-groups?sort=-starts_on&limit=3&fields=starts_on").await.each("starts_on");
    assert_eq!(order, ["2024-10", "2022-11", "2022"]);
}
