//! What a resource is called, where its entries stand, and how it is served.

use std::borrow::Cow;
use std::fmt;

use sea_orm::prelude::Expr;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::routes::RESOURCES;
use crate::base::error::{Error, Result};
use crate::http::{Key, Name};
use crate::import::Files;

pub(crate) use crate::query::lookup::{Found, Names, ids};

/// A resource of the directory.
pub(crate) struct Resource {
    /// The table of its entries, which is also the name of a filter by them.
    pub table: &'static str,
    /// Its name in addresses and of its files.
    pub collection: &'static str,
    /// What it is called: German, English.
    pub title: [&'static str; 2],
    /// What it holds, for the document.
    pub about: &'static str,
    /// What an entry `t` is called, as SQL that gives a text in its languages.
    pub label: &'static str,
    /// The column that puts entries into German order.
    pub key: &'static str,
    /// A column with an official key that names an entry as well as its slug does.
    pub official: Option<&'static str>,
    /// Are there few enough to list them all in a message?
    pub few: bool,
    /// The columns of its CSV, as paths into the JSON of an entry.
    pub columns: &'static [&'static str],
    /// The right to write its entries.
    pub scope: &'static str,
    pub routes: fn(&mut ServiceConfig),
    pub files: Files,
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.collection)
    }
}

impl Resource {
    /// The entries that are named by slug, official key or id, as SQL over an entry and two lists, of texts and of ids; each
    /// is looked up by its index.
    pub(crate) fn named(&self, entry: &str, [names, ids]: [&str; 2]) -> String {
        let official = self.official.map(|column| format!(" or {entry}.{column} = any ({names})")).unwrap_or_default();
        format!("({entry}.slug = any ({names}) or {entry}.id = any ({ids}){official})")
    }

    /// The column with the official key of an entry, as SQL; `null`, if there is none.
    pub(crate) fn official_of(&self, entry: &str) -> String {
        self.official.map_or("null".to_owned(), |column| format!("{entry}.{column}"))
    }

    /// What is said of a name that leads nowhere.
    pub(crate) fn leads_nowhere(&self, name: &str) -> String {
        format!("`{name}` names no entry of /v1/{}", self.collection)
    }

    /// The entry that a key names, as SQL.
    pub(crate) fn keyed(&self, key: &Key) -> Result<Expr> {
        match (key.name(), self.official) {
            (Name::Id(id), _) => Ok(Expr::cust_with_values("id = $1", [id])),
            (Name::Slug(slug), _) => Ok(Expr::cust_with_values("slug = $1", [slug])),
            (Name::Official(key), Some(column)) => Ok(Expr::cust_with_values(format!("{column} = $1"), [key])),
            (Name::Official(_), None) => Err(Error::NotFound),
        }
    }

    /// Path of an entry.
    pub(crate) fn href(&self, slug: &str) -> String {
        format!("/v1/{}/{slug}", self.collection)
    }
}

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
