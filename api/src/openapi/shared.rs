//! Parameters and headers that several operations have, as components.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::openapi::header::Header;
use utoipa::openapi::{OpenApi, Ref, RefOr, Response};

use super::operation::operations;

/// Replaces parameters and headers that occur more than once by references to components.
pub(super) fn share(document: &mut OpenApi) {
    let (mut parameters, mut headers) = (Uses::default(), Uses::default());
    let mut components = document.components.take().unwrap_or_default();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let tag = operation.tags.iter().flatten().next().cloned().unwrap_or_default();
        for parameter in operation.parameters.iter().flatten() {
            if let RefOr::T(parameter) = parameter {
                parameters.note(parameter, &parameter.name, &tag);
            }
        }
        for response in operation.responses.responses.values() {
            note_headers(response, &mut headers, &tag);
        }
    }
    for response in components.responses.values() {
        note_headers(response, &mut headers, "problem");
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
    let mut responses = std::mem::take(&mut components.responses);
    for response in responses.values_mut() {
        components.headers.extend(replace_headers(response, &headers));
    }
    components.responses = responses;
    document.components = Some(components);
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
    /// Tag of the first operation with the value.
    tag: String,
    count: usize,
}

/// Values of one kind, by their JSON.
#[derive(Default)]
struct Uses(BTreeMap<String, Use>);

impl Uses {
    fn note(&mut self, value: &impl Serialize, name: &str, tag: &str) {
        let first = || Use { name: pascal_case(name), tag: pascal_case(tag), count: 0 };
        self.0.entry(json(value)).or_insert_with(first).count += 1;
    }

    /// Names the values that occur more than once. The value with most of the occurrences of a name gets the name; the
    /// others get the tag of their operation, too.
    fn names(self) -> Names {
        let mut totals: HashMap<String, usize> = HashMap::new();
        for Use { name, count, .. } in self.0.values() {
            *totals.entry(name.clone()).or_default() += count;
        }
        let mut names = HashMap::new();
        let mut taken: HashMap<String, usize> = HashMap::new();
        for (json, Use { name, tag, count }) in self.0.into_iter().filter(|(_, found)| found.count > 1) {
            let is_usual = 2 * count > totals.get(&name).copied().unwrap_or_default();
            let name = if is_usual { name } else { tag + &name };
            let number = taken.entry(name.clone()).or_default();
            *number += 1;
            names.insert(json, if *number == 1 { name } else { format!("{name}{number}") });
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
