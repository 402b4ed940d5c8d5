//! The interim response `100 Continue`. The framework sends it to each request that expects it. Here it is sent when the body is
//! read, so that a request that is refused without its body does not get it.

use std::cell::Cell;
use std::task::{Context, Waker};

use actix_web::HttpRequest;

use super::Registration;

/// The interim response, as the framework writes it.
pub(super) const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// The state of the interim response to the newest request of a connection.
#[derive(Default)]
pub(super) struct Interim {
    /// Whether the framework has written it, and it was not sent yet.
    is_held: Cell<bool>,
    /// Whether the body is read.
    is_wanted: Cell<bool>,
    connection: Cell<Option<Waker>>,
}

impl Interim {
    /// Notes that a request has begun.
    pub(super) fn begin(&self) {
        self.is_wanted.set(false);
    }

    /// Returns whether the interim response is held back, because the body is not read yet. The context is then woken when it is.
    pub(super) fn hold(&self, context: &Context<'_>) -> bool {
        let is_held = !self.is_wanted.get();
        self.is_held.set(is_held);
        if is_held {
            self.connection.set(Some(context.waker().clone()));
        }
        is_held
    }

    /// Notes that the response has begun.
    pub(super) fn discard(&self) {
        self.is_held.set(false);
    }

    /// Returns once whether the interim response is to be sent now.
    pub(super) fn is_due(&self) -> bool {
        self.is_wanted.get() && self.is_held.replace(false)
    }

    fn want(&self) {
        self.is_wanted.set(true);
        if let Some(connection) = self.connection.take() {
            connection.wake();
        }
    }
}

/// Sends the interim response, if the client expects one before it sends the body.
pub(in crate::http) fn expect_body(req: &HttpRequest) {
    if let Some(registration) = req.conn_data::<Registration>() {
        registration.interim.want();
    }
}
