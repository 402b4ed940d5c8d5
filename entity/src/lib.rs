//! The tables, as SeaORM sees them, and the closed lists they share with the API.
#![expect(
    clippy::disallowed_methods,
    reason = "what the entity macro writes begins transactions; nothing else here does"
)]

pub mod municipality;
pub mod partial_date;
pub mod project;
pub mod project_member;
pub mod text;
pub mod theme;
pub mod vocabulary;

pub use partial_date::PartialDate;
pub use text::Text;
