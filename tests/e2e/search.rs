//! What people type finds what they mean.

use serde_json::Value;
use tests::App;

/// The public queries: what is typed, and what must stand among the first.
const QUERIES: &str = include_str!("queries.json");

#[tokio::test]
async fn every_public_query_finds_what_it_should() {
    let app = App::start();
    let queries: Vec<Value> = serde_json::from_str(QUERIES).unwrap();

    for query in &queries {
        let (typed, resource) = (query["q"].as_str().unwrap(), query["resource"].as_str().unwrap());
        let within = usize::try_from(query["within"].as_u64().unwrap()).unwrap();
        let found = find(&app, resource, typed).await;

        let fits = |slug: &&String| query["expect"].as_array().unwrap().contains(&Value::from(slug.as_str()));
        assert!(found.iter().take(within).any(|slug| fits(&slug)), "{typed}: {found:?}");
    }
}

#[tokio::test]
async fn umlauts_can_be_written_either_way() {
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
async fn the_place_that_is_meant_comes_first() {
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
async fn other_forms_of_a_word_and_parts_of_compounds_are_found() {
    let app = App::start();

    let found = async |typed: &str| find(&app, "projects", typed).await;

    assert!(found("Strategien").await.contains(&"aalen-heidenheim".to_owned()), "Strategie");
    assert!(found("Plattform").await.contains(&"solingen".to_owned()), "Datenplattform");
    assert!(found("Datenplatform").await.contains(&"solingen".to_owned()), "a typo of it");
    assert!(found("city centres").await.len() > 2, "English texts");
}

#[tokio::test]
async fn phrases_exclusions_and_alternatives_do_what_they_say() {
    let app = App::start();
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
    assert_eq!(total("\"Urban Connected\"").await, 0, "a phrase has an order");
}

#[tokio::test]
async fn what_means_nothing_finds_nothing_and_nobody_is_hurt() {
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
async fn what_was_found_is_shown_in_its_text() {
    let app = App::start();

    let found = app.anonymous().get("/v1/projects?q=Datenplatform&highlight=true&limit=3").await.json();
    let plain = app.anonymous().get("/v1/projects?q=Datenplattform&limit=3").await.json();

    for item in found["items"].as_array().unwrap() {
        let marked: Vec<&str> =
            item["highlight"].as_object().unwrap().values().map(|text| text.as_str().unwrap()).collect();
        assert!(marked.iter().any(|text| text.contains("<mark>") && text.contains("latt")), "{marked:?}");
    }
    assert!(plain["items"][0].get("highlight").is_none());
}
