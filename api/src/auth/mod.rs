//! Authentication and authorization.

mod authority;
mod caller;
mod issued;
mod issuer;
mod keys;
mod mapping;
mod middleware;
mod scope;
mod scoped;
mod settings;
mod token;

pub(crate) use self::authority::{Auth, ResolveMunicipalities};
pub(crate) use self::caller::{Caller, Responsible};
pub(crate) use self::issued::{Issued, Used};
pub use self::keys::Keys;
pub(crate) use self::keys::{Rotated, rotate};
pub(crate) use self::middleware::authenticate;
pub(crate) use self::scope::*;
pub(crate) use self::scoped::{Access, AnyCaller, Scoped};
pub use self::settings::{KeySettings, Trust};
pub(crate) use self::token::{Rights, is_subject, sign};
