//! End to end, over the wire.

mod caching;
mod contract;
mod formats;
mod municipalities;
mod paging;
mod problems;
mod projects;
mod schema;
mod search;
mod themes;
mod vocabularies;
