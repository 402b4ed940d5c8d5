//! Checks how PostgreSQL executes reads of a large directory: no request may scan a large table or sort all entries where an
//! index can serve.

use std::fmt::Write as _;

use anyhow::{Context, Result, bail, ensure};
use openapi::Operation;
use serde_json::Value;
use tests::contract;

use crate::arguments::CacheState;
use tests::release::{Place, Server};

/// Number of rows from which a scan or a sort counts.
const MANY: f64 = 5000.0;

/// Lists of the resources with many entries.
const LISTS: [&str; 2] = ["/v1/solutions", "/v1/search"];

/// Requests that read many rows, by a part of their URL, with the reason.
const ALLOWED_REQUESTS: &[(&str, &str)] = &[
    ("bbox=", "sorts the entries that the spatial index finds"),
    ("ags=", "compares the municipalities of all entries, because a prefix of two digits can match a third of them"),
];

/// Statements that read many rows, by a part of their text, with the reason.
const ALLOWED_STATEMENTS: &[(&str, &str)] = &[
    ("count(*)", "counts once per directory version"),
    ("string_agg(uuid_send(", "reads the sets of facets once per directory version"),
    ("::tsquery limit", "ends after 1000 matches, in a search that exceeds its time limit"),
];

/// The statement of a page, and what it reads.
struct Plan {
    statement: String,
    faults: Vec<String>,
}

/// Requests each list with each filter, sort order and facet, and prints what the statements of the page read. Fails if one reads
/// too much.
pub(crate) async fn check(place: &Place) -> Result<()> {
    place.log_plans();
    let service = Server::start(place, CacheState::Cold.name(), CacheState::Cold.arguments()).await?;
    let mut refused = 0;
    println!("| Request | Reads |\n| --- | --- |");
    for path in LISTS {
        let list = contract().find("get", path).context("a list")?;
        for query in queries(list) {
            let url = format!("{path}?{query}");
            let before = place.server_log()?.len();
            let response = service.get(&url, &[]).await?;
            ensure!(response.status == 200, "{url}: {}", response.status);
            let log = place.server_log()?;
            for Plan { statement, faults } in plans(log.get(before..).unwrap_or_default())? {
                let reason = reason(ALLOWED_STATEMENTS, &statement).or_else(|| reason(ALLOWED_REQUESTS, &url));
                if !faults.is_empty() {
                    refused += usize::from(reason.is_none());
                    println!("| `{url}` | {}: {} |", reason.unwrap_or("**refused**"), faults.join(", "));
                }
            }
        }
    }
    if refused > 0 {
        bail!("{refused} statements read more than necessary");
    }
    Ok(())
}

/// Returns why a statement or URL may read many rows.
fn reason(allowed: &[(&str, &'static str)], text: &str) -> Option<&'static str> {
    allowed.iter().find(|(part, _)| text.contains(part)).map(|(_, reason)| *reason)
}

/// Returns a query string for each filter, sort order and facet of a list, and for a search.
fn queries(list: &Operation) -> Vec<String> {
    let mut queries = vec!["limit=20".to_owned(), "q=mobilit%C3%A4t".to_owned(), "q=mobilit%C3%A4t+daten".to_owned()];
    for parameter in list.parameters("query") {
        let name = parameter["name"].as_str().unwrap_or_default();
        let example = parameter.get("example").map(|example| example.get(0).unwrap_or(example));
        let Some(example) = example.filter(|example| !["", "[]"].contains(&text(example).as_str())) else { continue };
        match name {
            "q" | "limit" | "cursor" | "fields" | "format" | "highlight" | "dialect" | "radius_km" => {}
            "sort" => queries.extend(values(parameter).iter().map(|value| match value.trim_start_matches('-') {
                "distance" => format!("near=9.99,48.40&sort={value}"),
                "relevance" => format!("q=daten&sort={value}"),
                _ => format!("sort={value}"),
            })),
            "facets" => queries.extend(values(parameter).iter().map(|value| format!("facets={value}&theme=mobility"))),
            _ => queries.push(format!("{name}={}", text(example))),
        }
    }
    queries
}

/// Returns the values of a parameter of a closed list.
fn values(parameter: &Value) -> Vec<String> {
    let reference =
        ["/schema/$ref", "/schema/items/$ref"].into_iter().find_map(|path| parameter.pointer(path)?.as_str());
    let reference = reference.unwrap_or_default();
    let values = contract().document().pointer(&format!("{}/enum", reference.trim_start_matches('#')));
    values.and_then(Value::as_array).into_iter().flatten().map(text).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Reads the plans of the log of a server.
fn plans(log: &str) -> Result<Vec<Plan>> {
    let mut plans = vec![];
    for logged in log.split(" plan:\n").skip(1) {
        let mut json = String::new();
        for line in logged.lines().take_while(|line| line.starts_with('\t')) {
            writeln!(json, "{line}")?;
        }
        let logged: Value = serde_json::from_str(&json).with_context(|| json.clone())?;
        let mut faults = vec![];
        collect(logged.get("Plan").context(json.clone())?, &mut faults);
        plans.push(Plan { statement: logged.get("Query Text").map(text).unwrap_or_default(), faults });
    }
    Ok(plans)
}

/// Collects the nodes of a plan that scan or sort many rows. Returns the number of rows of the plan.
fn collect(plan: &Value, faults: &mut Vec<String>) -> f64 {
    let number = |name: &str| plan[name].as_f64().unwrap_or_default();
    let loops = number("Actual Loops");
    let rows = number("Actual Rows") * loops;
    let inputs = plan["Plans"].as_array().into_iter().flatten().map(|input| collect(input, faults)).sum::<f64>();
    let kind = plan["Node Type"].as_str().unwrap_or_default();
    // Parallel workers and the leader scan a part each. A small table that is scanned many times does not count.
    let scanned = number("Actual Rows") + number("Rows Removed by Filter");
    let scanned = if plan["Parallel Aware"] == true { scanned * loops } else { scanned };
    if kind == "Seq Scan" && scanned > MANY {
        faults.push(format!("scan of {scanned} rows of {}", text(&plan["Relation Name"])));
    } else if kind == "Sort" && inputs > MANY {
        faults.push(format!("sort of {inputs} rows by {}", text(&plan["Sort Key"])));
    }
    rows
}
