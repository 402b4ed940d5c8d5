//! The identity of each resource: its names, its table and its columns.

use std::borrow::Cow;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::base::error::{Error, Result, Rule};
use crate::base::public_url::public_path;

/// A resource of the directory.
pub(crate) struct Resource {
    /// Name of the table, which is also the name of the filter parameter, such as `project`.
    pub table: &'static str,
    /// Name in paths and of files, such as `projects`.
    pub collection: &'static str,
    /// Title in German and English.
    pub title: [&'static str; 2],
    /// Column with the official key, which identifies an entry like the slug. `None` if entries have no official keys.
    pub official: Option<&'static str>,
    /// Whether the entries are few enough to list all of them in a message.
    pub enumerable: bool,
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.collection)
    }
}

impl Resource {
    /// Returns an SQL condition that matches an entry by slug or official key, which are in the list `$1`, or by an ID in
    /// the list `$2`. Each alternative is served by an index.
    pub(crate) fn match_sql(&self, entry: &str) -> String {
        let official = self.official.map(|column| format!(" or {entry}.{column} = any ($1)")).unwrap_or_default();
        format!("({entry}.slug = any ($1) or {entry}.id = any ($2){official})")
    }

    /// Returns the column with the official key of an entry, as SQL, or `null` for a resource without official keys.
    pub(crate) fn official_of(&self, entry: &str) -> String {
        self.official.map_or("null".to_owned(), |column| format!("{entry}.{column}"))
    }

    /// Returns the rule that a name violates if it identifies no entry.
    pub(crate) fn unresolved(&self, name: &str) -> Rule {
        Rule::UnknownEntry { value: name.to_owned(), resource: self.collection.to_owned() }
    }

    /// Returns the error for a key in the path that identifies no entry.
    pub(crate) fn not_found(&self, key: impl ToString) -> Error {
        Error::not_found(format!("/v1/{}", self.collection), key)
    }

    /// Returns the public path of an entry.
    pub(crate) fn href(&self, slug: &str) -> String {
        public_path(format_args!("/v1/{}/{slug}", self.collection))
    }
}

/// Municipalities, which also have official keys.
pub(crate) const MUNICIPALITIES: Resource = Resource {
    table: "municipality",
    collection: "municipalities",
    title: ["Kommunen", "Municipalities"],
    official: Some("ags"),
    enumerable: false,
};

/// Themes.
pub(crate) const THEMES: Resource =
    Resource { table: "theme", collection: "themes", title: ["Themen", "Themes"], official: None, enumerable: true };

/// Model projects.
pub(crate) const PROJECTS: Resource = Resource {
    table: "project",
    collection: "projects",
    title: ["Modellprojekte", "Model projects"],
    official: None,
    enumerable: true,
};

/// Solutions.
pub(crate) const SOLUTIONS: Resource = Resource {
    table: "solution",
    collection: "solutions",
    title: ["Lösungen", "Solutions"],
    official: None,
    enumerable: false,
};

/// Practice examples.
pub(crate) const PRACTICE_EXAMPLES: Resource = Resource {
    table: "practice_example",
    collection: "practice-examples",
    title: ["Praxisbeispiele", "Practice examples"],
    official: None,
    enumerable: false,
};

/// Working groups and networks.
pub(crate) const WORKING_GROUPS: Resource = Resource {
    table: "working_group",
    collection: "working-groups",
    title: ["Arbeitsgruppen und Netzwerke", "Working groups and networks"],
    official: None,
    enumerable: false,
};

/// Learning partnerships.
pub(crate) const LEARNING_PARTNERSHIPS: Resource = Resource {
    table: "learning_partnership",
    collection: "learning-partnerships",
    title: ["Lernpartnerschaften", "Learning partnerships"],
    official: None,
    enumerable: false,
};

/// Events.
pub(crate) const EVENTS: Resource = Resource {
    table: "event",
    collection: "events",
    title: ["Veranstaltungen", "Events"],
    official: None,
    enumerable: false,
};

/// Courses.
pub(crate) const COURSES: Resource =
    Resource { table: "course", collection: "courses", title: ["Kurse", "Courses"], official: None, enumerable: false };

/// Publications.
pub(crate) const PUBLICATIONS: Resource = Resource {
    table: "publication",
    collection: "publications",
    title: ["Publikationen", "Publications"],
    official: None,
    enumerable: false,
};

/// All resources. Entries refer only to entries of the same resource and of earlier ones.
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

/// A resource, identified by its name in paths.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResourceName(pub &'static Resource);

impl ResourceName {
    /// Returns the resource with a name in paths. Fails with `Rule::UnknownValue` for other names.
    pub(crate) fn of_collection(name: &str) -> Result<Self, Rule> {
        let found = RESOURCES.iter().find(|resource| resource.collection == name).map(|resource| Self(resource));
        found.ok_or_else(|| Rule::unknown_value(name, Self::all()))
    }

    /// Returns the resource with a name that the database stores. Fails with `Error::Internal` for other names.
    pub(crate) fn stored(collection: &str) -> Result<Self> {
        Self::of_collection(collection).map_err(|unknown| Error::internal(anyhow::anyhow!(unknown)))
    }

    /// Returns the resource of a table. Returns `None` for other tables.
    pub(crate) fn of_table(table: &str) -> Option<Self> {
        RESOURCES.iter().find(|resource| resource.table == table).map(|resource| Self(resource))
    }

    /// Returns the names of all resources.
    pub(crate) fn all() -> impl Iterator<Item = &'static str> {
        RESOURCES.iter().map(|resource| resource.collection)
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
        names.description(Some("Name of a resource, as used in paths")).examples(["solutions"]).into()
    }
}

impl ToSchema for ResourceName {
    fn name() -> Cow<'static, str> {
        "ResourceName".into()
    }
}
