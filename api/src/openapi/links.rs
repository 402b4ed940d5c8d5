//! Links from the response that creates something to the operations on it.

use std::collections::{BTreeMap, HashMap};

use utoipa::openapi::link::Link;
use utoipa::openapi::{OpenApi, RefOr};

use super::operation::operations;

/// Adds links to the operations on the created entry to each response with status 201.
pub(super) fn link(document: &mut OpenApi) {
    let mut by_path: HashMap<String, Vec<String>> = HashMap::new();
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            by_path.entry(path.clone()).or_default().extend(operation.operation_id.clone());
        }
    }
    for (path, item) in &mut document.paths.paths {
        let Some(create) = &mut item.post else { continue };
        let Some(RefOr::T(created)) = create.responses.responses.get_mut("201") else { continue };
        let entries = ["key", "id"].map(|name| (name, by_path.get(&format!("{path}/{{{name}}}"))));
        for (name, operations) in entries.into_iter().filter_map(|(name, found)| Some((name, found?))) {
            created.links = operations
                .iter()
                .map(|operation| (operation.clone(), to(operation, name).into()))
                .collect::<BTreeMap<_, _>>();
        }
    }
}

/// Returns the link to an operation whose path has the ID of the created entry in the parameter `name`.
fn to(operation: &str, name: &str) -> Link {
    Link::builder().operation_id(operation).parameter(name, "$response.body#/id").build()
}
