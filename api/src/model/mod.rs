//! The resources of the directory, and the types that several resources share.

pub(crate) mod ags;
pub(crate) mod catalog;
pub(crate) mod facet_value;
pub(crate) mod geo;
pub(crate) mod highlight;
pub(crate) mod identifier;
pub(crate) mod municipality_link;
pub(crate) mod reuse;
