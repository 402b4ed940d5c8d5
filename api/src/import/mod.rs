//! Files of entries: read whole and checked whole before anything is stored.

mod export;
mod rows;

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use clap::ValueEnum;
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

use crate::db::{Database, Pace, Stored, Write};
use crate::directory::Directory;
use crate::error::{Error, Result, Violation};
use crate::municipalities::{self, MunicipalityInput};
use crate::projects::{self, ProjectInput};
use crate::themes::{self, ThemeInput};
use crate::validate;

pub(crate) use self::export::export;
use self::rows::{Row, array, csv, lines};

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
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Entries stored at a time.
const PART: usize = 1000;

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

    /// The entries a thousand at a time, in their order.
    fn parts(self) -> Vec<Self> {
        fn split<T: Clone>(lines: &[u64], inputs: &[T], wrap: impl Fn(Vec<T>) -> Entries) -> Vec<Batch> {
            let parts = inputs.chunks(PART).zip(lines.chunks(PART));
            parts.map(|(inputs, lines)| Batch { entries: wrap(inputs.to_vec()), lines: lines.to_vec() }).collect()
        }
        match &self.entries {
            Entries::Municipalities(inputs) => split(&self.lines, inputs, Entries::Municipalities),
            Entries::Themes(inputs) => split(&self.lines, inputs, Entries::Themes),
            Entries::Projects(inputs) => split(&self.lines, inputs, Entries::Projects),
        }
    }

    /// Stores the entries; what they refer to must be there.
    async fn store(self, write: &Write) -> Result<Stored, Refused> {
        let stored = match self.entries {
            Entries::Municipalities(inputs) => municipalities::save(write, inputs).await,
            Entries::Themes(inputs) => themes::save(write, inputs).await,
            Entries::Projects(inputs) => projects::save(write, inputs).await,
        };
        stored.map_err(|error| match error {
            Error::Invalid(violations) => {
                Refused::Flaws(violations.into_iter().map(|violation| located(violation, &self.lines)).collect())
            }
            other => Refused::Failed(other),
        })
    }
}

/// The line of a violation whose pointer begins with the number of its entry.
fn located(violation: Violation, lines: &[u64]) -> Flaw {
    let pointer = violation.pointer.unwrap_or_default();
    let (index, rest) = pointer.trim_start_matches('/').split_once('/').unwrap_or((&pointer, ""));
    let line = index.parse().ok().and_then(|index: usize| lines.get(index)).copied().unwrap_or_default();
    Flaw { line, pointer: format!("/{rest}"), detail: violation.detail }
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
                        flaws.push(Flaw { line, pointer: String::new(), detail });
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
    let flaw = |line, pointer: &str, detail: String| vec![Flaw { line, pointer: pointer.to_owned(), detail }];
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
                .map(|found| Flaw { line, pointer: found.pointer.unwrap_or_default(), detail: found.detail })
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

/// The message of a wrong shape, in words that are no programmer's.
fn shape(error: &serde_json::Error) -> String {
    const WORDS: [(&str, &str); 12] = [
        ("unknown variant", "unknown value"),
        ("unknown field", "unknown member"),
        ("missing field", "lacks the member"),
        ("duplicate field", "has twice the member"),
        ("invalid type: ", "must not be "),
        ("invalid value: ", "must not be "),
        ("expected struct", "but an object like"),
        ("expected a sequence", "but a list"),
        ("expected i16", "but a whole number"),
        ("expected i32", "but a whole number"),
        ("expected f64", "but a number"),
        ("expected a string", "but a text"),
    ];
    WORDS.iter().fold(error.to_string(), |text, (from, to)| text.replace(from, to))
}

/// Why a transaction was not committed.
enum Stopped {
    Refused(Refused),
    /// There is nothing to keep: everything is there already, or it was a rehearsal.
    Unneeded(Stored),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Refused(error.into())
    }
}

/// Stores batches one after another in one transaction: all of them, or nothing. A rehearsal stores nothing either way.
/// `progress` hears of each part that was stored, by its entries.
pub(crate) async fn store(
    database: &Database,
    directory: &Directory,
    batches: Vec<Batch>,
    rehearse: bool,
    progress: impl Fn(usize) + 'static,
) -> Result<Stored, Refused> {
    let work = async move |write: &Write| {
        let mut all = Stored::default();
        for part in batches.into_iter().flat_map(Batch::parts) {
            let entries = part.lines.len();
            all.add(part.store(write).await.map_err(Stopped::Refused)?);
            progress(entries);
        }
        if rehearse || all.created + all.updated == 0 {
            return Err(Stopped::Unneeded(all));
        }
        write.analyze().await?;
        Ok(all)
    };
    match database.write(directory, Pace::Unhurried, work).await {
        Ok(stored) | Err(Stopped::Unneeded(stored)) => Ok(stored),
        Err(Stopped::Refused(refused)) => Err(refused),
    }
}
