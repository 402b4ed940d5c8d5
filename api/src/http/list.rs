//! Query parameters of list requests.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use uuid::Uuid;

use super::entry::{RepresentationParams, fields};
use super::format::{Dialect, Format, Record, Table, members};
use super::negotiate::name_offered;
use super::page::{Cursor, Position};
use super::parameter::{BoundedInt, Timestamp};
use super::request::{Pairs, names};
use crate::base::error::{Error, Result, Rule, StringFormat, Violation};
use crate::model::catalog::Resource;

/// Filter parameters of a resource.
pub(crate) trait Filters: DeserializeOwned + IntoParams + Default {
    /// Whether the list takes the parameters of `ListParams`.
    const HAS_LIST_PARAMS: bool = true;

    /// Returns the parameters that refer to entries of other resources.
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![]
    }
}

/// Query parameters of every list of entries.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Full-text query. Entries with all words come first, then those with some words and similar ones. `or` separates
    /// alternatives, `-word` excludes a word, and "quotation marks" enclose a phrase. Of a longer text, the first 1,000 characters
    /// are searched.
    #[param(value_type = Option<String>, example = "Konstanz")]
    pub q: Option<String>,
    /// Whether to mark the words that match `q` with `<mark>`: in the `highlight` of entries, or in the `snippet` of
    /// search results. Defaults to `true` in `/v1/search`, otherwise to `false`.
    #[param(value_type = Option<bool>, example = true)]
    pub highlight: Option<bool>,
    /// Time (RFC 3339) or date (from midnight UTC). Only entries changed at or after this time are included.
    #[param(value_type = Option<String>, format = DateTime, example = "2019-01-01T00:00:00Z")]
    pub updated_since: Option<Timestamp>,
    /// IDs of up to 100 entries (UUID), repeated or separated by commas. Only these entries are included; unknown IDs are ignored.
    #[param(value_type = Vec<Uuid>, style = Form, explode = true, example = json!([]), max_items = 100)]
    pub ids: Vec<String>,
    /// Current slugs of up to 100 entries, repeated or separated by commas. Only these entries are included; other slugs are
    /// ignored.
    #[param(style = Form, explode = true, example = json!([]), max_items = 100)]
    pub slug: Vec<String>,
}

impl ListParams {
    /// Returns the text of the full-text query. `None` if it is absent or blank.
    pub(crate) fn search_text(&self) -> Option<&str> {
        self.q.as_deref().filter(|typed| !typed.trim().is_empty())
    }

    /// Whether there is a full-text query.
    pub(crate) fn is_search(&self) -> bool {
        self.search_text().is_some()
    }

    /// Largest number of entries that `ids` or `slug` can name.
    const MOST_NAMED: usize = 100;

    /// Splits the values of `ids` and `slug` at commas, and returns their violations.
    fn check_names(&mut self) -> Vec<Violation> {
        for values in [&mut self.ids, &mut self.slug] {
            *values = values.iter().flat_map(|list| list.split(',')).map(|value| value.trim().to_owned()).collect();
        }
        let mut violations = vec![];
        for (name, values) in [("ids", &self.ids), ("slug", &self.slug)] {
            if values.len() > Self::MOST_NAMED {
                violations.push(Violation::parameter(name, Rule::items(0, Self::MOST_NAMED)));
            }
        }
        for id in &mut self.ids {
            let Ok(parsed) = id.parse::<Uuid>() else {
                violations.push(Violation::parameter("ids", Rule::Format { expected: StringFormat::Uuid }));
                break;
            };
            // Normalised, because the database does not accept all forms of a UUID.
            *id = parsed.to_string();
        }
        violations
    }
}

/// Largest number of entries per page with all their members.
pub(crate) const MAX_PAGE: i64 = 100;

/// Query parameters of paging.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// Number of entries per page, up to 100, or up to 1000 with `fields`. The streamed formats `csv`, `geojson`, `ics` and
    /// `ndjson` include all matches when it is omitted.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 20, example = 20)]
    limit: Option<BoundedInt<1, 1000>>,
    /// Value of `next` from the previous page. Keep the same filters and sort order.
    #[param(value_type = Option<String>, example = "")]
    cursor: Option<String>,
}

/// Query parameters of lists in CSV.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct CsvParams {
    /// Dialect of the CSV. Defaults to `rfc4180`: commas between cells, and a decimal point in numbers. `excel-de` is for Excel
    /// with German settings: a byte order mark, semicolons between cells, and a decimal comma. A text that Excel would convert
    /// to a number or to a more exact date, such as an official key or `2024-10`, is written as `="01001000"`. Applies to `csv`
    /// only.
    #[param(value_type = Dialect, required = false, inline, example = "excel-de")]
    dialect: Option<Dialect>,
}

/// The parsed query string of a list. Unknown parameters are refused, because a misspelt filter would return all entries.
pub(crate) struct ListQuery<Q, T> {
    /// Filter parameters of the resource.
    pub query: Q,
    /// Query parameters of every list.
    pub params: ListParams,
    /// Members and format of the representation.
    pub representation: RepresentationParams,
    /// Requested number of entries. `None` if `limit` is omitted.
    pub limit: Option<u64>,
    /// Position after which the page begins. `None` for the first page.
    pub after: Option<Position>,
    /// The columns in CSV.
    pub(super) table: Table,
    /// Digest of the path, the filters and the sort order.
    digest: u64,
    item: PhantomData<T>,
}

impl<Q, T> ListQuery<Q, T> {
    /// Returns the number of entries per page.
    pub(crate) fn limit(&self) -> u64 {
        self.limit.unwrap_or(20)
    }

    /// Returns the cursor for a position in this list.
    pub(crate) fn cursor(&self, position: Position) -> Cursor {
        Cursor { query: self.digest, position }
    }
}

impl<Q: Filters, T: Record> ListQuery<Q, T> {
    fn read(req: &HttpRequest) -> Result<Self> {
        let pairs = Pairs::parse(req.query_string());
        let common = if Q::HAS_LIST_PARAMS { names::<ListParams>() } else { vec![] };
        let own = [names::<Q>(), names::<Paging>(), names::<RepresentationParams>(), names::<CsvParams>()].concat();
        let known = [common, own].concat();
        let mut violations = pairs.unknown(&known);
        let query: Q = pairs.read(&mut violations);
        violations.extend(order_without_basis(&pairs, &known));
        violations.extend(radius_without_centre(&pairs, &known));
        let mut params: ListParams =
            if Q::HAS_LIST_PARAMS { pairs.read(&mut violations) } else { ListParams::default() };
        violations.extend(params.check_names());
        let paging: Paging = pairs.read(&mut violations);
        let mut representation: RepresentationParams = pairs.read(&mut violations);
        name_offered(&mut violations, T::LISTS);
        let form = representation.negotiate(req, T::LISTS);
        let table = table::<T>(&pairs, &mut representation, &mut violations);
        let is_long = paging.limit.is_some_and(|BoundedInt(limit)| limit > MAX_PAGE);
        if representation.is_feed() && is_long {
            violations.push(Violation::parameter("limit", Rule::range(1, MAX_PAGE)));
        } else if !representation.is_streamed() && representation.is_whole() && is_long {
            violations.push(Violation::parameter("limit", Rule::LimitWithoutFields { max: MAX_PAGE }));
        }
        // A feed has its own sort order.
        let order = if representation.is_feed() { "atom" } else { "" };
        let asked = pairs.canonical(&["limit", "cursor", "fields", "format", "dialect", "facets", "highlight"]);
        let digest = digest(req.path(), &format!("{asked}{order}"));
        let after = position(paging.cursor.as_deref(), digest).unwrap_or_else(|rule| {
            violations.push(Violation::parameter("cursor", rule));
            None
        });
        if !violations.is_empty() {
            return Err(Error::Parameters(violations));
        }
        form?;
        let limit = paging.limit.map(|limit| limit.0.unsigned_abs());
        Ok(Self { query, params, representation, limit, after, table, digest, item: PhantomData })
    }
}

/// Sort orders that require a parameter, each with that parameter.
const BASES: [(&str, &str); 2] = [("distance", "near"), ("relevance", "q")];

/// Returns a violation if the requested sort order requires a parameter that is missing.
fn order_without_basis(pairs: &Pairs, known: &[String]) -> Option<Violation> {
    let value = pairs.only("sort")?;
    let (_, basis) = BASES.into_iter().find(|(order, _)| value.strip_prefix('-').unwrap_or(value) == *order)?;
    let is_missing = known.iter().any(|name| name == basis) && !pairs.has(basis);
    let rule = || Rule::OrderRequires { value: value.to_owned(), other: basis.to_owned() };
    is_missing.then(|| Violation::parameter("sort", rule()))
}

/// Returns a violation if there is a radius without its centre.
fn radius_without_centre(pairs: &Pairs, known: &[String]) -> Option<Violation> {
    let [field, other] = ["radius_km", "near"].map(str::to_owned);
    let is_missing = known.contains(&other) && pairs.has(&field) && !pairs.has(&other);
    is_missing.then(|| Violation::parameter("radius_km", Rule::Requires { field, other }))
}

/// Reads `fields` and `dialect`, and returns the columns that they select in CSV.
fn table<T: Record>(
    pairs: &Pairs,
    representation: &mut RepresentationParams,
    violations: &mut Vec<Violation>,
) -> Table {
    let CsvParams { dialect } = pairs.read(violations);
    let unknown_fields = fields::<T>(representation);
    let table = Table::new(T::COLUMNS, &representation.picked, dialect.unwrap_or_default());
    let is_csv = representation.chosen() == Format::Csv;
    if dialect.is_some() && !is_csv {
        let [field, other, value] = ["dialect", "format", "csv"].map(str::to_owned);
        violations.push(Violation::parameter("dialect", Rule::RequiresValue { field, other, value }));
    }
    if is_csv && table.is_empty() && unknown_fields.is_empty() {
        let fields = representation.picked.join(",");
        violations.push(Violation::parameter("fields", Rule::unknown_value(&fields, members(T::COLUMNS))));
    }
    violations.extend(unknown_fields);
    table
}

/// Returns the position of a cursor. Fails with the rule that the cursor violates.
fn position(cursor: Option<&str>, digest: u64) -> Result<Option<Position>, Rule> {
    match cursor.map(Cursor::decode) {
        None => Ok(None),
        Some(Some(cursor)) if cursor.query == digest => Ok(Some(cursor.position)),
        Some(Some(_)) => Err(Rule::CursorOfOtherQuery {}),
        Some(None) => Err(Rule::Cursor {}),
    }
}

/// Returns a digest that is the same in every process, so that a cursor works on every instance.
fn digest(path: &str, query: &str) -> u64 {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(path).chain_update([0]).chain_update(query).finalize();
    digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

impl<Q: Filters + 'static, T: Record> FromRequest for ListQuery<Q, T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(req))
    }
}

impl RepresentationParams {
    /// Returns whether the format is a feed.
    pub(crate) fn is_feed(&self) -> bool {
        self.chosen() == Format::Atom
    }

    /// Returns whether the format is streamed.
    pub(crate) fn is_streamed(&self) -> bool {
        !matches!(self.chosen(), Format::Json | Format::Atom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::property::config;

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn cursor_is_valid_for_its_query_only(queries: [String; 2], key in "[^\\x00]{0,20}", id: u128) {
            let [own, other] = queries.map(|query| digest("/v1/projects", &query));
            let position = Position { key, id: Uuid::from_u128(id) };
            let cursor = Cursor { query: own, position: position.clone() }.encode();

            prop_assert_eq!(super::position(Some(&cursor), own), Ok(Some(position)));
            prop_assume!(own != other);
            prop_assert_eq!(super::position(Some(&cursor), other), Err(Rule::CursorOfOtherQuery {}));
        }
    }
}
