//! Files of entries, in and out.

mod assign;
mod error;
mod export;
mod files;
mod form;
mod rows;
pub(crate) mod seed;

pub(crate) use self::error::ImportError;
pub(crate) use self::export::export;
pub(crate) use self::files::{Files, Storing, store};
pub use self::form::Form;
