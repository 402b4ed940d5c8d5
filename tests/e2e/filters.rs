//! Every filter of every list returns exactly the matching entries.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use tests::{Client, SharedApp};

use crate::facets::{facet_names, lists_with_facets};

/// Query parameters that are not tested as filters.
pub(crate) const COMMON_PARAMETERS: [&str; 12] = [
    "q",
    "highlight",
    "sort",
    "facets",
    "limit",
    "cursor",
    "fields",
    "format",
    "updated_since",
    "radius_km",
    "ids",
    "slug",
];

/// The entries of every list, and the municipalities of every project.
struct Directory {
    client: Client,
    entries: HashMap<String, Vec<Value>>,
    /// The official keys of the members of each project.
    members: HashMap<String, Vec<String>>,
}

impl Directory {
    async fn read(client: Client) -> Self {
        let mut entries = HashMap::new();
        for (list, _) in lists_with_facets().filter(|(list, _)| list.path != "/v1/search") {
            entries.insert(list.path.clone(), all_entries(&client, &list.path, "").await);
        }
        let members = entries["/v1/projects"].iter().map(|project| (text(&project["slug"]), keys(&project["members"])));
        Self { client, members: members.collect(), entries }
    }

    /// Returns the official keys of the municipalities that the given members link to, directly or through a project.
    fn municipality_keys(&self, entry: &Value, members: &[&str]) -> Vec<String> {
        let direct = members.iter().flat_map(|member| keys(&entry[*member]));
        let through_projects = members
            .iter()
            .flat_map(|member| projects(&entry[*member]))
            .flat_map(|project| self.members[&project].clone());
        direct.chain(through_projects).collect()
    }
}

/// Returns all entries of a list that match a query.
pub(crate) async fn all_entries(client: &Client, list: &str, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("{list}?format=ndjson{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Returns the official keys of the municipalities that a value links to.
fn keys(value: &Value) -> Vec<String> {
    linked(value, "/v1/municipalities/", "ags")
}

fn projects(value: &Value) -> Vec<String> {
    linked(value, "/v1/projects/", "slug")
}

fn linked(value: &Value, to: &str, member: &str) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(|value| linked(value, to, member)).collect(),
        Value::Object(members) if members.get("href").is_some_and(|href| text(href).starts_with(to)) => {
            members.get(member).map(text).into_iter().collect()
        }
        Value::Object(members) => members.values().flat_map(|value| linked(value, to, member)).collect(),
        _ => vec![],
    }
}

/// Returns the longitudes and latitudes of an entry.
fn points(entry: &Value) -> Vec<(f64, f64)> {
    let point = |value: &Value| Some((value["lon"].as_f64()?, value["lat"].as_f64()?));
    let several = entry["locations"].as_array().into_iter().flatten().filter_map(point);
    point(&entry["location"]).into_iter().chain(several).collect()
}

/// Returns the distance of two points in kilometres, on a sphere with the mean radius of the earth.
fn distance(one: (f64, f64), other: (f64, f64)) -> f64 {
    let (lon, lat) = ((one.0 - other.0).to_radians(), (one.1 - other.1).to_radians());
    let squared =
        (lat / 2.0).sin().powi(2) + one.1.to_radians().cos() * other.1.to_radians().cos() * (lon / 2.0).sin().powi(2);
    2.0 * 6371.0088 * squared.sqrt().asin()
}

/// Returns the first and the last day of an entry with a date. An entry without an end continues, unless it is an event; an
/// entry with only an end has no earliest day.
fn span(list: &str, entry: &Value) -> Option<(String, String)> {
    let first = entry["starts_on"].as_str().or_else(|| entry["ends_on"].as_str().map(|_| "0001"))?;
    let end = entry["ends_on"].as_str().or((list == "/v1/events").then_some(first));
    // ISO 8601 dates compare as texts; `~` sorts after every digit.
    Some((first.to_owned(), end.map_or("~".to_owned(), |end| format!("{end}~"))))
}

/// Whether a filter matches an entry.
type Predicate<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

/// Returns a value for a filter that is not a facet, and the predicate of the matching entries. Returns `None` for a filter
/// without a case.
#[expect(clippy::too_many_lines, reason = "a table with a line for each filter")]
fn expected<'a>(directory: &'a Directory, list: &'a str, filter: &str) -> Option<(&'static str, Predicate<'a>)> {
    const KONSTANZ: &str = "08335043";
    const BOX: &str = "8.5,47.3,9.5,48.0";
    const AROUND: &str = "9.17,47.66&radius_km=50";
    let owners: &[&str] = match list {
        "/v1/solutions" => &["providers", "projects"],
        "/v1/events" => &["municipality", "projects"],
        "/v1/learning-partnerships" => &["partners"],
        "/v1/publications" => &["projects"],
        "/v1/practice-examples" => &["municipality"],
        _ => &["members"],
    };
    let any = |member: &'static str, matches: fn(&Value) -> bool| -> Predicate<'a> {
        Box::new(move |entry| entry[member].as_array().unwrap().iter().any(matches))
    };
    let expected: (&str, Predicate<'a>) = match filter {
        "municipality" => {
            (KONSTANZ, Box::new(move |entry| directory.municipality_keys(entry, owners).contains(&KONSTANZ.to_owned())))
        }
        "ags" if list == "/v1/municipalities" => {
            ("08335", Box::new(|entry| entry["ags"].as_str().is_some_and(|key| key.starts_with("08335"))))
        }
        // Other keys contain these digits after their beginning, such as that of Jena, 16053000.
        "ags" => (
            "05",
            Box::new(move |entry| directory.municipality_keys(entry, owners).iter().any(|key| key.starts_with("05"))),
        ),
        "project" => ("suedwestfalen", any("projects", |project| project["slug"] == "suedwestfalen")),
        "population_min" => ("20000", Box::new(|entry| entry["population"].as_u64() >= Some(20_000))),
        "population_max" => {
            ("100000", Box::new(|entry| entry["population"].as_u64().is_some_and(|count| count <= 100_000)))
        }
        "bbox" => (
            BOX,
            Box::new(|entry| {
                points(entry).iter().any(|(lon, lat)| (8.5..=9.5).contains(lon) && (47.3..=48.0).contains(lat))
            }),
        ),
        "near" => (AROUND, Box::new(|entry| points(entry).iter().any(|point| distance(*point, (9.17, 47.66)) <= 50.0))),
        "from" => {
            ("2025", Box::new(move |entry| span(list, entry).is_some_and(|(_, last)| last.as_str() >= "2025-01-01")))
        }
        "to" => {
            ("2022-12", Box::new(move |entry| span(list, entry).is_some_and(|(first, _)| first.as_str() <= "2022-12~")))
        }
        "upcoming" => (
            "true",
            Box::new(move |entry| {
                let today = api::base::clock::now().date_naive().to_string();
                span(list, entry).is_some_and(|(_, last)| last >= today)
            }),
        ),
        "adoption" => ("true", Box::new(|entry| entry["relation"] != "origin")),
        "cost_basis" => ("estimate", Box::new(|entry| entry["costs"]["basis"] == "estimate")),
        "role" => ("chair", any("members", |member| member["role"] == "chair")),
        "output_kind" => ("guide", any("outputs", |output| output["kind"] == "guide")),
        "solution_relation" => {
            ("builds_on", Box::new(|entry| related(entry).any(|other| other["relation"] == "builds_on")))
        }
        "solution" => (
            "open-smartcity-app",
            Box::new(|entry| related(entry).any(|other| other["solution"]["slug"] == "open-smartcity-app")),
        ),
        _ => return None,
    };
    Some(expected)
}

/// Returns the relations of a solution in both directions.
fn related(entry: &Value) -> impl Iterator<Item = &Value> {
    ["related", "related_from"].into_iter().flat_map(|side| entry[side].as_array().unwrap())
}

#[tokio::test]
async fn every_filter_returns_exactly_the_matching_entries() {
    let directory = Directory::read(SharedApp::complete().anonymous()).await;

    for (list, _) in lists_with_facets().filter(|(list, _)| list.path != "/v1/search") {
        let (facets, entries) = (facet_names(list), &directory.entries[&list.path]);
        for filter in list.parameters("query").into_iter().map(|parameter| parameter["name"].as_str().unwrap()) {
            if COMMON_PARAMETERS.contains(&filter) || facets.contains(&filter) {
                continue;
            }
            let at = format!("{}?{filter}", list.path);
            let (value, matches) = expected(&directory, &list.path, filter)
                .unwrap_or_else(|| panic!("{at}: `expected` has no case for it"));

            let found = all_entries(&directory.client, &list.path, &format!("&{filter}={value}")).await;

            let slugs = |entries: &mut dyn Iterator<Item = &Value>| {
                entries.map(|entry| text(&entry["slug"])).collect::<BTreeSet<_>>()
            };
            let (found, expected) =
                (slugs(&mut found.iter()), slugs(&mut entries.iter().filter(|entry| matches(entry))));
            let (more, less): (Vec<_>, Vec<_>) =
                (found.difference(&expected).collect(), expected.difference(&found).collect());
            assert!(more.is_empty() && less.is_empty(), "{at}={value} returns {more:?} in excess and misses {less:?}");
            assert!(
                !expected.is_empty() && expected.len() < entries.len(),
                "{at}={value} must match some entries only: {} of {}",
                expected.len(),
                entries.len()
            );
        }
    }
}
