//! Components for parameters, headers and problems that several operations share.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, Ref, RefOr, Response};

use super::operation::operations;

/// Replaces parameters, headers and problems that occur more than once by references to components.
pub(super) fn share(document: &mut OpenApi) {
    let (mut parameters, mut headers) = (Uses::default(), Uses::default());
    let mut components = document.components.take().unwrap_or_default();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let tag = tag(operation);
        for parameter in operation.parameters.iter().flatten() {
            if let RefOr::T(parameter) = parameter {
                parameters.note(parameter, &parameter.name, &tag);
            }
        }
        for response in operation.responses.responses.values() {
            note_headers(response, &mut headers, &tag);
        }
    }
    let (parameters, headers) = (parameters.names(), headers.names());
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        for parameter in operation.parameters.iter_mut().flatten() {
            components.parameters.extend(parameters.replace(parameter, "parameters"));
        }
        for response in operation.responses.responses.values_mut() {
            components.headers.extend(replace_headers(response, &headers));
        }
    }
    // After the headers, which the responses refer to.
    let mut problems = Uses::default();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let tag = tag(operation);
        for (status, response) in problem_responses(operation) {
            if let RefOr::T(response) = response {
                problems.note(response, &format!("problem-{status}"), &tag);
            }
        }
    }
    let problems = problems.names();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        for (_, response) in problem_responses(operation) {
            components.responses.extend(problems.replace(response, "responses"));
        }
    }
    document.components = Some(components);
}

fn tag(operation: &Operation) -> String {
    operation.tags.iter().flatten().next().cloned().unwrap_or_default()
}

fn problem_responses(operation: &mut Operation) -> impl Iterator<Item = (&String, &mut RefOr<Response>)> {
    operation.responses.responses.iter_mut().filter(|(status, _)| status.as_str() >= "400")
}

fn note_headers(response: &RefOr<Response>, headers: &mut Uses, tag: &str) {
    let RefOr::T(response) = response else { return };
    for (name, header) in &response.headers {
        if let RefOr::T(header) = header {
            headers.note(header, name, tag);
        }
    }
}

fn replace_headers(response: &mut RefOr<Response>, headers: &Names) -> Vec<(String, RefOr<Header>)> {
    let RefOr::T(response) = response else { return vec![] };
    response.headers.values_mut().filter_map(|header| headers.replace(header, "headers")).collect()
}

/// A value with the number of its occurrences.
struct Use {
    name: String,
    /// Number of occurrences by tag.
    tags: BTreeMap<String, usize>,
}

impl Use {
    fn count(&self) -> usize {
        self.tags.values().sum()
    }

    /// Returns the tag of all occurrences, if there is one.
    fn tag(&self) -> Option<&str> {
        self.tags.keys().next().filter(|_| self.tags.len() == 1).map(String::as_str)
    }
}

/// Values of one kind, by their JSON.
#[derive(Default)]
struct Uses(BTreeMap<String, Use>);

impl Uses {
    fn note(&mut self, value: &impl Serialize, name: &str, tag: &str) {
        let first = || Use { name: pascal_case(name), tags: BTreeMap::new() };
        *self.0.entry(json(value)).or_insert_with(first).tags.entry(pascal_case(tag)).or_default() += 1;
    }

    /// Names the values that occur more than once. If several values have the same name, those of a single tag get the tag as
    /// prefix, and the others get a number.
    fn names(self) -> Names {
        let mut found: Vec<(String, Use)> = self.0.into_iter().filter(|(_, found)| found.count() > 1).collect();
        // The most frequent value gets the name without a number.
        found.sort_by_key(|(_, found)| Reverse(found.count()));
        let mut values: HashMap<String, usize> = HashMap::new();
        for (_, found) in &found {
            *values.entry(found.name.clone()).or_default() += 1;
        }
        let mut names = HashMap::new();
        let mut taken: HashMap<String, usize> = HashMap::new();
        for (json, found) in found {
            let tag = found.tag().filter(|_| values.get(&found.name) > Some(&1));
            let name = tag.unwrap_or_default().to_owned() + &found.name;
            let number = taken.entry(name.clone()).or_default();
            *number += 1;
            names.insert(json, if *number == 1 { name } else { format!("{name}_{number}") });
        }
        Names(names)
    }
}

/// Names of components, by the JSON of their values.
struct Names(HashMap<String, String>);

impl Names {
    /// Replaces a value by a reference. Returns the component.
    fn replace<T: Serialize + Clone>(&self, value: &mut RefOr<T>, place: &str) -> Option<(String, RefOr<T>)> {
        let name = match value {
            RefOr::T(value) => self.0.get(&json(value))?.clone(),
            RefOr::Ref(_) => return None,
        };
        let reference = RefOr::Ref(Ref::new(format!("#/components/{place}/{name}")));
        Some((name, std::mem::replace(value, reference)))
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Joins the words of a name, which are separated by hyphens or underscores.
fn pascal_case(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split(['-', '_']).map(word).collect()
}
