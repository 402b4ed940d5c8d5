//! Validation of query parameters and of unknown paths.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App, Client, SharedApp, contract};

/// Returns the parameter and the code of each violation.
fn violations(problem: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = problem["errors"].as_array().unwrap().iter();
    errors.map(|error| (text(&error["parameter"]), text(&error["code"]))).collect()
}

/// Returns the example paths of the public lists that support a sort order.
fn lists_with_sort(order: &str) -> Vec<String> {
    let sorts = |read: &&openapi::Operation| {
        let sorts = read.parameters("query").into_iter().find(|parameter| parameter["name"] == "sort");
        let schema = sorts.and_then(|sort| sort.pointer("/schema/$ref")?.as_str()).unwrap_or_default();
        let values = contract().document().pointer(&format!("{}/enum", schema.trim_start_matches('#')));
        values.is_some_and(|values| values.as_array().unwrap().contains(&json!(order)))
    };
    let lists = contract().operations().iter().filter(|read| read.method == "get" && !read.is_guarded()).filter(sorts);
    lists.map(openapi::Operation::example).filter(|path| !path.contains('.')).collect()
}

/// Reads a path and follows its redirect. A list below an entry redirects to the filtered list and keeps the parameters.
async fn read(client: &Client, path: &str) -> Answer {
    follow_redirect(client, client.get(path).await).await
}

async fn follow_redirect(client: &Client, answer: Answer) -> Answer {
    if answer.status == 308 { client.get(answer.header("location")).await } else { answer }
}

#[tokio::test]
async fn sort_without_its_required_parameter_returns_400() {
    let app = SharedApp::with_examples();

    for (order, basis, value) in [("distance", "near", "9.99,48.40"), ("relevance", "q", "Konstanz")] {
        let lists = lists_with_sort(order);
        assert!(lists.len() >= 5, "{order}: {lists:?}");
        for list in lists {
            for sort in [order.to_owned(), format!("-{order}")] {
                let refused = read(&app.anonymous(), &format!("{list}?sort={sort}")).await;
                let answered = read(&app.anonymous(), &format!("{list}?sort={sort}&{basis}={value}")).await;

                assert_eq!((refused.status, answered.status), (400, 200), "{list} {sort}: {}", refused.text());
                assert_eq!(violations(&refused.json()), [("sort".to_owned(), "order-requires".to_owned())]);
                let detail = refused.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
                assert!(detail.contains(&format!("`{sort}` requires `{basis}`")), "{detail}");
            }
        }
    }
}

#[tokio::test]
async fn point_outside_germany_is_rejected_with_a_coordinate_hint() {
    let app = SharedApp::first_content();
    let detail = |answer: &Answer| answer.json()["errors"][0]["detail"].as_str().unwrap().to_owned();

    for list in lists_with_sort("distance") {
        let swapped = read(&app.anonymous(), &format!("{list}?near=52.5,13.4")).await;
        let abroad = read(&app.anonymous(), &format!("{list}?near=2.35,48.86")).await;

        assert_eq!((swapped.status, abroad.status), (400, 400), "{list}");
        assert!(detail(&swapped).contains("did you mean `13.4,52.5`"), "{}", detail(&swapped));
        assert!(detail(&abroad).contains("a longitude from 5.5 to 15.5"), "{}", detail(&abroad));
    }
    for list in lists_with_sort("distance") {
        let refused = read(&app.anonymous(), &format!("{list}?radius_km=5")).await;
        assert_eq!(refused.status, 400, "{list}");
        assert_eq!(violations(&refused.json()), [("radius_km".to_owned(), "requires".to_owned())], "{list}");
    }
    let bbox = app.anonymous().get("/v1/projects?bbox=47,5,55,15").await;
    assert_eq!(
        (bbox.status, violations(&bbox.json())),
        (400, vec![("bbox".to_owned(), "coordinate-order".to_owned())])
    );
    let german = app.anonymous().get_with("/v1/projects?near=2.35,48.86", "accept-language", "de").await;
    assert!(detail(&german).contains("Länge von 5,5 bis 15,5"), "{}", detail(&german));
}

#[tokio::test]
async fn empty_value_of_a_non_text_parameter_returns_400() {
    let app = App::start_with_examples();
    let everything = app.admin();
    let mut tried = 0;

    for operation in contract().operations().iter().filter(|operation| !operation.is_endless()) {
        for parameter in operation.parameters("query") {
            let schema = parameter["schema"].to_string();
            let is_text = !["boolean", "integer", "number", "enum", "$ref", "pattern", "\"format\""]
                .iter()
                .any(|kind| schema.contains(kind));
            if is_text {
                continue;
            }
            let name = parameter["name"].as_str().unwrap();
            let method: Method = operation.method.to_uppercase().parse().unwrap();
            let body = (method != Method::GET).then(|| ("application/json", "{}".to_owned()));
            let path = format!("{}?{name}=", operation.example());
            let answer = everything.write(method, &path, &[("if-match", "*")], body).await;
            let answer = follow_redirect(&everything, answer).await;

            assert_eq!(answer.status, 400, "{path}: {}", answer.text());
            assert_eq!(violations(&answer.json())[0].0, name, "{path}: {}", answer.text());
            tried += 1;
        }
    }
    assert!(tried > 300, "{tried}");
}

#[tokio::test]
async fn violation_details_do_not_repeat_the_parameter_name() {
    let app = SharedApp::first_content();
    let codes = app.anonymous().get("/problems.json").await.json()["codes"].clone();

    for language in ["en", "de"] {
        let query = "fase=x&limit=0&limit=1&sort=relevance&near=52.5,13.4&fields=slug,foo,bar&round=9&category=";
        let answer = app.anonymous().get_with(&format!("/v1/projects?{query}"), "accept-language", language).await;

        let problem = answer.json();
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 8, "{problem}");
        for error in errors {
            let (name, detail) = (error["parameter"].as_str().unwrap(), error["detail"].as_str().unwrap());
            assert!(!detail.starts_with(&format!("`{name}`")), "{name}: {detail}");
        }
        let summary = problem["detail"].as_str().unwrap();
        assert_eq!(summary.matches("fields").count(), 1, "{summary}");
    }
    let names_its_place = |code: &&Value| {
        ["unknown-member", "unknown-parameter", "duplicate-member"].contains(&code["code"].as_str().unwrap())
    };
    for code in codes.as_array().unwrap().iter().filter(names_its_place) {
        assert!(!code.to_string().contains("{field}"), "{code}");
    }
}

#[tokio::test]
async fn unknown_path_and_unknown_entry_return_different_problems() {
    let app = SharedApp::first_content();
    let get = async |path: &str, language: &str| app.anonymous().get_with(path, "accept-language", language).await;

    for (path, nearest) in [
        ("/v1/project", "`/v1/projects`"),
        ("/projects/ulm", "`/v1/projects/{key}`"),
        ("/v1/solutions/", "`/v1/solutions`"),
        ("/v1/projects/ulm/solution", "`/v1/projects/{key}/solutions`"),
        ("/v1/solution.csv", "`/v1/solutions`"),
    ] {
        let answer = get(path, "en").await;
        assert_eq!((answer.status, answer.problem().as_str()), (404, "unknown-path"), "{path}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(nearest) && detail.contains("/v1/openapi.json"), "{path}: {detail}");
    }
    let nowhere = get("/nowhere", "de").await;
    assert_eq!((nowhere.problem().as_str(), &nowhere.json()["title"]), ("unknown-path", &json!("Pfad nicht gefunden")));
    assert_eq!(nowhere.json()["detail"], "Diesen Pfad gibt es nicht. /v1/openapi.json beschreibt alle Pfade.");
    let posted = app.anonymous().post("/v1/project", &json!({})).await;
    assert_eq!((posted.status, posted.problem().as_str()), (404, "unknown-path"));

    for (path, detail) in [
        ("/v1/projects/nowhere", "`nowhere` does not identify an entry of /v1/projects."),
        ("/v1/projects/Gro%C3%9F/history", "`Groß` does not identify an entry of /v1/projects."),
        ("/v1/municipalities/99999999", "`99999999` does not identify an entry of /v1/municipalities."),
        ("/v1/projects/ulm/history/9999999", "`9999999` does not identify an entry of /v1/projects/ulm/history."),
        ("/v1/projects/ulm/history/x", "`x` does not identify an entry of /v1/projects/ulm/history."),
        ("/v1/vocabularies/nothing", "`nothing` does not identify an entry of /v1/vocabularies."),
        ("/v1/nothings/ulm/history", "`nothings` does not identify an entry of /v1."),
    ] {
        let answer = get(path, "en").await;
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not-found"), "{path}");
        assert_eq!(answer.json()["detail"], detail, "{path}");
    }
    let german = get("/v1/projects/nowhere", "de").await;
    assert_eq!(german.json()["detail"], "`nowhere` ist kein Eintrag von /v1/projects.");
}
