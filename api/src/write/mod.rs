//! Creation, replacement, update, confirmation and deletion of entries. Each operation resolves references, authorizes the
//! caller, stores the entry, records the change, and builds the response.

mod batch;
mod change;
pub(crate) mod change_log;
mod children;
mod confirm;
mod context;
mod create;
mod delete;
mod idempotency;
pub(crate) mod input;
pub(crate) mod participants;
mod references;
mod referrers;
mod replace;
mod representation;
mod resolve;
mod response;
pub(crate) mod store;

pub(crate) use self::batch::{BatchAnswer, BatchQuery, create_all};
pub(crate) use self::change::change;
pub(crate) use self::children::{ChildTable, replace_children, replace_related};
pub(crate) use self::confirm::{Confirmation, confirm, is_responsible};
pub(crate) use self::context::{WriteContext, WriteParams};
pub(crate) use self::create::create;
pub(crate) use self::delete::{delete, delete_entry};
pub(crate) use self::idempotency::delete_old_answers;
pub(crate) use self::references::{ItemViolation, ReferenceField, ReferenceVisitor, ResolvedReferences};
pub(crate) use self::referrers::{Referrers, referrers};
pub(crate) use self::replace::replace;
pub(crate) use self::resolve::{
    ResolvedBatch, ResolvedEntry, reference_violations, resolve_entry, resolve_references, responsible_for,
};
pub(crate) use self::response::{Answer, Outcome};
