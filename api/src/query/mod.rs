//! Reading of entries: lists, filters, facets, paging, relations and full-text search.

pub(crate) mod entry;
mod entry_sets;
pub(crate) mod facets;
pub(crate) mod filter;
pub(crate) mod former_keys;
pub(crate) mod full_text;
pub(crate) mod geo;
pub(crate) mod keyset;
pub(crate) mod list;
pub(crate) mod lookup;
pub(crate) mod query_cache;
pub(crate) mod relations;
pub(crate) mod representations;
pub(crate) mod retired_keys;
pub(crate) mod sublists;
