//! The table with the JSON text of each entry, from which hand-written SQL answers.

use anyhow::{Context, Result, ensure};
use sea_orm::sqlx::postgres::PgPoolOptions;
use sea_orm::sqlx::{self, PgPool};

use tests::release::Server;

/// A schema of its own, so that the service does not see the table.
const CREATE: &str = "create schema reference; create table reference.entry (id uuid primary key, body text not null)";

const INSERT: &str = "insert into reference.entry select * from unnest($1::text[]::uuid[], $2::text[])";

/// Number of entries that one statement inserts.
const BATCH: usize = 500;

/// Creates the table, and fills it with the lines of the NDJSON of the service.
pub(super) async fn fill(url: &str, service: &Server) -> Result<()> {
    let pool = PgPoolOptions::new().max_connections(1).connect(url).await?;
    sqlx::raw_sql(CREATE).execute(&pool).await?;
    for resource in ["projects", "solutions"] {
        fill_from(&pool, service, resource).await?;
    }
    sqlx::raw_sql("vacuum analyze").execute(&pool).await?;
    pool.close().await;
    Ok(())
}

async fn fill_from(pool: &PgPool, service: &Server, resource: &str) -> Result<()> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut response = client.get(format!("{}/v1/{resource}.ndjson", service.base)).send().await?;
    ensure!(response.status() == 200, "{resource}.ndjson: {}", response.status());
    let (mut rest, mut lines) = (vec![], vec![]);
    while let Some(chunk) = response.chunk().await? {
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            rest.extend_from_slice(part);
            if rest.ends_with(b"\n") {
                rest.pop();
                lines.push(String::from_utf8(std::mem::take(&mut rest))?);
            }
        }
        if lines.len() >= BATCH {
            insert(pool, std::mem::take(&mut lines)).await?;
        }
    }
    insert(pool, lines).await
}

async fn insert(pool: &PgPool, lines: Vec<String>) -> Result<()> {
    let id = |line: &String| Some(line.strip_prefix("{\"id\":\"")?.split('"').next()?.to_owned());
    let ids: Option<Vec<String>> = lines.iter().map(id).collect();
    sqlx::query(INSERT).bind(ids.context("a line that begins with an ID")?).bind(lines).execute(pool).await?;
    Ok(())
}
