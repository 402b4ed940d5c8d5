//! Representation and filters of the network.

use entity::Text;
use entity::vocabulary::{EdgeKind, FederalState};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::base::error::Rule;
use crate::http::format::Format;
use crate::model::catalog::ResourceName;
use crate::model::facet_value::FacetValue;
use crate::model::geo::Location;

/// Network of municipalities and projects
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Network {
    /// Municipalities and projects with at least one edge, by resource and slug.
    pub nodes: Vec<Node>,
    /// Connections between nodes.
    pub edges: Vec<Edge>,
    /// Number of edges of each kind.
    pub kinds: Vec<FacetValue>,
}

/// A node of the network: a municipality or project
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Node {
    /// ID of the entry (UUID), used in `source` and `target` of edges.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000002")]
    pub id: Uuid,
    /// Resource of the entry: `municipalities` or `projects`.
    pub resource: ResourceName,
    /// Slug of the entry.
    #[schema(example = "konstanz")]
    pub slug: String,
    /// Title of the entry.
    pub title: Text,
    /// Path of the entry.
    #[schema(example = "/v1/municipalities/konstanz", format = "uri-reference")]
    pub href: String,
    /// Federal states (ISO 3166-2).
    pub federal_states: Vec<FederalState>,
    /// Location. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// Number of edges of the node in this response.
    #[schema(example = 7)]
    pub degree: usize,
}

/// A connection between two nodes
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Edge {
    /// Kind of connection. A `membership` leads from a municipality to its project, and a `transfer` from the giver to the
    /// receiver. All other kinds are symmetric: they hold in both directions.
    pub kind: EdgeKind,
    /// ID of the first node (UUID).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000002")]
    pub source: Uuid,
    /// ID of the second node (UUID).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub target: Uuid,
    /// Number of entries that establish the connection.
    #[schema(example = 1)]
    pub count: i64,
    /// Paths of the entries that establish the connection.
    #[schema(example = json!(["/v1/working-groups/urban-data-platforms"]))]
    pub through: Vec<String>,
}

/// Filters of the network.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NetworkQuery {
    /// Kind of edge. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["transfer"]))]
    pub kind: Vec<EdgeKind>,
    /// Slug or ID of a theme. Repeat for alternatives. Applies to the entries that establish a connection.
    #[param(style = Form, explode = true, example = json!(["digital-twin"]))]
    pub theme: Vec<String>,
    /// Federal state (ISO 3166-2). Repeat for alternatives. Applies to either end of an edge.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Official key, slug or ID of a municipality. Repeat for alternatives. One end of an edge must match `municipality` or
    /// `project`.
    #[param(style = Form, explode = true, example = json!(["leipzig"]))]
    pub municipality: Vec<String>,
    /// Slug or ID of a project. Repeat for alternatives. One end of an edge must match `municipality` or `project`.
    #[param(style = Form, explode = true, example = json!(["bamberg"]))]
    pub project: Vec<String>,
    /// Response format. Takes precedence over `Accept`.
    #[serde(deserialize_with = "format")]
    #[param(value_type = Option<Format>, inline, example = "json")]
    pub format: Option<Format>,
}

/// Response formats of the network.
pub(super) const FORMATS: [Format; 2] = [Format::Json, Format::Graphml];

/// Reads the name of a format. The violation for an unknown name lists the formats of the network; content negotiation
/// refuses all others.
fn format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Format>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let known = Format::ALL.into_iter().find(|format| format.name() == name);
    known.map(Some).ok_or_else(|| D::Error::custom(Rule::unknown_value(&name, FORMATS.map(Format::name))))
}
