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
    reader: Cell<Option<Waker>>,
}

impl Interim {
    /// Notes that a request has begun.
    pub(super) fn begin(&self) {
        self.is_wanted.set(false);
    }

    /// Returns whether the interim response is held back, because the body is not read yet.
    pub(super) fn hold(&self) -> bool {
        self.is_held.set(!self.is_wanted.get());
        self.is_held.get()
    }

    /// Notes that the response has begun.
    pub(super) fn discard(&self) {
        self.is_held.set(false);
    }

    /// Returns whether the interim response is to be sent now. If not, the context is woken when it is.
    pub(super) fn is_due(&self, context: &Context<'_>) -> bool {
        let is_due = self.is_wanted.get() && self.is_held.replace(false);
        if !is_due {
            self.reader.set(Some(context.waker().clone()));
        }
        is_due
    }

    fn want(&self) {
        self.is_wanted.set(true);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

/// Sends the interim response, if the client expects one before it sends the body.
pub(in crate::http) fn expect_body(req: &HttpRequest) {
    if let Some(registration) = req.conn_data::<Registration>() {
        registration.interim.want();
    }
}
