//! Full-text search, highlighting, spelling corrections and suggestions.

use std::collections::HashSet;

use serde_json::{Value, json};
use tests::queries::queries;
use tests::{App, SharedApp, encoded};

#[tokio::test]
async fn every_public_query_returns_an_expected_entry() {
    let app = App::start();

    for query in queries() {
        let (found, fits) = query.search_list(&app.anonymous()).await;
        assert!(fits, "{}: {found:?}", query.typed);
        let (across, fits) = query.search_everything(&app.anonymous()).await;
        assert!(fits, "{} across: {across:?}", query.typed);
    }
}

#[tokio::test]
async fn search_accepts_alternative_spellings_of_umlauts() {
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
async fn place_name_query_ranks_the_place_first() {
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
async fn search_finds_inflections_compound_parts_and_typos() {
    let app = App::start();

    let found = async |typed: &str| find(&app, "projects", typed).await;

    assert!(found("Strategien").await.contains(&"aalen-heidenheim".to_owned()), "Strategie");
    assert!(found("Plattform").await.contains(&"solingen".to_owned()), "Datenplattform");
    assert!(found("Datenplatform").await.contains(&"solingen".to_owned()), "a typo of Datenplattform");
    assert!(found("city centres").await.len() > 2, "English texts");
}

#[tokio::test]
async fn search_supports_phrases_exclusions_and_alternatives() {
    let app = SharedApp::first_content();
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
    assert_eq!(total("\"Urban Connected\"").await, 0, "the order of the words in a phrase matters");
}

#[tokio::test]
async fn special_characters_are_valid_and_nonsense_finds_nothing() {
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

#[tokio::test]
async fn highlight_marks_the_matched_words() {
    let app = SharedApp::first_content();

    let found = app.anonymous().get("/v1/projects?q=Datenplatform&highlight=true&limit=3").await.json();
    let plain = app.anonymous().get("/v1/projects?q=Datenplattform&limit=3").await.json();

    for item in found["items"].as_array().unwrap() {
        let marked: Vec<&str> =
            item["highlight"].as_object().unwrap().values().map(|text| text.as_str().unwrap()).collect();
        assert!(marked.iter().any(|text| text.contains("<mark>") && text.contains("latt")), "{marked:?}");
    }
    assert!(plain["items"][0].get("highlight").is_none());
}

#[tokio::test]
async fn search_matches_joined_split_and_compound_words() {
    let app = App::start();

    for (resource, typed, slug) in [
        ("projects", "RheinNeckar", "rhein-neckar"),
        ("solutions", "Leer stand", "einbeck-vacancy-management"),
        ("solutions", "SmartVillage App", "smart-village-app"),
        ("municipalities", "Castroprauxel", "castrop-rauxel"),
        ("municipalities", "Erfrut", "erfurt"),
        ("solutions", "Biene", "st-wendel-digital-beehive"),
        ("learning-partnerships", "Baum", "bamberg-lemgo-bakim"),
        ("events", "Bürger", "regional-conference-2022-mayen-koblenz"),
    ] {
        let found = find(&app, resource, typed).await;
        assert!(found.iter().take(5).any(|found| found == slug), "{typed}: {found:?}");
    }
    let towns = find(&app, "events", "Bürger").await;
    assert!(!towns.iter().any(|slug| slug.contains("freiburg")), "`Bürger` must not match Freiburg: {towns:?}");
}

#[tokio::test]
async fn excluded_word_does_not_match_theme_titles() {
    let app = SharedApp::first_content();

    let total = async |typed: &str| {
        let page = app.anonymous().get(&format!("/v1/solutions?limit=100&q={}", encoded(typed))).await;
        assert!(typed == "Datenplattform" || !page.slugs().contains(&"hof-urban-data-platform".to_owned()), "{typed}");
        page.json()["total"].as_u64().unwrap()
    };

    let all = total("Datenplattform").await;
    for others in ["Datenplattform -urban", "Datenplattform –urban"] {
        assert!((20..all).contains(&total(others).await), "{others}");
    }
}

#[tokio::test]
async fn changed_theme_title_is_found_in_referring_entries() {
    let app = App::start_with(&[(
        "themes",
        r#"[{"slug": "mobility", "title": {"de": "Fortbewegungskunst"}, "sdgs": [11]}]"#,
    )]);

    for resource in
        ["themes", "projects", "solutions", "working-groups", "learning-partnerships", "courses", "publications"]
    {
        let shown =
            app.anonymous().get(&format!("/v1/{resource}?q=Fortbewegungskunst&limit=1")).await.json()["total"].clone();
        let filter = if resource == "themes" { "q=mobility".to_owned() } else { "theme=mobility".to_owned() };
        let about = app.anonymous().get(&format!("/v1/{resource}?{filter}&limit=1")).await.json()["total"].clone();
        let expected = if resource == "themes" { json!(1) } else { about };
        assert_eq!(shown, expected, "{resource}");
    }
}

#[tokio::test]
async fn exact_title_ranks_first() {
    let app = SharedApp::first_content();

    for (typed, slug) in [("Smart Village App", "smart-village-app"), ("Smart City Manager", "smart-city-manager")] {
        let hits = app.anonymous().get(&format!("/v1/search?limit=3&q={}", encoded(typed))).await;
        assert_eq!(hits.slugs().first().unwrap(), slug, "{typed}");
    }
}

#[tokio::test]
async fn search_covers_every_resource() {
    let app = SharedApp::first_content();
    let client = app.anonymous();

    let page = client.get("/v1/search?q=Konstanz&facets=resource&facets=federal_state&limit=20").await.json();
    let hits = page["items"].as_array().unwrap();

    assert_eq!((&hits[0]["resource"], &hits[0]["slug"]), (&json!("municipalities"), &json!("konstanz")));
    assert_eq!(hits[0]["snippet"], "<mark>Konstanz</mark>");
    assert_eq!(hits[0]["href"], "/v1/municipalities/konstanz");
    let scores: Vec<f64> = hits.iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|left, right| left >= right) && scores[0] > 0.0, "{scores:?}");
    for resource in ["municipalities", "projects", "solutions", "events"] {
        assert!(hits.iter().any(|hit| hit["resource"] == resource), "{resource}");
        let bucket = page["facets"]["resource"].as_array().unwrap().iter().find(|bucket| bucket["value"] == resource);
        let count =
            client.get(&format!("/v1/search?q=Konstanz&limit=1&resource={resource}")).await.json()["total"].clone();
        assert_eq!(bucket.unwrap()["count"], count, "{resource}");
    }
    for hit in hits {
        assert_eq!(client.get(hit["href"].as_str().unwrap()).await.status, 200);
    }
}

#[tokio::test]
async fn search_filters_by_theme_and_federal_state() {
    let app = SharedApp::first_content();
    let hits = async |query: &str| app.anonymous().get(&format!("/v1/search?limit=100&q=Zwilling{query}")).await;

    let (all, themed, in_state) = (hits("").await, hits("&theme=mobility").await, hits("&federal_state=DE-BY").await);

    let total = |answer: &tests::Answer| answer.json()["total"].as_u64().unwrap();
    assert!(total(&themed) > 0 && total(&themed) < total(&all));
    assert!(total(&in_state) > 0 && total(&in_state) < total(&all));
    assert!(themed.each("themes").iter().all(|themes| themes.as_array().unwrap().contains(&json!("mobility"))));
    assert!(in_state.each("federal_states").iter().all(|states| states.as_array().unwrap().contains(&json!("DE-BY"))));
    let refused = app.anonymous().get("/v1/search?q=Bus&resource=buses").await;
    assert!(refused.json()["errors"][0]["detail"].as_str().unwrap().contains("learning-partnerships"));
}

#[tokio::test]
async fn nonsense_finds_nothing() {
    let app = SharedApp::first_content();

    for path in ["search", "solutions"] {
        let nothing = app.anonymous().get(&format!("/v1/{path}?q=xyzzyqw")).await.json();
        assert_eq!((&nothing["items"], nothing.get("did_you_mean")), (&json!([]), None));
    }
}

#[tokio::test]
async fn suggestions_complete_titles_and_places() {
    let app = SharedApp::first_content();
    let suggested = async |typed: &str| -> Vec<(String, String)> {
        let answer = app.anonymous().get(&format!("/v1/suggest?q={}", encoded(typed))).await.json();
        let text = |item: &Value, member: &str| item[member].as_str().unwrap().to_owned();
        answer["items"].as_array().unwrap().iter().map(|item| (text(item, "resource"), text(item, "slug"))).collect()
    };
    let place = |slug: &str| ("municipalities".to_owned(), slug.to_owned());

    assert_eq!(suggested("Konst").await[0], place("konstanz"));
    for typed in ["Mün", "Muen", "mun", "MÜN"] {
        assert!(suggested(typed).await.contains(&place("muenchen")), "{typed}");
    }
    assert!(suggested("digitaler zwill").await.iter().any(|(resource, _)| resource == "solutions"));
    let few = suggested("s").await;
    assert_eq!(few.len(), 10);
    assert!(few.iter().map(|(resource, _)| resource).collect::<HashSet<_>>().len() > 4, "{few:?}");
    for nothing in ["", "   ", "xyzzyqw", "!?", "' | :*"] {
        assert!(suggested(nothing).await.is_empty(), "{nothing}");
    }
}
