//! Representation formats of lists and entries. Independent of the resources.

mod atom;
pub(super) mod csv;
mod form;
mod geojson;
pub(super) mod ical;
mod record;

pub(crate) use self::atom::{Item, feed};
pub(crate) use self::csv::{column_name, columns, defused, restored};
pub(crate) use self::form::Format;
pub(crate) use self::geojson::{Feature, FeatureCollection};
pub(crate) use self::ical::calendar;
pub(crate) use self::record::{Record, impl_entry_record};
