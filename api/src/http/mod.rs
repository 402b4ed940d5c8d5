//! What any handler may use; knows no resource.

pub(crate) mod cache;
mod coding;
mod connections;
mod entry;
mod fallback;
mod guard;
mod held;
mod json;
mod key;
mod list;
mod negotiate;
mod observe;
mod page;
mod parameter;
mod reply;
mod request;
mod sort;
mod tag;

pub(crate) use self::cache::remember;
pub(crate) use self::coding::{Coding, Encoder};
pub(crate) use self::connections::{Connections, bearable, lasts_until};
pub(crate) use self::entry::{EntryQuery, View};
pub(crate) use self::fallback::fallback;
pub(crate) use self::guard::{deadline, guard, panics};
pub(crate) use self::held::Held;
pub(crate) use self::json::{Batch, Json, Patch, hex};
pub(crate) use self::key::{Id, Key, Name};
pub(crate) use self::list::{Filters, ListQuery, Paging, Usual};
pub(crate) use self::negotiate::{is_stream, negotiate};
pub(crate) use self::observe::{RequestId, observe};
pub(crate) use self::page::{Link, Page, Position};
pub(crate) use self::parameter::{Instant, Typed, Whole};
pub(crate) use self::reply::{alternate, no_store, private, reply};
pub(crate) use self::request::{QueryString, nothing};
pub(crate) use self::sort::{Order, Sort};
pub(crate) use self::tag::entry_tag;
