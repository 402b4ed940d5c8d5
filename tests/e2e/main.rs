//! End to end, over the wire.
#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod away;
mod caching;
mod contract;
mod formats;
mod municipalities;
mod paging;
mod problems;
mod projects;
mod readme;
mod schema;
mod search;
mod themes;
mod vocabularies;
