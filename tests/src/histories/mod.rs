//! Histories of concurrent clients: a generator that records what each client saw, and a checker that finds what contradicts
//! the promises of the service.

mod check;
mod client;
mod corrections;
mod history;
mod http;
mod record;

pub use check::{Fault, Violation, acknowledged, check};
pub use history::{
    Answer, Content, Draft, Entry, Exchange, History, Kind, Member, Page, Request, Revision, Stage, Write,
};
pub use record::{Plan, record};
