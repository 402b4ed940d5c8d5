//! Services shared by tests that only read.

use std::net::SocketAddr;
use std::sync::{LazyLock, OnceLock};

use serde_json::json;

use crate::{App, Client, EXAMPLES, complete};

/// A service that the tests of a run share. It issues no tokens to tests, so its content never changes.
pub struct SharedApp(App);

impl SharedApp {
    /// Returns the service with the first content.
    pub fn first_content() -> &'static Self {
        static APP: OnceLock<SharedApp> = OnceLock::new();
        APP.get_or_init(|| Self::without_time_limit(App::start()))
    }

    /// Returns the service with the first content and the fictitious entries.
    pub fn with_examples() -> &'static Self {
        static APP: OnceLock<SharedApp> = OnceLock::new();
        APP.get_or_init(|| Self::without_time_limit(App::start_with_examples()))
    }

    /// Returns the service with the first content, the fictitious entries and a complete entry of each resource.
    pub fn complete() -> &'static Self {
        static FILES: LazyLock<Vec<(&str, String)>> =
            LazyLock::new(|| complete().map(|(resource, entry)| (resource, format!("[{entry}]"))).collect());
        static APP: OnceLock<SharedApp> = OnceLock::new();
        let complete = FILES.iter().map(|(resource, json)| (*resource, json.as_str()));
        APP.get_or_init(|| {
            let app = App::start_with(&EXAMPLES.into_iter().chain(complete).collect::<Vec<_>>());
            confirm(&app);
            Self::without_time_limit(app)
        })
    }

    fn without_time_limit(mut app: App) -> Self {
        app.watchdog = None;
        Self(app)
    }

    /// Returns a client without a token.
    pub fn anonymous(&self) -> Client {
        self.0.anonymous()
    }

    /// Returns the address that the service listens on.
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }
}

/// Confirms the complete practice example, which an import cannot do.
fn confirm(app: &App) {
    let confirmed = async || {
        let office = app.with_scopes(&["submissions:write"], &["08335043"]).await;
        office.post("/v1/practice-examples/vollstaendig/confirmations", &json!({})).await.status
    };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let status = std::thread::scope(|scope| scope.spawn(|| runtime().block_on(confirmed())).join().expect("an answer"));
    assert_eq!(status, 200);
}
