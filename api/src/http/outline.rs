//! The parts of the OpenAPI document that requests are checked against.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The OpenAPI document without its descriptions and schemas, which take several megabytes of memory.
#[derive(Deserialize)]
pub(crate) struct Outline {
    /// The operations by path and method, such as `get`.
    pub(super) paths: HashMap<String, HashMap<String, OperationOutline>>,
    components: Components,
}

#[derive(Deserialize)]
pub(super) struct OperationOutline {
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    parameters: Vec<ParameterOutline>,
    /// Empty if no token is required.
    #[serde(default)]
    pub security: Vec<IgnoredAny>,
    responses: HashMap<String, ResponseOutline>,
}

/// A parameter, or a reference to a component.
#[derive(Deserialize)]
pub(super) struct ParameterOutline {
    #[serde(rename = "$ref")]
    reference: Option<String>,
    #[serde(default)]
    pub name: String,
    #[serde(default, rename = "in")]
    place: String,
}

#[derive(Deserialize)]
struct ResponseOutline {
    #[serde(default)]
    #[expect(clippy::zero_sized_map_values, reason = "only the media types of the JSON object are read")]
    content: HashMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
struct Components {
    parameters: HashMap<String, ParameterOutline>,
}

impl Outline {
    /// Returns the query parameters of an operation.
    pub(super) fn query_parameters<'o>(
        &'o self,
        operation: &'o OperationOutline,
    ) -> impl Iterator<Item = &'o ParameterOutline> {
        let resolved = |parameter: &'o ParameterOutline| {
            let name = parameter.reference.as_deref().and_then(|reference| reference.rsplit('/').next());
            name.and_then(|name| self.components.parameters.get(name)).unwrap_or(parameter)
        };
        operation.parameters.iter().map(resolved).filter(|parameter| parameter.place == "query")
    }
}

impl OperationOutline {
    /// Returns whether the operation may respond with a status.
    pub(super) fn has_status(&self, status: StatusCode) -> bool {
        self.responses.contains_key(status.as_str())
    }

    /// Returns whether the operation responds with 200 and a media type.
    pub(super) fn responds_with(&self, media_type: &str) -> bool {
        self.responses.get("200").is_some_and(|response| response.content.contains_key(media_type))
    }
}
