//! Files of entries: read whole and checked whole before anything is stored.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use validator::Validate;

use crate::db::{Database, Stored, Write};
use crate::directory::Directory;
use crate::error::{Error, Result, Violation};
use crate::municipalities::{self, MunicipalityInput};
use crate::projects::{self, ProjectInput};
use crate::themes::{self, ThemeInput};
use crate::validate;

/// What a file holds entries of
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Resource {
    Municipalities,
    Themes,
    Projects,
}

/// How a file is written
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Csv,
    Json,
    Ndjson,
}

impl Form {
    /// By the ending of a file's name.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        Self::from_str(path.extension()?.to_str()?, true).ok()
    }
}

impl Resource {
    /// By a file's name without its ending.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        Self::from_str(path.file_stem()?.to_str()?, true).ok()
    }

    /// Members that the directory derives itself; a file may hold them, and they are passed over.
    fn derived(self) -> &'static [&'static str] {
        match self {
            Self::Municipalities => &["district_ags"],
            Self::Themes | Self::Projects => &[],
        }
    }
}

/// Something in a file that needs another look
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    line: u64,
    pointer: String,
    detail: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, pointer, detail } = self;
        if pointer.is_empty() {
            write!(f, "line {line}: {detail}")
        } else {
            write!(f, "line {line}, {pointer}: {detail}")
        }
    }
}

/// Why a file was not stored
#[derive(Debug)]
pub(crate) enum Refused {
    Flaws(Vec<Flaw>),
    Failed(Error),
    /// There is nothing to keep: everything is there already, or it was a rehearsal.
    Unneeded(Stored),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The entries of a file, valid by themselves, each with the line it begins on.
pub(crate) struct Batch {
    entries: Entries,
    lines: Vec<u64>,
}

enum Entries {
    Municipalities(Vec<MunicipalityInput>),
    Themes(Vec<ThemeInput>),
    Projects(Vec<ProjectInput>),
}

impl Batch {
    pub(crate) fn read(resource: Resource, form: Form, text: &str) -> Result<Self, Vec<Flaw>> {
        let rows = match form {
            Form::Csv => csv(text),
            Form::Json => array(text),
            Form::Ndjson => Ok(lines(text)),
        };
        let rows = rows.map_err(|flaw| vec![flaw])?;
        let lines = rows.iter().map(|row| row.line).collect();
        let entries = match resource {
            Resource::Municipalities => {
                Entries::Municipalities(entries(resource, rows, |input: &MunicipalityInput| {
                    (&input.slug, input.ags.as_ref())
                })?)
            }
            Resource::Themes => Entries::Themes(entries(resource, rows, |input: &ThemeInput| (&input.slug, None))?),
            Resource::Projects => {
                Entries::Projects(entries(resource, rows, |input: &ProjectInput| (&input.slug, None))?)
            }
        };
        Ok(Self { entries, lines })
    }

    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Stores the entries; what they refer to must be there.
    pub(crate) async fn store(self, write: &Write) -> Result<Stored, Refused> {
        let stored = match self.entries {
            Entries::Municipalities(inputs) => municipalities::save(write, inputs).await,
            Entries::Themes(inputs) => themes::save(write, inputs).await,
            Entries::Projects(inputs) => projects::save(write, inputs).await,
        };
        stored.map_err(|error| match error {
            Error::Invalid(violations) => Refused::Flaws(
                violations
                    .into_iter()
                    .map(|violation| located(violation, &self.lines))
                    .collect(),
            ),
            other => Refused::Failed(other),
        })
    }
}

/// The line of a violation whose pointer begins with the number of its entry.
fn located(violation: Violation, lines: &[u64]) -> Flaw {
    let pointer = violation.pointer.unwrap_or_default();
    let (index, rest) = pointer
        .trim_start_matches('/')
        .split_once('/')
        .unwrap_or((&pointer, ""));
    let line = index
        .parse()
        .ok()
        .and_then(|index: usize| lines.get(index))
        .copied()
        .unwrap_or_default();
    Flaw {
        line,
        pointer: format!("/{rest}"),
        detail: violation.detail,
    }
}

/// An entry as it stands in a file.
struct Row {
    line: u64,
    text: String,
}

/// Reads and checks every row, and sees that none names the same entry as another.
fn entries<T: DeserializeOwned + Validate>(
    resource: Resource,
    rows: Vec<Row>,
    keys: impl Fn(&T) -> (&String, Option<&String>),
) -> Result<Vec<T>, Vec<Flaw>> {
    let mut inputs: Vec<T> = Vec::with_capacity(rows.len());
    let mut flaws = vec![];
    let mut seen: HashMap<String, u64> = HashMap::new();
    for Row { line, text } in rows {
        match input::<T>(resource, line, &text) {
            Ok(input) => {
                let (slug, key) = keys(&input);
                for name in [Some(slug), key].into_iter().flatten() {
                    if let Some(first) = seen.insert(name.clone(), line) {
                        let detail = format!("`{name}` stands on line {first} already");
                        flaws.push(Flaw {
                            line,
                            pointer: String::new(),
                            detail,
                        });
                    }
                }
                inputs.push(input);
            }
            Err(found) => flaws.extend(found),
        }
    }
    if flaws.is_empty() { Ok(inputs) } else { Err(flaws) }
}

fn input<T: DeserializeOwned + Validate>(resource: Resource, line: u64, text: &str) -> Result<T, Vec<Flaw>> {
    let flaw = |line, pointer: &str, detail: String| {
        vec![Flaw {
            line,
            pointer: pointer.to_owned(),
            detail,
        }]
    };
    let mut value: Value = serde_json::from_str(text).map_err(|error| {
        flaw(
            line + error.line() as u64 - 1,
            "",
            "is not JSON; look for a missing comma, quotation mark or brace".to_owned(),
        )
    })?;
    if let Some(members) = value.as_object_mut() {
        resource.derived().iter().for_each(|name| drop(members.remove(*name)));
    }
    let input: T = serde_path_to_error::deserialize(value)
        .map_err(|error| flaw(line, &pointer(error.path()), shape(error.inner())))?;
    match input.validate() {
        Ok(()) => Ok(input),
        Err(errors) => {
            let violations = validate::violations(&errors).into_iter();
            Err(violations
                .map(|found| Flaw {
                    line,
                    pointer: found.pointer.unwrap_or_default(),
                    detail: found.detail,
                })
                .collect())
        }
    }
}

/// A path as a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{key}"),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    };
    path.iter().map(part).collect()
}

/// The message of a wrong shape, without what only programmers say.
fn shape(error: &serde_json::Error) -> String {
    error
        .to_string()
        .replace("unknown variant", "unknown value")
        .replace("unknown field", "unknown member")
        .replace("missing field", "lacks the member")
}

/// The elements of a JSON array.
fn array(text: &str) -> Result<Vec<Row>, Flaw> {
    let whole: Result<Vec<&RawValue>, _> = serde_json::from_str(text);
    let whole = whole.map_err(|error| Flaw {
        line: error.line() as u64,
        pointer: String::new(),
        detail: "is not a JSON array; look for a missing comma, quotation mark or brace".to_owned(),
    })?;
    let mut line = 1;
    let mut counted = 0;
    let row = |raw: &RawValue| {
        // Elements are slices of the text, so where one begins tells its line.
        let begins = raw.get().as_ptr() as usize - text.as_ptr() as usize;
        line += text
            .as_bytes()
            .get(counted..begins)
            .map_or(0, |passed| passed.iter().filter(|byte| **byte == b'\n').count() as u64);
        counted = begins;
        Row {
            line,
            text: raw.get().to_owned(),
        }
    };
    Ok(whole.into_iter().map(row).collect())
}

/// One JSON value a line.
fn lines(text: &str) -> Vec<Row> {
    let numbered = (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty());
    numbered
        .map(|(line, text)| Row {
            line,
            text: text.to_owned(),
        })
        .collect()
}

/// Columns that hold numbers.
const NUMBERS: &[&str] = &["population", "area_km2", "lon", "lat", "round", "round_year"];

/// Comma-separated values with a header; an empty cell is an absent member.
fn csv(text: &str) -> Result<Vec<Row>, Flaw> {
    let mut reader = ::csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let flaw = |error: &::csv::Error| Flaw {
        line: error.position().map_or(1, ::csv::Position::line),
        pointer: String::new(),
        detail: "has another number of columns than the header, or is not CSV".to_owned(),
    };
    let columns = reader.headers().map_err(|error| flaw(&error))?.clone();
    let mut rows = vec![];
    for record in reader.records() {
        let record = record.map_err(|error| flaw(&error))?;
        let line = record.position().map_or(0, ::csv::Position::line);
        let mut members = Map::new();
        for (column, cell) in columns.iter().zip(&record).filter(|(_, cell)| !cell.is_empty()) {
            let number = || {
                cell.parse::<i64>()
                    .map(Value::from)
                    .or_else(|_| cell.parse::<f64>().map(Value::from))
                    .ok()
            };
            let value = NUMBERS
                .contains(&column)
                .then(number)
                .flatten()
                .unwrap_or_else(|| cell.into());
            match column {
                "lon" | "lat" => {
                    if let Some(location) = members.entry("location").or_insert_with(|| json!({})).as_object_mut() {
                        location.insert(column.to_owned(), value);
                    }
                }
                _ => drop(members.insert(column.to_owned(), value)),
            }
        }
        rows.push(Row {
            line,
            text: Value::Object(members).to_string(),
        });
    }
    Ok(rows)
}

/// All entries of a resource, as `import` reads them.
pub(crate) async fn export(database: &Database, resource: Resource, form: Form) -> Result<String> {
    let db = database.connection();
    let inputs = match resource {
        Resource::Municipalities => values(municipalities::current(db, None).await?)?,
        Resource::Themes => values(themes::current(db, None).await?)?,
        Resource::Projects => values(projects::current(db, None).await?)?,
    };
    match form {
        Form::Csv => table(&inputs),
        Form::Json => serde_json::to_string_pretty(&inputs)
            .map(|text| text + "\n")
            .map_err(Error::fault),
        Form::Ndjson => Ok(inputs.iter().map(|input| format!("{input}\n")).collect()),
    }
}

fn values<T: Serialize>(inputs: Vec<(uuid::Uuid, T)>) -> Result<Vec<Value>> {
    inputs
        .into_iter()
        .map(|(_, input)| serde_json::to_value(input).map_err(Error::fault))
        .collect()
}

/// The columns of municipalities; entries with lists have no table.
const TABLE: &[&str] = &[
    "ags",
    "slug",
    "name",
    "designation",
    "kind",
    "federal_state",
    "population",
    "population_as_of",
    "area_km2",
    "lon",
    "lat",
    "website",
];

fn table(inputs: &[Value]) -> Result<String> {
    let mut writer = ::csv::Writer::from_writer(vec![]);
    writer.write_record(TABLE).map_err(Error::fault)?;
    for input in inputs {
        let cell = |column: &&str| match input.get(*column).or_else(|| input.get("location")?.get(*column)) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        writer.write_record(TABLE.iter().map(cell)).map_err(Error::fault)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::fault(error.into_error()))?;
    String::from_utf8(bytes).map_err(Error::fault)
}

/// Stores batches one after another in one transaction: all of them, or nothing. A rehearsal stores nothing either way.
pub(crate) async fn store(
    database: &Database,
    directory: &Directory,
    batches: Vec<Batch>,
    rehearse: bool,
) -> Result<Stored, Refused> {
    let work = async move |write: &Write| {
        write.unhurried().await?;
        let mut all = Stored::default();
        for batch in batches {
            all.add(batch.store(write).await?);
        }
        if rehearse || all.created + all.updated == 0 {
            return Err(Refused::Unneeded(all));
        }
        write.analyze().await?;
        Ok(all)
    };
    match database.write(directory, work).await {
        Err(Refused::Unneeded(stored)) => Ok(stored),
        other => other,
    }
}
