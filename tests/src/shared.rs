//! Services that many tests read, so that not each has to start its own.

use std::net::SocketAddr;
use std::sync::{LazyLock, OnceLock};

use serde_json::json;

use crate::{App, Client, EXAMPLES, complete};

/// A service that all tests of a run read at the same time. There is no token for it, so nothing changes there.
pub struct SharedApp(App);

impl SharedApp {
    /// With the directory's first content.
    pub fn first_content() -> &'static Self {
        static APP: OnceLock<SharedApp> = OnceLock::new();
        APP.get_or_init(|| Self::lasting(App::start()))
    }

    /// With the examples that are made up for the tests.
    pub fn with_examples() -> &'static Self {
        static APP: OnceLock<SharedApp> = OnceLock::new();
        APP.get_or_init(|| Self::lasting(App::start_with_examples()))
    }

    /// With these examples, and a complete entry of each resource.
    pub fn complete() -> &'static Self {
        static FILES: LazyLock<Vec<(&str, String)>> =
            LazyLock::new(|| complete().map(|(resource, entry)| (resource, format!("[{entry}]"))).collect());
        static APP: OnceLock<SharedApp> = OnceLock::new();
        let complete = FILES.iter().map(|(resource, json)| (*resource, json.as_str()));
        APP.get_or_init(|| {
            let app = App::start_with(&EXAMPLES.into_iter().chain(complete).collect::<Vec<_>>());
            confirm(&app);
            Self::lasting(app)
        })
    }

    fn lasting(mut app: App) -> Self {
        app.limited = None;
        Self(app)
    }

    pub fn anonymous(&self) -> Client {
        self.0.anonymous()
    }

    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }
}

/// Lets a municipality confirm its example, which no file can.
fn confirm(app: &App) {
    let confirmed = async || {
        let office = app.with_scopes(&["submissions:write"], &["08335043"]).await;
        office.post("/v1/practice-examples/vollstaendig/confirmations", &json!({})).await.status
    };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let status = std::thread::scope(|scope| scope.spawn(|| runtime().block_on(confirmed())).join().expect("an answer"));
    assert_eq!(status, 200);
}
