//! The closed lists of the directory, with German and English labels.
//!
//! A value is text in the database and in JSON alike; a new value is a new line here and a new `check` there.

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

/// A closed list.
pub trait Vocabulary: Copy + 'static {
    /// Its name in addresses.
    const NAME: &'static str;
    /// What it lists.
    const TITLE: &'static str;
    /// Its values, in the order people expect.
    const ALL: &'static [Self];

    /// The value as it stands in JSON.
    fn value(self) -> &'static str;
    /// What to show for it: German, English.
    fn label(self) -> (&'static str, &'static str);
}

macro_rules! vocabulary {
    ($(#[doc = $title:literal] $type:ident $name:literal { $($variant:ident $value:tt $de:tt $en:tt,)+ })+) => {
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
                const TITLE: &'static str = $title;
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

        /// The closed lists of this file.
        pub(super) fn lists() -> Vec<$crate::vocabulary::List> {
            vec![$($crate::vocabulary::List::of::<$type>()),+]
        }
    };
}

use vocabulary;

/// Every closed list there is.
pub fn lists() -> Vec<List> {
    [exchange::lists(), learning::lists(), place::lists(), reuse::lists(), review::lists(), writing::lists()].concat()
}

/// A closed list, as a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    pub name: &'static str,
    pub title: &'static str,
    /// Each value, and what to show for it: German, English.
    pub terms: Vec<(&'static str, (&'static str, &'static str))>,
}

impl List {
    fn of<V: Vocabulary>() -> Self {
        let terms = V::ALL.iter().map(|term| (term.value(), term.label())).collect();
        Self { name: V::NAME, title: V::TITLE, terms }
    }
}
