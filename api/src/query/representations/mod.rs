//! Stored representations: the JSON of each entry, so that a read need not build it from the tables.
//!
//! Triggers of the database mark the entries whose representation a change affects (`representation_pending`). A write builds up
//! to 500 of them before its commit, and a background task builds the others. Until then, reads build them from the tables.

mod background;
mod builder;
mod check;
mod pending;
mod read;
mod template;

pub(crate) use self::background::{build_in_background, build_pending};
pub(crate) use self::builder::Builder;
pub use self::check::Difference;
pub(crate) use self::check::{differences, mark};
pub(crate) use self::pending::build_own;
pub(crate) use self::read::{StoredRow, StoredRows, stored, stored_entry};

/// Version of the form of representations. Raise it when entries are represented differently, so that representations of earlier
/// releases are not used.
pub(crate) const FORMAT: i16 = 1;
