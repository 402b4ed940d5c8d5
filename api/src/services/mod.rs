//! Services built on the resources: submissions, webhooks, tokens, history, search and more.

pub(crate) mod changes;
pub(crate) mod history;
pub(crate) mod network;
pub(crate) mod problems;
pub(crate) mod search;
pub(crate) mod submissions;
pub(crate) mod tasks;
pub(crate) mod terms;
pub mod tokens;
pub(crate) mod vocabularies;
pub(crate) mod webhooks;
