//! Documentation of redirects to filtered lists: the parameters and the response of the target list.

use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, Paths};

use crate::resources::Registration;

/// Adds the parameters and the response of the target list to each redirect from a list below an entry.
pub(super) fn complete(paths: &mut Paths, registrations: &[Registration]) {
    let lists: Vec<(String, Operation)> =
        paths.paths.iter().filter_map(|(path, item)| Some((path.clone(), item.get.clone()?))).collect();
    for (path, item) in &mut paths.paths {
        let Some(redirect) = &mut item.get else { continue };
        let target = match path.rsplit_once('/') {
            Some((_, "adoptions")) => "/v1/practice-examples".to_owned(),
            Some((below, list)) if below.ends_with("/{key}") => format!("/v1/{list}"),
            _ => continue,
        };
        let responses = &mut redirect.responses.responses;
        let Some((_, list)) = lists.iter().find(|(path, _)| *path == target) else { continue };
        if responses.contains_key("200") {
            continue;
        }
        if let Some(RefOr::T(found)) = list.responses.responses.get("200") {
            let mut found = found.clone();
            "The filtered list, after the redirect".clone_into(&mut found.description);
            responses.insert("200".to_owned(), found.into());
        }
        // The entry in the path determines this filter, so the parameter is not accepted.
        let is_above =
            |registration: &&Registration| path.starts_with(&format!("/v1/{}/", registration.resource.collection));
        let filter = registrations.iter().find(is_above).map_or("", |registration| registration.resource.table);
        let is_passed = |parameter: &&RefOr<Parameter>| match parameter {
            RefOr::T(parameter) => {
                parameter.parameter_in == ParameterIn::Query && ![filter, "adoption"].contains(&&*parameter.name)
            }
            RefOr::Ref(_) => true,
        };
        let passed = list.parameters.iter().flatten().filter(is_passed).cloned().collect::<Vec<_>>();
        redirect.parameters.get_or_insert_default().extend(passed);
    }
}
