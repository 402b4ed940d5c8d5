//! Filters that name entries: a name that leads nowhere is a mistake, not an empty list.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use crate::error::{Error, Result, Violation};

/// A filter by entries of another resource.
pub(crate) struct Reference {
    pub parameter: &'static str,
    pub table: &'static str,
    /// Columns that name an entry, besides its id; the first one is shown.
    pub names: &'static [&'static str],
    /// Are there few enough to list them all?
    pub few: bool,
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
}

impl Reference {
    /// Refuses values that name no entry.
    pub(crate) async fn check(&self, db: &impl ConnectionTrait, values: &[String]) -> Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        let Self { parameter, table, names, few } = self;
        let named = names.iter().map(|name| format!("{name} = value")).collect::<Vec<_>>().join(" or ");
        let unknown = format!(
            "select value as name from unnest($1::text[]) value \
              where not exists (select from {table} where {named}) and not exists (select from {table} where id::text = value)"
        );
        let unknown = Statement::from_sql_and_values(db.get_database_backend(), unknown, [values.to_vec().into()]);
        let unknown = Named::find_by_statement(unknown).all(db).await?;
        if unknown.is_empty() {
            return Ok(());
        }
        let known = format!("select {} as name from {table} order by 1", names.first().unwrap_or(&"id::text"));
        let known = Statement::from_string(db.get_database_backend(), known);
        let known = if *few { Named::find_by_statement(known).all(db).await? } else { vec![] };
        let list: Vec<String> = known.into_iter().map(|known| known.name).collect();
        let help = if list.is_empty() {
            "look it up in its list".to_owned()
        } else {
            format!("write one of: {}", list.join(", "))
        };
        let detail = |Named { name }| Violation::parameter(*parameter, format!("`{name}` names no entry; {help}"));
        Err(Error::Parameters(unknown.into_iter().map(detail).collect()))
    }
}
