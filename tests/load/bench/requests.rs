//! The measured requests, found in the directory before the measurements.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use tests::encoded;
use tests::generated::Words;
use tests::release::Server;

/// Number of different URLs of a request without a cache. Concurrent requests for one URL would share one response.
const TARGETS: usize = 64;

/// Pages of each theme.
const PAGES_OF_THEME: usize = 5;

/// Largest number of entries per page, with `fields`.
const MAX_PAGE: u64 = 1000;

/// Largest number of pages that are followed to a deep page.
const MOST_PAGES: usize = 1000;

const FACETS: &str = "facets=theme&facets=scaling_phase&facets=kind&facets=status&facets=federal_state";

/// Short members, whose pairs make many URLs of one cost.
const MEMBERS: [&str; 12] = [
    "slug",
    "kind",
    "status",
    "openness",
    "licence",
    "scaling_phase",
    "operator_model",
    "freshness",
    "completeness",
    "adoption_count",
    "created_at",
    "updated_at",
];

/// One URL with the header lines of its request.
#[derive(Clone)]
pub(crate) struct Target {
    /// Path and query.
    pub(crate) path: String,
    /// Header lines.
    pub(crate) headers: Vec<String>,
}

impl From<String> for Target {
    fn from(path: String) -> Self {
        Self { path, headers: vec![] }
    }
}

/// A measured request.
pub(crate) struct Request {
    /// Name in the table.
    pub(crate) name: &'static str,
    /// Expected status.
    pub(crate) status: u16,
    /// URLs. With a cache, only the first is requested.
    pub(crate) targets: Vec<Target>,
    /// Whether hand-written SQL answers it.
    pub(crate) has_sql: bool,
}

impl Request {
    fn new(name: &'static str, targets: Vec<Target>) -> Self {
        Self { name, status: 200, targets, has_sql: false }
    }

    fn with_sql(self) -> Self {
        Self { has_sql: true, ..self }
    }
}

/// Returns all measured requests.
pub(crate) async fn discover(server: &Server) -> Result<Vec<Request>> {
    let themes = slugs(server, "/v1/themes?limit=100&fields=slug", "mobility").await?;
    let list = pages(server, "/v1/solutions?limit=20", TARGETS).await?;
    let mut unchanged = list.clone();
    for target in &mut unchanged {
        let response = server.get(&target.path, &[]).await?;
        let tag = response.headers.get("etag").context("an entity tag")?.to_str()?;
        target.headers.push(format!("If-None-Match: {tag}"));
    }
    let coded = list.iter().map(|target| Target { headers: vec!["Accept-Encoding: br".to_owned()], ..target.clone() });
    Ok(vec![
        Request::new("one project", details(server, "projects", "ulm").await?).with_sql(),
        Request::new("one solution", details(server, "solutions", "open-smartcity-app").await?).with_sql(),
        Request::new("list of 20 solutions", list.clone()).with_sql(),
        Request::new("list filtered by a theme", filtered(server, &themes).await?).with_sql(),
        Request::new("deep page", deep(server).await?).with_sql(),
        Request::new("search", searches(server).await?),
        Request::new("five facets", facets(&[String::new()])),
        Request::new("five facets filtered by a theme", facets(&themes)),
        Request { status: 304, ..Request::new("list, `If-None-Match`", unchanged) },
        Request::new("list, `Accept-Encoding: br`", coded.collect()),
    ])
}

/// Returns a page as JSON.
async fn json(server: &Server, path: &str) -> Result<Value> {
    let response = server.get(path, &[]).await?;
    ensure!(response.status == 200, "{path}: {}", response.status);
    Ok(serde_json::from_slice(&response.body)?)
}

/// Returns the slugs of a page, `first` before the others.
async fn slugs(server: &Server, path: &str, first: &str) -> Result<Vec<String>> {
    let page = json(server, path).await?;
    let items = page.get("items").and_then(Value::as_array).context("items")?;
    let mut slugs: Vec<_> = items.iter().filter_map(|item| item.get("slug")?.as_str()).map(str::to_owned).collect();
    slugs.sort_by_key(|slug| slug != first);
    ensure!(slugs.first().is_some_and(|slug| slug == first), "{path} lacks {first}");
    Ok(slugs)
}

/// Returns the paths of single entries that are spread over a resource.
async fn details(server: &Server, resource: &str, first: &str) -> Result<Vec<Target>> {
    let mut all = slugs(server, &format!("/v1/{resource}?limit=1000&fields=slug&sort=created_at"), first).await?;
    let step = (all.len() / TARGETS).max(1);
    all = all.into_iter().step_by(step).take(TARGETS).collect();
    Ok(all.iter().map(|slug| Target::from(format!("/v1/{resource}/{slug}"))).collect())
}

/// Returns up to `count` pages of a list, from the page `path`.
async fn pages(server: &Server, path: &str, count: usize) -> Result<Vec<Target>> {
    let list = path.split("&cursor=").next().unwrap_or_default();
    let mut found = vec![Target::from(path.to_owned())];
    while found.len() < count {
        let Some(Target { path, .. }) = found.last() else { break };
        let page = json(server, &format!("{path}&fields=slug")).await?;
        let Some(next) = page.get("next").and_then(Value::as_str) else { break };
        found.push(Target::from(format!("{list}&cursor={next}")));
    }
    Ok(found)
}

async fn filtered(server: &Server, themes: &[String]) -> Result<Vec<Target>> {
    let mut found = vec![];
    for theme in themes {
        found.extend(pages(server, &format!("/v1/solutions?limit=20&theme={theme}"), PAGES_OF_THEME).await?);
    }
    Ok(found)
}

/// Follows the list of solutions to its middle, and returns the pages from there.
async fn deep(server: &Server) -> Result<Vec<Target>> {
    let list = "/v1/solutions?fields=slug";
    let total = json(server, list).await?.get("total").and_then(Value::as_u64).context("a total")?;
    let (mut left, mut cursor) = (total / 2, String::new());
    for _ in 0..MOST_PAGES {
        let limit = left.min(MAX_PAGE);
        if limit == 0 {
            break;
        }
        let page = json(server, &format!("{list}&limit={limit}{cursor}")).await?;
        cursor = format!("&cursor={}", page.get("next").and_then(Value::as_str).context("a next page")?);
        left -= limit;
    }
    pages(server, &format!("/v1/solutions?limit=20{cursor}"), TARGETS).await
}

/// Returns searches for words that occur in the directory.
async fn searches(server: &Server) -> Result<Vec<Target>> {
    let mut found = vec![];
    for topic in Words::read()?.topics.iter().take(TARGETS) {
        let path = format!("/v1/search?q={}", encoded(topic));
        if json(server, &path).await?.get("total").and_then(Value::as_u64) > Some(0) {
            found.push(Target::from(path));
        }
    }
    ensure!(!found.is_empty(), "no search finds an entry");
    Ok(found)
}

/// Returns lists with five facets, with a filter for each theme that is not empty.
fn facets(themes: &[String]) -> Vec<Target> {
    let pairs = MEMBERS.iter().enumerate().flat_map(|(place, one)| {
        MEMBERS.iter().skip(place + 1).map(move |other| format!("/v1/solutions?limit=1&fields={one},{other}&{FACETS}"))
    });
    let filters = themes.iter().map(|theme| if theme.is_empty() { String::new() } else { format!("&theme={theme}") });
    let filtered = pairs.zip(filters.cycle()).map(|(path, filter)| Target::from(path + &filter));
    filtered.take(TARGETS).collect()
}
