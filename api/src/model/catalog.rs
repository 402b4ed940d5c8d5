//! The identity of each resource: what it is called, and where its entries are kept.

use std::borrow::Cow;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
/// A resource of the directory.
pub(crate) struct Resource {
    /// The table of its entries, which is also the name of a filter by them.
    pub table: &'static str,
    /// Its name in addresses and of its files.
    pub collection: &'static str,
    /// What it is called: German, English.
    pub title: [&'static str; 2],
    /// What an entry `t` is called, as SQL that gives a text in its languages.
    pub label: &'static str,
    /// The column that puts entries into German order.
    pub key: &'static str,
    /// A column with an official key that names an entry as well as its slug does.
    pub official: Option<&'static str>,
    /// Are there few enough to list them all in a message?
    pub enumerable: bool,
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.collection)
    }
}

impl Resource {
    /// The entries that are named by slug, official key or id, as SQL over an entry and two lists, of texts and of ids; each
    /// is looked up by its index.
    pub(crate) fn match_sql(&self, entry: &str, [names, ids]: [&str; 2]) -> String {
        let official = self.official.map(|column| format!(" or {entry}.{column} = any ({names})")).unwrap_or_default();
        format!("({entry}.slug = any ({names}) or {entry}.id = any ({ids}){official})")
    }

    /// The column with the official key of an entry, as SQL; `null`, if there is none.
    pub(crate) fn official_of(&self, entry: &str) -> String {
        self.official.map_or("null".to_owned(), |column| format!("{entry}.{column}"))
    }

    /// What is said of a name that leads nowhere.
    pub(crate) fn unresolved(&self, name: &str) -> String {
        format!("`{name}` names no entry of /v1/{}", self.collection)
    }

    /// Path of an entry.
    pub(crate) fn href(&self, slug: &str) -> String {
        format!("/v1/{}/{slug}", self.collection)
    }
}

pub(crate) const MUNICIPALITIES: Resource = Resource {
    table: "municipality",
    collection: "municipalities",
    title: ["Kommunen", "Municipalities"],
    label: "jsonb_build_object('de', t.name)",
    key: "name_key",
    official: Some("ags"),
    enumerable: false,
};

pub(crate) const THEMES: Resource = Resource {
    table: "theme",
    collection: "themes",
    title: ["Themen", "Themes"],
    label: "t.label",
    key: "label_key",
    official: None,
    enumerable: true,
};

pub(crate) const PROJECTS: Resource = Resource {
    table: "project",
    collection: "projects",
    title: ["Modellprojekte", "Model projects"],
    label: "jsonb_build_object('de', t.name)",
    key: "name_key",
    official: None,
    enumerable: true,
};

pub(crate) const SOLUTIONS: Resource = Resource {
    table: "solution",
    collection: "solutions",
    title: ["Lösungen", "Solutions"],
    label: "t.title",
    key: "title_key",
    official: None,
    enumerable: false,
};

pub(crate) const PRACTICE_EXAMPLES: Resource = Resource {
    table: "practice_example",
    collection: "practice-examples",
    title: ["Praxisbeispiele", "Practice examples"],
    label: "t.title",
    key: "title_key",
    official: None,
    enumerable: false,
};

pub(crate) const WORKING_GROUPS: Resource = Resource {
    table: "working_group",
    collection: "working-groups",
    title: ["Arbeitsgruppen und Netzwerke", "Working groups and networks"],
    label: "t.name",
    key: "name_key",
    official: None,
    enumerable: false,
};

pub(crate) const LEARNING_PARTNERSHIPS: Resource = Resource {
    table: "learning_partnership",
    collection: "learning-partnerships",
    title: ["Lernpartnerschaften", "Learning partnerships"],
    label: "t.title",
    key: "title_key",
    official: None,
    enumerable: false,
};

pub(crate) const EVENTS: Resource = Resource {
    table: "event",
    collection: "events",
    title: ["Veranstaltungen", "Events"],
    label: "t.title",
    key: "title_key",
    official: None,
    enumerable: false,
};

pub(crate) const COURSES: Resource = Resource {
    table: "course",
    collection: "courses",
    title: ["Kurse", "Courses"],
    label: "t.title",
    key: "title_key",
    official: None,
    enumerable: false,
};

pub(crate) const PUBLICATIONS: Resource = Resource {
    table: "publication",
    collection: "publications",
    title: ["Publikationen", "Publications"],
    label: "jsonb_build_object('de', t.title)",
    key: "title_key",
    official: None,
    enumerable: false,
};

/// Every resource, in the order in which entries refer to each other.
pub(crate) const RESOURCES: &[&Resource] = &[
    &MUNICIPALITIES,
    &THEMES,
    &PROJECTS,
    &SOLUTIONS,
    &PRACTICE_EXAMPLES,
    &WORKING_GROUPS,
    &LEARNING_PARTNERSHIPS,
    &EVENTS,
    &COURSES,
    &PUBLICATIONS,
];

/// A resource, by its name in addresses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResourceName(pub &'static Resource);

impl ResourceName {
    pub(crate) fn of_collection(name: &str) -> Result<Self, String> {
        let found = RESOURCES.iter().find(|resource| resource.collection == name).map(|resource| Self(resource));
        found.ok_or_else(|| format!("`{name}` is not known here; write one of: {}", Self::all().join(", ")))
    }

    pub(crate) fn of_table(table: &str) -> Option<Self> {
        RESOURCES.iter().find(|resource| resource.table == table).map(|resource| Self(resource))
    }

    fn all() -> Vec<&'static str> {
        RESOURCES.iter().map(|resource| resource.collection).collect()
    }
}

impl Serialize for ResourceName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.collection)
    }
}

impl<'de> Deserialize<'de> for ResourceName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of_collection(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl PartialSchema for ResourceName {
    fn schema() -> RefOr<Schema> {
        let names = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Self::all()));
        names.description(Some("A resource of the directory, as addresses name it")).examples(["solutions"]).into()
    }
}

impl ToSchema for ResourceName {
    fn name() -> Cow<'static, str> {
        "ResourceName".into()
    }
}
