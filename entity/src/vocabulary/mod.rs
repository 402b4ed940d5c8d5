//! Vocabularies of the directory: closed lists of values with German and English labels.
//!
//! A value is stored in the database as it is written in JSON. To add a value, add a line here and a migration that extends
//! the `check` constraint of the column.

mod exchange;
mod learning;
mod place;
mod reuse;
mod review;
mod writing;

pub use self::exchange::*;
pub use self::learning::*;
pub use self::place::*;
pub use self::reuse::*;
pub use self::review::*;
pub use self::writing::*;

/// A vocabulary: a closed list of values.
pub trait Vocabulary: Copy + 'static {
    /// Name of the vocabulary in paths.
    const NAME: &'static str;
    /// Title in German and English.
    const TITLE: (&'static str, &'static str);
    /// All values, in display order.
    const ALL: &'static [Self];

    /// Returns the value as written in JSON.
    fn value(self) -> &'static str;
    /// Returns the label in German and English.
    fn label(self) -> (&'static str, &'static str);
}

macro_rules! vocabulary {
    ($(#[doc = $title:literal] $type:ident $name:literal $title_de:literal { $($variant:ident $value:tt $de:tt $en:tt,)+ })+) => {
        $(
            #[doc = $title]
            #[derive(
                Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sea_orm::EnumIter, sea_orm::DeriveActiveEnum,
                serde::Serialize, serde::Deserialize, utoipa::ToSchema,
            )]
            #[sea_orm(rs_type = "String", db_type = "Text")]
            pub enum $type {
                $(
                    #[doc = $en]
                    #[sea_orm(string_value = $value)]
                    #[serde(rename = $value)]
                    $variant,
                )+
            }

            impl $crate::vocabulary::Vocabulary for $type {
                const NAME: &'static str = $name;
                const TITLE: (&'static str, &'static str) = ($title_de, $title);
                const ALL: &'static [Self] = &[$(Self::$variant),+];

                fn value(self) -> &'static str {
                    match self {
                        $(Self::$variant => $value,)+
                    }
                }

                fn label(self) -> (&'static str, &'static str) {
                    match self {
                        $(Self::$variant => ($de, $en),)+
                    }
                }
            }
        )+

        /// Returns the vocabularies of this module.
        pub(super) fn lists() -> Vec<$crate::vocabulary::List> {
            vec![$($crate::vocabulary::List::of::<$type>()),+]
        }
    };
}

use vocabulary;

/// Returns all vocabularies.
pub fn lists() -> Vec<List> {
    [exchange::lists(), learning::lists(), place::lists(), reuse::lists(), review::lists(), writing::lists()].concat()
}

/// A vocabulary as data, independent of its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Name of the vocabulary in paths.
    pub name: &'static str,
    /// Title in German and English.
    pub title: (&'static str, &'static str),
    /// Each value with its label in German and English.
    pub terms: Vec<(&'static str, (&'static str, &'static str))>,
}

impl List {
    fn of<V: Vocabulary>() -> Self {
        let terms = V::ALL.iter().map(|term| (term.value(), term.label())).collect();
        Self { name: V::NAME, title: V::TITLE, terms }
    }
}
