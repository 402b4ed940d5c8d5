//! Examples of problems, and the problems of single operations.

use anyhow::anyhow;
use chrono::{DateTime, Days, NaiveDate};
use entity::Text;
use serde_json::json;
use uuid::Uuid;

use crate::base::error::{EditConflict, Error, Quota, Rule, StringFormat, Violation};
use crate::base::link::Link;

/// The ID of an operation, and its problems.
type OfOperation = (&'static str, fn() -> Vec<Error>);

/// Problems of single operations.
const OF_OPERATIONS: [OfOperation; 14] = [
    ("get_municipality_tasks", || vec![outside_municipality()]),
    ("list_audit", || vec![Error::Bound]),
    ("get_ready", || vec![Error::Unavailable(anyhow!(""))]),
    ("list_changes", of_feed),
    ("stream_changes", of_feed),
    ("create_token", || vec![Error::ScopeEscalation("solutions:write".to_owned())]),
    ("create_webhook", || vec![outside_municipality(), Error::QuotaExceeded(Quota::Webhooks)]),
    ("create_webhook_redelivery", || vec![Error::Inactive]),
    ("create_submission", || vec![gone(), Error::QuotaExceeded(Quota::Drafts)]),
    ("create_submission_comment", || vec![Error::QuotaExceeded(Quota::Comments)]),
    ("create_submission_assignment", || vec![Error::Bound]),
    ("create_submission_action", step),
    ("replace_submission_content", content),
    ("update_submission_content", content),
];

/// Returns the problems of a single operation.
pub(super) fn of_operation(id: &str) -> Vec<Error> {
    OF_OPERATIONS.iter().find(|(operation, _)| *operation == id).map(|(_, errors)| errors()).unwrap_or_default()
}

fn step() -> Vec<Error> {
    vec![
        gone(),
        Error::FourEyes,
        Error::Step { stage: "draft", action: "publish" },
        edit_conflict(),
        Error::Taken(vec![taken("/content/slug")]),
        Error::Referenced(vec![referrer()], 1),
    ]
}

fn content() -> Vec<Error> {
    vec![gone(), Error::Closed("published"), edit_conflict()]
}

fn of_feed() -> Vec<Error> {
    let last_event_id = header("Last-Event-ID", StringFormat::EventId);
    vec![Error::Header(vec![last_event_id]), Error::SequenceGone { after: 13_200, head: 13_089 }]
}

pub(super) fn gone() -> Error {
    Error::Gone(DateTime::UNIX_EPOCH + Days::new(20_000))
}

pub(super) fn retired_key() -> Error {
    Error::KeyRetired {
        official: "03153006".to_owned(),
        name: "Hahausen".to_owned(),
        as_of: NaiveDate::from_ymd_opt(2025, 11, 30).unwrap_or_default(),
    }
}

pub(super) fn header(name: &str, expected: StringFormat) -> Violation {
    Violation::header(name, Rule::Format { expected })
}

pub(super) fn outside_municipality() -> Error {
    Error::OutsideMunicipality(vec!["08421000".to_owned()])
}

pub(super) fn taken(pointer: &str) -> Violation {
    Violation::pointer(pointer, Rule::Taken { value: "smart-parking".to_owned() })
}

pub(super) fn referrer() -> Link {
    Link {
        id: Uuid::from_u128(0x0197_f2a0_0000_7000_8000_0000_0000_0000),
        slug: "ulm".to_owned(),
        title: Text { de: "Ulm".to_owned(), en: None },
        href: "/v1/projects/ulm".to_owned(),
    }
}

pub(super) fn edit_conflict() -> Error {
    let title = |de: &str| json!({ "title": { "de": de } });
    Error::EditConflict(Box::new(EditConflict {
        revision: 17,
        base: title("Wasser"),
        published: title("Wasserversorgung"),
        submitted: title("Trinkwasser"),
        conflicts: vec![Violation::pointer("/title", Rule::ChangedOnBothSides { revision: 17 })],
    }))
}
