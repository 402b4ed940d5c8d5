//! The last requests and responses of a test, printed when the test fails.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::Location;
use std::sync::Once;

/// Number of exchanges that are printed, and of the characters of each body.
const SHOWN: usize = 5;
const EXCERPT: usize = 600;

thread_local! {
    static LAST: RefCell<VecDeque<String>> = const { RefCell::new(VecDeque::new()) };
}

/// Records an exchange of the test that runs in this thread.
pub(crate) fn record(caller: &Location<'_>, request: &str, status: u16, body: &[u8]) {
    let body = String::from_utf8_lossy(body);
    let excerpt: String = body.chars().take(EXCERPT).collect();
    let more = if excerpt.len() < body.len() { "…" } else { "" };
    LAST.with_borrow_mut(|last| {
        if last.len() == SHOWN {
            last.pop_front();
        }
        last.push_back(format!("{caller}: {request} returned {status}: {excerpt}{more}"));
    });
}

/// Prints the last exchanges of every test that fails from now on.
pub(crate) fn show_on_failure() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            usual(panic);
            LAST.with_borrow(|last| last.iter().for_each(|exchange| eprintln!("  {exchange}")));
        }));
    });
}
