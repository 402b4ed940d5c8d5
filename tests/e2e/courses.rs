//! Courses.

use tests::SharedApp;

#[tokio::test]
async fn list_returns_30_courses_with_facets_and_filters() {
    let app = SharedApp::first_content();
    let total =
        async |query: &str| app.anonymous().get(&format!("/v1/courses?limit=1&{query}")).await.json()["total"].clone();

    let page =
        app.anonymous().get("/v1/courses?facets=course_format&facets=target_group&facets=free&limit=1").await.json();

    assert_eq!(page["total"], 30);
    assert_eq!(page["facets"]["course_format"][0]["value"], "blended");
    assert_eq!(page["facets"]["target_group"][0]["count"], 29);
    assert_eq!(page["facets"]["free"][0]["count"], 20);
    assert_eq!(total("language=en").await, 2);
    assert_eq!(total("course_format=online_live&course_format=online_self_paced").await, 13);
    assert_eq!(total("target_group=citizens").await, 1);
    assert_eq!(total("theme=digital-twin").await, 6);
    let longest = app.anonymous().get("/v1/courses?sort=-duration_hours&limit=1&fields=duration_hours").await;
    assert_eq!(longest.each("duration_hours"), [150.0]);
}

#[tokio::test]
async fn get_returns_the_complete_course() {
    let app = SharedApp::first_content();

    let course = app.anonymous().get("/v1/courses/smart-city-manager").await.json();

    insta::assert_json_snapshot!(course, { ".**.id" => "[id]", ".created_at" => "[time]", ".updated_at" => "[time]" });
}
