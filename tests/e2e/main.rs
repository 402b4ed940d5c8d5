//! End to end, over the wire.
#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod away;
mod caching;
mod changes;
mod confirmations;
mod contract;
mod courses;
mod events;
mod formats;
mod history;
mod learning_partnerships;
mod lost;
mod municipalities;
mod network;
mod paging;
mod practice_examples;
mod problems;
mod projects;
mod publications;
mod readme;
mod relations;
mod repeat;
mod review;
mod rights;
mod schema;
mod search;
mod solutions;
mod submissions;
mod themes;
mod tokens;
mod trusted;
mod violations;
mod vocabularies;
mod webhooks;
mod working_groups;
mod writing;
