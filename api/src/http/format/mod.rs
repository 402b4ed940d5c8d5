//! Representation formats of lists and entries. Independent of the resources.

mod atom;
mod csv;
mod form;
mod geojson;
pub(super) mod ical;
mod record;
mod represented;

pub(crate) use self::atom::{FeedPaths, Item, feed};
pub(crate) use self::csv::{Dialect, Table, column_name, columns, defused, members, restored};
pub(crate) use self::form::Format;
pub(crate) use self::geojson::{Feature, FeatureCollection};
pub(crate) use self::ical::calendar;
pub(crate) use self::record::{Record, impl_entry_record};
pub(crate) use self::represented::{Represented, StoredEntry};
