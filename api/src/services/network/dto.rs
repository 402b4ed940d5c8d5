//! What the network looks like to the world, and what it can be asked.

use entity::Text;
use entity::vocabulary::{EdgeKind, FederalState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::format::Format;
use crate::model::catalog::ResourceName;
use crate::model::facet_value::FacetValue;
use crate::model::geo::Location;

/// Municipalities and projects, and what joins them
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Network {
    /// Those that an edge joins, by resource and slug.
    pub nodes: Vec<Node>,
    /// What joins them.
    pub edges: Vec<Edge>,
    /// How many edges there are of each kind.
    pub kinds: Vec<FacetValue>,
}

/// A municipality or project
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Node {
    /// Id of the entry, which the edges name.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000002")]
    pub id: Uuid,
    /// `municipalities` or `projects`.
    pub resource: ResourceName,
    /// Short name of the entry in addresses.
    #[schema(example = "konstanz")]
    pub slug: String,
    /// What it is called.
    pub title: Text,
    /// Path of the entry.
    #[schema(example = "/v1/municipalities/konstanz", format = "uri-reference")]
    pub href: String,
    /// The states it lies in, by ISO 3166-2 code.
    pub federal_states: Vec<FederalState>,
    /// Where it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// How many edges end at it.
    #[schema(example = 7)]
    pub degree: usize,
}

/// What joins two of them
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Edge {
    /// What it is. A `membership` leads from the municipality to its project, a `transfer` from the giver to the receiver;
    /// the others have no direction.
    pub kind: EdgeKind,
    /// Id of one node.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000002")]
    pub source: Uuid,
    /// Id of the other.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub target: Uuid,
    /// How many things of that kind join them.
    #[schema(example = 1)]
    pub count: i64,
    /// Their paths.
    #[schema(example = json!(["/v1/working-groups/urban-data-platforms"]))]
    pub through: Vec<String>,
}

/// Filters of the network.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NetworkQuery {
    /// Kinds of edges; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["transfer"]))]
    pub kind: Vec<EdgeKind>,
    /// Slugs or ids of themes: what joins two must be about one of them; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["digital-twin"]))]
    pub theme: Vec<String>,
    /// States by ISO 3166-2 code: one end must lie in one of them; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Official keys, slugs or ids of municipalities: one end must be one of them or of `project`; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["leipzig"]))]
    pub municipality: Vec<String>,
    /// Slugs or ids of projects: one end must be one of them or of `municipality`; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["bamberg"]))]
    pub project: Vec<String>,
    /// The form of the answer; it goes before `Accept`.
    #[param(value_type = Option<Format>, inline, example = "json")]
    pub format: Option<Format>,
}
