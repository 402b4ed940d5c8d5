//! Representation of a working group.

use chrono::{DateTime, Utc};
use entity::vocabulary::{FederalState, GroupRole, OpenTo, OutputKind, WorkingGroupKind, WorkingGroupStatus};
use entity::{PartialDate, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::base::link::Link;
use crate::base::validation::rules;
use crate::http::format::{Format, Record, impl_entry_record};
use crate::http::{Filters, Order, Sort};
use crate::model::catalog::{self, Resource};
use crate::model::highlight::{Highlight, Texts, both};
use crate::model::municipality_link::MunicipalityLink;
use crate::write::participants::Participant;

/// Working group or other standing network
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct WorkingGroup {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000005")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "urban-data-platforms")]
    pub slug: String,
    /// Title.
    pub title: Text,
    /// Kind of network.
    pub kind: WorkingGroupKind,
    /// Summary, up to 500 characters.
    pub summary: Text,
    /// Current status.
    pub status: WorkingGroupStatus,
    /// Audience that may join. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub open_to: Option<OpenTo>,
    /// Countries of the members by ISO 3166-1 alpha-2 code. `EU` stands for the European Union, `INT` for international
    /// membership.
    #[schema(example = json!(["DE", "AT"]))]
    pub countries: Vec<String>,
    /// Themes.
    pub themes: Vec<Link>,
    /// Members that the sources name.
    pub members: Vec<GroupMember>,
    /// Outputs of the group.
    pub outputs: Vec<Output>,
    /// URL of the website. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.civitasconnect.digital", format = "iri", nullable = false)]
    pub website: Option<String>,
    /// Start date, as precise as known. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_on: Option<PartialDate>,
    /// End date, as precise as known. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_on: Option<PartialDate>,
    /// URLs of the sources of the information.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// Texts that match `q`, by member, with the matched words between `<mark>` and `</mark>`. Omitted unless `q` and
    /// `highlight` are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "Urbane <mark>Datenplattformen</mark>" }), nullable = false)]
    pub highlight: Option<Highlight>,
    #[serde(skip)]
    pub revision: i64,
    /// Time of creation (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// Time of the last change to the entry itself (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// Member of a working group
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct GroupMember {
    /// Name recorded for the member, or else the name of its municipality or project.
    #[schema(example = "Paderborn")]
    pub name: String,
    /// Role in the group.
    pub role: GroupRole,
    /// Municipality of the member. Omitted when the member is not a municipality of the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub municipality: Option<MunicipalityLink>,
    /// Model project of the member. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub project: Option<Link>,
    /// Whether the name was recorded for the member, rather than taken from its entry.
    #[serde(skip)]
    pub is_named: bool,
}

/// Output of a working group
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    /// Title.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Handreichung Datenplattformen", min_length = 1, max_length = 200)]
    pub title: String,
    /// Kind of output.
    pub kind: OutputKind,
    /// URL of the output. Omitted when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(example = "https://www.smart-city-dialog.de/", format = "iri", nullable = false, max_length = 2000)]
    pub url: Option<String>,
    /// Date of publication, as precise as known. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub published_on: Option<PartialDate>,
}

impl From<Participant<GroupRole>> for GroupMember {
    fn from(Participant { name, role, municipality, project }: Participant<GroupRole>) -> Self {
        let own = municipality.as_ref().map(|link| &link.title).or(project.as_ref().map(|link| &link.title));
        let own = own.map(|title| title.de.clone());
        Self { is_named: name.is_some(), name: name.or(own).unwrap_or_default(), role, municipality, project }
    }
}

/// Query parameters of the list of working groups.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WorkingGroupQuery {
    /// Kind of network. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["community"]))]
    pub kind: Vec<WorkingGroupKind>,
    /// Status. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["active"]))]
    pub status: Vec<WorkingGroupStatus>,
    /// Audience that may join. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["all_municipalities"]))]
    pub open_to: Vec<OpenTo>,
    /// Role of a member. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["chair"]))]
    pub role: Vec<GroupRole>,
    /// Kind of an output. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["guide"]))]
    pub output_kind: Vec<OutputKind>,
    /// Country by ISO 3166-1 alpha-2 code, `EU` or `INT`. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["AT"]))]
    pub country: Vec<String>,
    /// Slug or ID of a theme. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slug or ID of a project. Repeat for alternatives. Matches groups with the project as a member.
    #[param(style = Form, explode = true, example = json!(["paderborn"]))]
    pub project: Vec<String>,
    /// Official key, slug or ID of a municipality. Repeat for alternatives. Matches groups with the municipality, or
    /// one of its projects, as a member.
    #[param(style = Form, explode = true, example = json!(["05774032"]))]
    pub municipality: Vec<String>,
    /// Federal state by ISO 3166-2 code. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Start of a period: a year, month or day. Matches entries that are not over before its first day. Entries without
    /// dates do not match.
    #[param(value_type = Option<PartialDate>, inline, example = "2024")]
    pub from: Option<PartialDate>,
    /// End of a period: a year, month or day. Matches entries that have started by its last day. Entries without dates
    /// do not match.
    #[param(value_type = Option<PartialDate>, inline, example = "2025-06")]
    pub to: Option<PartialDate>,
    #[param(required = false, schema_with = Sort::<WorkingGroupOrder>::schema)]
    pub sort: Option<Sort<WorkingGroupOrder>>,
    /// Facet to count. Repeat for several facets. A facet ignores the filter of the same name.
    #[param(style = Form, explode = true, inline, example = json!(["kind", "theme"]))]
    pub facets: Vec<WorkingGroupFacet>,
}

impl Filters for WorkingGroupQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![
            (&catalog::THEMES, &mut self.theme),
            (&catalog::PROJECTS, &mut self.project),
            (&catalog::MUNICIPALITIES, &mut self.municipality),
        ]
    }
}

/// Sort orders of the list of working groups
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WorkingGroupOrder {
    Title,
    StartsOn,
    CreatedAt,
    UpdatedAt,
    Relevance,
}

impl Order for WorkingGroupOrder {
    const VALUES: &'static [&'static str] = &["title", "starts_on", "created_at", "updated_at", "relevance"];
}

/// Facets of the list of working groups
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WorkingGroupFacet {
    Kind,
    Status,
    OpenTo,
    Country,
    Theme,
    Project,
    FederalState,
}

impl Record for WorkingGroup {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "slug",
        "title.de",
        "title.en",
        "kind",
        "summary.de",
        "summary.en",
        "status",
        "open_to",
        "countries",
        "themes.slug",
        "members.name",
        "members.role",
        "members.municipality.ags",
        "members.project.slug",
        "outputs.title",
        "outputs.url",
        "website",
        "starts_on",
        "ends_on",
        "sources",
        "created_at",
        "updated_at",
    ];

    impl_entry_record!();

    fn texts(&self) -> Texts<'_> {
        let title = both(["title.de", "title.en"], Some(&self.title));
        let members = self.members.iter().map(|member| ("members", member.name.as_str()));
        title.chain(both(["summary.de", "summary.en"], Some(&self.summary))).chain(members).collect()
    }
}
