//! Operations for formats other than JSON.

use utoipa::IntoParams;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem, PathItemBuilder};
use utoipa::openapi::{HttpMethod, Paths, RefOr, Response, Schema};

use crate::http::format::Format;
use crate::http::{CsvParams, MAX_PAGE};

/// Sentence about the licence of the data.
const DATA_LICENCE: &str = "Use under dl-de/by-2-0: name the source and link to the licence.";

/// Restricts operations with several formats to JSON, and adds an operation for each other format, at the path with the name of
/// the format as suffix. Generated clients thus get one return type for each operation.
pub(super) fn split(paths: &mut Paths) {
    let mut added = vec![];
    for (path, item) in &mut paths.paths {
        let Some(operation) = &mut item.get else { continue };
        let formats: Vec<Format> = Format::ALL.into_iter().filter(|format| has(operation, *format)).collect();
        // HTML has no separate path, so an operation with HTML and JSON is not split.
        let is_page = ok(operation).is_some_and(|response| response.content.contains_key("text/html"));
        if is_page || !formats.contains(&Format::Json) {
            continue;
        }
        for format in formats.into_iter().filter(|format| *format != Format::Json) {
            added.push((format!("{path}.{}", format.name()), in_format(operation, format, path.ends_with('}'))));
        }
        keep(operation, Format::Json);
    }
    paths.paths.extend(added);
}

fn ok(operation: &Operation) -> Option<&Response> {
    match operation.responses.responses.get("200")? {
        RefOr::T(response) => Some(response),
        RefOr::Ref(_) => None,
    }
}

fn has(operation: &Operation, format: Format) -> bool {
    ok(operation).is_some_and(|response| response.content.contains_key(format.media_type()))
}

/// Removes all other formats, and the parameter `format`.
fn keep(operation: &mut Operation, format: Format) {
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") {
        response.content.retain(|media_type, _| media_type == format.media_type());
        let (page, _) = response.description.split_once(", or ").unwrap_or((&response.description, ""));
        let suffix = if format == Format::Json { String::new() } else { format!(" as {}", format.title()) };
        let all = if [Format::Json, Format::Atom].contains(&format) {
            page
        } else {
            &page.replace("A page of", "All matching")
        };
        response.description = format!("{all}{suffix}");
    }
    remove(operation, &["format"]);
}

fn remove(operation: &mut Operation, names: &[&str]) {
    let is_kept = |parameter: &RefOr<Parameter>| match parameter {
        RefOr::T(parameter) => !names.contains(&parameter.name.as_str()),
        RefOr::Ref(_) => true,
    };
    if let Some(parameters) = &mut operation.parameters {
        parameters.retain(is_kept);
    }
}

/// Describes the effect of `limit` on lists in a format.
fn describe_limit(operation: &mut Operation, format: Format) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(Parameter { name, schema: Some(RefOr::T(Schema::Object(limit))), description, .. }) = parameter
            && name == "limit"
        {
            *description = Some(if format == Format::Atom {
                limit.maximum = Some(MAX_PAGE.into());
                format!("Number of entries per page, up to {MAX_PAGE}.")
            } else {
                limit.default = None;
                "Maximum number of entries, up to 1000. Defaults to all matches. With it, `Link` has the URL of the next entries \
                 (`rel=\"next\"`), unless there are no more."
                    .to_owned()
            });
        }
    }
}

/// Returns the operation that reads a list or an entry in a format.
fn in_format(operation: &Operation, format: Format, is_entry: bool) -> PathItem {
    let mut operation = operation.clone();
    keep(&mut operation, format);
    remove(&mut operation, &["facets"]);
    if !is_entry {
        describe_limit(&mut operation, format);
    }
    if matches!(format, Format::Ics | Format::Atom | Format::Graphml) {
        remove(&mut operation, &["fields"]);
    }
    if format == Format::Csv {
        let parameters = CsvParams::into_params(|| Some(ParameterIn::Query));
        operation.parameters.get_or_insert_default().extend(parameters.into_iter().map(RefOr::T));
    }
    let responses = &mut operation.responses.responses;
    // The path determines the format, so negotiation cannot fail.
    responses.remove("406");
    // Responses without `Last-Modified` do not depend on the directory version, and have an entity tag in JSON only.
    if let Some(RefOr::T(response)) = responses.get_mut("200")
        && !response.headers.contains_key("Last-Modified")
    {
        response.headers.remove("ETag");
        responses.remove("304");
    }
    let id = operation.operation_id.take().unwrap_or_default();
    operation.operation_id = Some(format!("{id}_{}", format.name()));
    operation.summary = operation.summary.map(|summary| format!("{summary} as {}", format.title()));
    let about = describe(format, is_entry);
    let is_public = operation.security.as_ref().is_none_or(Vec::is_empty);
    operation.description = Some(if is_public { format!("{about} {DATA_LICENCE}") } else { about.to_owned() });
    PathItemBuilder::new().operation(HttpMethod::Get, operation).build()
}

fn describe(format: Format, is_entry: bool) -> &'static str {
    match format {
        Format::Csv => {
            "Returns all matches as CSV in UTF-8 with a header row: by RFC 4180, or with `dialect=excel-de` as Excel with German \
             settings opens it. `fields` selects the columns of its members."
        }
        Format::Ndjson => "Returns all matches as newline-delimited JSON: one object on each line.",
        Format::Geojson if is_entry => "Returns the entry as a GeoJSON feature (RFC 7946).",
        Format::Geojson => "Returns all matches as a GeoJSON feature collection (RFC 7946).",
        Format::Ics if is_entry => {
            "Returns the event as an iCalendar object (RFC 5545). A calendar has no partial dates: the object has no event if the \
             start or end is unknown, or known only by month or year."
        }
        Format::Ics => {
            "Returns all matches as an iCalendar object (RFC 5545). A calendar has no partial dates: events without a start date, \
             and events whose start or end is known only by month or year, are left out. Every other format includes them."
        }
        Format::Atom => {
            "Returns a page of matches as an Atom feed (RFC 4287), last changed first. All URLs are absolute. The `alternate` link of \
             an entry leads to its web page, and the `related` link to the entry itself. The `next` link of the feed leads to the \
             next page."
        }
        Format::Graphml => {
            "Returns the network as GraphML. All edges are directed. Those with `symmetric` hold in both directions: shared \
             projects, working groups and learning partnerships. A `membership` leads from a municipality to its project, and a \
             `transfer` from the giver to the receiver."
        }
        Format::Json => "",
    }
}
