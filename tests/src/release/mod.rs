//! The release build, a database for it, and processes, for measurements.

mod build;
mod place;
mod process;
mod server;

pub use build::build;
pub use place::Place;
pub use process::{Ended, Process};
pub use server::{Response, START_LIMIT, Server, http_client};
