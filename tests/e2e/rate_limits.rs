//! Rate limits of clients.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tests::{Answer, App, HttpSettings, Listen, RateLimiting, RateSettings, TestDatabase, keys, listen};

use crate::exports::unread;

/// Starts a service that limits its clients, and knows them by `X-Forwarded-For`.
fn limited() -> App {
    limited_behind(&["127.0.0.1/32"])
}

fn limited_behind(proxies: &[&str]) -> App {
    let database = TestDatabase::filled();
    let settings = database.settings();
    let trusted_proxies = proxies.iter().map(|network| network.parse().unwrap()).collect();
    let rate = RateSettings { rate_limits: RateLimiting::On, trusted_proxies };
    let http = HttpSettings { rate, ..listen().http };
    App::start_as(database, settings, keys(), Listen { http, ..listen() })
}

async fn get_from(app: &App, client: &str, path: &str) -> Answer {
    app.anonymous().get_with(path, "x-forwarded-for", client).await
}

/// Returns what is left of a rate limit.
fn left(answer: &Answer, limit: &str) -> u32 {
    let header = answer.header("ratelimit");
    let left = header.strip_prefix(&format!("\"{limit}\";r=")).and_then(|rest| rest.split(';').next()?.parse().ok());
    left.unwrap_or_else(|| panic!("{header} has what is left of {limit}"))
}

#[tokio::test]
async fn each_client_has_its_own_rate_limits() {
    let app = limited();
    let (list, first) = ("/v1/themes.csv", "198.51.100.1");
    for count in 1..=60 {
        let answer = get_from(&app, first, list).await;

        assert_eq!(answer.status, 200, "export {count}");
        assert_eq!(answer.header("ratelimit-policy"), "\"exports\";q=60;w=3600");
    }

    let refused = get_from(&app, first, list).await;

    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["type"], "/problems/rate-limited");
    assert_eq!(left(&refused, "exports"), 0);
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((30..=75).contains(&seconds), "an export is refilled each minute: {seconds}");
    // What the client itself writes before the address that the proxy adds does not count.
    assert_eq!(get_from(&app, "192.0.2.7, 198.51.100.1", list).await.status, 429);
    assert_eq!(get_from(&app, "198.51.100.2", list).await.status, 200);
    assert_eq!(get_from(&app, first, "/v1/themes?limit=2").await.status, 200, "reads have their own limit");

    let token = app.editor().await;
    let with_token = token.get_with(list, "x-forwarded-for", first).await;
    assert_eq!((with_token.status, left(&with_token, "exports")), (200, 599));

    let of_network = [get_from(&app, "2001:db8:7::1", list).await, get_from(&app, "2001:db8:7::2", list).await];
    assert_eq!(of_network.map(|answer| left(&answer, "exports")), [59, 58], "addresses of one /64 network");
    assert_eq!(left(&get_from(&app, "2001:db8:7:1::1", list).await, "exports"), 59);
}

#[tokio::test]
async fn clients_cannot_name_their_own_address() {
    let app = limited_behind(&["192.0.2.0/24"]);

    let first = get_from(&app, "198.51.100.1", "/v1/themes?limit=1").await;
    let second = get_from(&app, "198.51.100.2", "/v1/themes?limit=2").await;

    assert_eq!([left(&first, "reads"), left(&second, "reads")], [5999, 5998]);
}

#[tokio::test]
async fn requests_cost_what_they_take() {
    let app = limited();
    let first = get_from(&app, "198.51.100.1", "/v1/themes").await;
    assert_eq!(left(&first, "reads"), 5999);
    for _ in 0..20 {
        get_from(&app, "198.51.100.1", "/v1/themes").await;
        app.anonymous()
            .send(
                Method::GET,
                "/v1/themes",
                &[("x-forwarded-for", "198.51.100.1"), ("if-none-match", first.header("etag"))],
            )
            .await;
    }
    let cached = get_from(&app, "198.51.100.1", "/v1/themes").await;
    assert!((5994..=5995).contains(&left(&cached, "reads")), "stored responses cost a tenth");

    let requests = [
        ("/v1/projects?facets=theme&facets=federal_state", "reads", 5997),
        ("/v1/projects?facets=theme,federal_state", "reads", 5997),
        ("/v1/projects?q=verkehr", "searches", 1199),
        ("/v1/search?q=smarte+beleuchtung+ulm", "searches", 1197),
        ("/v1/search?q=smarte-beleuchtung-ulm", "searches", 1197),
        ("/nowhere", "reads", 5999),
        ("/v1/projects/%zz", "reads", 5999),
    ];
    for (number, (path, limit, expected)) in requests.into_iter().enumerate() {
        let client = format!("198.51.100.{}", 10 + number);
        let answer = get_from(&app, &client, path).await;

        assert_eq!(left(&answer, limit), expected, "{path}: {}", answer.status);
    }
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(get_from(&app, "198.51.100.1", path).await.header("ratelimit"), "", "{path}");
    }

    let refused = app.anonymous().with_token("a.b.c").get_with("/v1/themes", "x-forwarded-for", "198.51.100.3").await;
    assert_eq!((refused.status, left(&refused, "reads")), (401, 5999));

    let theme = json!({ "slug": "wasser", "title": { "de": "Wasser" } });
    let written = app.admin().post("/v1/themes", &theme).await;
    assert_eq!((written.status, left(&written, "writes")), (201, 11_999), "{}", written.text());
    let long = json!({ "slug": "lang", "title": { "de": "x".repeat(900_000) } });
    let refused = app.admin().post("/v1/themes", &long).await;
    // About three points a second are refilled.
    assert_eq!((refused.status, (11_948..11_980).contains(&left(&refused, "writes"))), (422, true), "a body costs 50");
}

#[tokio::test]
async fn a_client_is_served_after_the_seconds_in_retry_after() {
    let app = limited();
    let (client, many_words) = ("198.51.100.1", vec!["wort"; 60].join("+"));
    // Refused, because the parameter does not exist.
    let path = format!("/v1/search?q={many_words}&query=licht");
    let mut refused = 0;
    while get_from(&app, client, &path).await.status == 400 {
        refused += 1;
    }
    assert_eq!(refused, 24, "each costs 50 of 1,200 points");
    let mut last = get_from(&app, client, "/v1/search?q=licht").await;
    // A point is refilled every 3 seconds, also during these requests.
    for page in 1..100 {
        if last.status == 429 {
            break;
        }
        last = get_from(&app, client, &format!("/v1/search?q=licht&limit={page}")).await;
    }
    assert_eq!(last.status, 429);
    let seconds: u64 = last.header("retry-after").parse().unwrap();
    assert!((1..=5).contains(&seconds), "{seconds}");

    tokio::time::sleep(Duration::from_secs(seconds)).await;

    assert_eq!(get_from(&app, client, "/v1/search?q=ampel").await.status, 200);
}

#[tokio::test]
async fn a_client_receives_only_some_lists_as_a_whole_at_once() {
    let app = limited();
    let list = "/v1/municipalities?format=geojson";
    let exports = [(); 4].map(|()| unread(&app, list, "host: x\r\nx-forwarded-for: 198.51.100.1"));

    let refused = get_from(&app, "198.51.100.1", list).await;

    assert_eq!((refused.status, refused.json()["type"].as_str()), (429, Some("/problems/concurrent-exports")));
    assert_eq!(get_from(&app, "198.51.100.2", list).await.status, 200);
    assert_eq!(get_from(&app, "198.51.100.1", "/v1/municipalities?limit=1").await.status, 200);
    drop(exports);
}
