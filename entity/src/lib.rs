//! SeaORM entities of the database tables, and the vocabularies that they share with the API.
#![expect(
    clippy::disallowed_methods,
    reason = "the code that the entity macro generates begins transactions; no other code in this crate does"
)]

pub mod change;
pub mod course;
pub mod event;
pub mod learning_partnership;
pub mod municipality;
pub mod partial_date;
pub mod practice_example;
pub mod project;
pub mod project_member;
pub mod publication;
pub mod search_hit;
pub mod solution;
pub mod submission;
pub mod submission_action;
pub mod submission_comment;
pub mod text;
pub mod theme;
pub mod token;
pub mod vocabulary;
pub mod webhook;
pub mod webhook_delivery;
pub mod working_group;

pub use partial_date::PartialDate;
pub use text::Text;
