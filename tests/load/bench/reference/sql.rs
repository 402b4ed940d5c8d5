//! Answers of hand-written SQL, with the same bytes as those of the service.

use std::collections::HashMap;

use actix_web::HttpRequest;
use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sea_orm::sqlx::postgres::PgPoolOptions;
use sea_orm::sqlx::{self, PgPool, Postgres};
use serde_json::{Value, json};
use uuid::Uuid;

use super::parameter;

const PROJECT: &str = "select e.body from project p join reference.entry e on e.id = p.id where p.slug = $1";

const SOLUTION: &str = "select e.body from solution s join reference.entry e on e.id = s.id where s.slug = $1";

const PAGE: &str = "select s.id, s.title_key, e.body \
      from (select id, title_key from solution \
             where (title_key, id) > ($1, $2) order by title_key, id limit 21) s \
      join reference.entry e on e.id = s.id order by s.title_key, s.id";

const COUNT: &str = "select count(*) from solution";

const PAGE_OF_THEME: &str = "select s.id, s.title_key, e.body \
      from (select id, title_key from solution \
             where (title_key, id) > ($1, $2) \
               and exists (select from solution_theme t where t.solution_id = solution.id \
                              and t.theme_id = (select id from theme where slug = $3)) \
             order by title_key, id limit 21) s \
      join reference.entry e on e.id = s.id order by s.title_key, s.id";

const COUNT_OF_THEME: &str =
    "select count(*) from solution_theme where theme_id = (select id from theme where slug = $1)";

/// Entries per page.
const LIMIT: usize = 20;

/// Connections, as many as the service has for reads.
const CONNECTIONS: u32 = 8;

/// Answers of hand-written SQL.
pub(super) struct Sql {
    pool: PgPool,
    /// Digests in the cursors of the service, by theme. Cursors of other pages have the same digest.
    digests: HashMap<String, u64>,
}

/// ID, sort key and JSON text of an entry.
type Row = (Uuid, String, String);

/// Position in a list, as in a cursor of the service.
struct Position {
    key: String,
    id: Uuid,
}

impl Sql {
    /// Opens a pool of connections.
    pub(super) async fn open(url: &str, digests: HashMap<String, u64>) -> Result<Self> {
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false).connect(url).await?;
        Ok(Self { pool, digests })
    }

    /// Answers a request for one entry or for a page of solutions.
    pub(super) async fn answer(&self, req: &HttpRequest) -> Result<String> {
        if let Some(slug) = req.path().strip_prefix("/v1/projects/") {
            return self.entry(PROJECT, slug).await;
        }
        if let Some(slug) = req.path().strip_prefix("/v1/solutions/") {
            return self.entry(SOLUTION, slug).await;
        }
        self.page(req.query_string()).await
    }

    async fn entry(&self, statement: &'static str, slug: &str) -> Result<String> {
        Ok(sqlx::query_scalar::<Postgres, String>(statement).bind(slug).fetch_one(&self.pool).await?)
    }

    async fn page(&self, query: &str) -> Result<String> {
        let theme = parameter(query, "theme").unwrap_or_default();
        let after = parameter(query, "cursor").map_or_else(|| Ok(Position::start()), Position::decode)?;
        let mut connection = self.pool.acquire().await?;
        let (page, count) = if theme.is_empty() { (PAGE, COUNT) } else { (PAGE_OF_THEME, COUNT_OF_THEME) };
        let mut page = sqlx::query_as::<Postgres, Row>(page).bind(&after.key).bind(after.id);
        let mut count = sqlx::query_scalar::<Postgres, i64>(count);
        if !theme.is_empty() {
            page = page.bind(theme);
            count = count.bind(theme);
        }
        let rows = page.fetch_all(&mut *connection).await?;
        let total = count.fetch_one(&mut *connection).await?;
        drop(connection);
        self.envelope(&rows, total, theme)
    }

    fn envelope(&self, rows: &[Row], total: i64, theme: &str) -> Result<String> {
        let items: Vec<&str> = rows.iter().take(LIMIT).map(|(_, _, body)| body.as_str()).collect();
        let next = match rows.get(LIMIT - 1).filter(|_| rows.len() > LIMIT) {
            Some((id, key, _)) => {
                let digest = self.digests.get(theme).context("a digest")?;
                let cursor = json!({ "q": digest, "k": key, "i": id });
                format!(",\"next\":\"{}\"", BASE64.encode(cursor.to_string()))
            }
            None => String::new(),
        };
        Ok(format!("{{\"items\":[{}],\"total\":{total}{next},\"facets\":{{}}}}", items.join(",")))
    }
}

impl Position {
    fn start() -> Self {
        Self { key: String::new(), id: Uuid::nil() }
    }

    fn decode(cursor: &str) -> Result<Self> {
        let content: Value = serde_json::from_slice(&BASE64.decode(cursor)?)?;
        let text = |name: &str| content.get(name).and_then(Value::as_str).context("a cursor");
        Ok(Self { key: text("k")?.to_owned(), id: text("i")?.parse()? })
    }
}

/// Returns the digest in a cursor of the service.
pub(super) fn digest(cursor: &str) -> Result<u64> {
    let content: Value = serde_json::from_slice(&BASE64.decode(cursor)?)?;
    content.get("q").and_then(Value::as_u64).context("a digest")
}
