//! What a working group looks like to the world.

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
use crate::write::participants::Party;

/// A working group or other standing network
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkingGroup {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000005")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "urban-data-platforms")]
    pub slug: String,
    /// What it is called.
    pub name: Text,
    /// What kind of network it is.
    pub kind: WorkingGroupKind,
    /// What it does, in up to 500 characters.
    pub summary: Text,
    /// Where it stands.
    pub status: WorkingGroupStatus,
    /// Who may join; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub open_to: Option<OpenTo>,
    /// Where its members come from, by ISO 3166-1 code; `EU` for the European Union, `INT` for more.
    #[schema(example = json!(["DE", "AT"]))]
    pub countries: Vec<String>,
    /// Its fields of action.
    pub themes: Vec<Link>,
    /// Who is in it, as far as sources give a list and not a number.
    pub members: Vec<GroupMember>,
    /// What it has brought out.
    pub outputs: Vec<Output>,
    /// Its own pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.civitasconnect.digital", format = "iri", nullable = false)]
    pub website: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_on: Option<PartialDate>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_on: Option<PartialDate>,
    /// Where the facts come from.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// With `highlight`, the texts the words were found in, by member, the words between `<mark>` and `</mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "name.de": "Urbane <mark>Datenplattformen</mark>" }), nullable = false)]
    pub highlight: Option<Highlight>,
    #[serde(skip)]
    pub revision: i64,
    /// When the entry was made.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When the entry itself was last changed.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// Somebody in a working group
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct GroupMember {
    /// What it is called; the name of its entry where it has one.
    #[schema(example = "Paderborn")]
    pub name: String,
    /// What it is in the group.
    pub role: GroupRole,
    /// The municipality it is, where it is one of the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub municipality: Option<MunicipalityLink>,
    /// The project it is or works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub project: Option<Link>,
    /// Was the name recorded, or is it that of the entry?
    #[serde(skip)]
    pub is_named: bool,
}

/// Something a working group has brought out
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    /// What it is called.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Handreichung Datenplattformen", min_length = 1, max_length = 200)]
    pub title: String,
    /// What kind of thing it is.
    pub kind: OutputKind,
    /// Where it can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(example = "https://www.smart-city-dialog.de/", format = "iri", nullable = false, max_length = 2000)]
    pub url: Option<String>,
    /// When it came out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub published_on: Option<PartialDate>,
}

impl From<Party<GroupRole>> for GroupMember {
    fn from(Party { name, role, municipality, project }: Party<GroupRole>) -> Self {
        let own = municipality.as_ref().map(|link| &link.name).or(project.as_ref().map(|link| &link.name)).cloned();
        Self { is_named: name.is_some(), name: name.or(own).unwrap_or_default(), role, municipality, project }
    }
}

/// Filters of the list of working groups.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WorkingGroupQuery {
    /// Kinds of network; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["community"]))]
    pub kind: Vec<WorkingGroupKind>,
    /// Where they stand; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["active"]))]
    pub status: Vec<WorkingGroupStatus>,
    /// Who may join; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["all_municipalities"]))]
    pub open_to: Vec<OpenTo>,
    /// With a member in this role; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["chair"]))]
    pub role: Vec<GroupRole>,
    /// With something of this kind brought out; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["guide"]))]
    pub output_kind: Vec<OutputKind>,
    /// Countries by ISO 3166-1 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["AT"]))]
    pub country: Vec<String>,
    /// Slugs or ids of themes; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slugs or ids of projects that are members; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["paderborn"]))]
    pub project: Vec<String>,
    /// Official keys, slugs or ids of members, or of those who carry a project that is one; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["05774032"]))]
    pub municipality: Vec<String>,
    /// States by ISO 3166-2 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Only what goes on at or after this year, month or day.
    #[param(value_type = Option<PartialDate>, inline, example = "2024")]
    pub from: Option<PartialDate>,
    /// Only what begins at or before the end of this year, month or day.
    #[param(value_type = Option<PartialDate>, inline, example = "2025-06")]
    pub to: Option<PartialDate>,
    #[param(required = false, schema_with = Sort::<WorkingGroupOrder>::schema)]
    pub sort: Option<Sort<WorkingGroupOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
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

/// What working groups can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WorkingGroupOrder {
    Name,
    StartsOn,
    CreatedAt,
    UpdatedAt,
    Relevance,
}

impl Order for WorkingGroupOrder {
    const VALUES: &'static [&'static str] = &["name", "starts_on", "created_at", "updated_at", "relevance"];
}

/// What working groups can be counted by
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
        "name.de",
        "name.en",
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
        let name = both(["name.de", "name.en"], Some(&self.name));
        let members = self.members.iter().map(|member| ("members", member.name.as_str()));
        name.chain(both(["summary.de", "summary.en"], Some(&self.summary))).chain(members).collect()
    }
}
