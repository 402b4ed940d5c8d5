//! State that handlers and middleware share.

use std::time::Duration;

use actix_web::web::{Data, ServiceConfig};

use crate::app::document::DocumentParts;
use crate::app::routes::REGISTRATIONS;
use crate::app::settings::Listen;
use crate::auth::Auth;
use crate::base::db::context::Context;
use crate::base::metrics::Metrics;
use crate::base::tasks::Tasks;
use crate::http::cache::ResponseCache;
use crate::http::{Exports, RateLimits, WriteOrigins};
use crate::query::full_text::SearchIndex;
use crate::query::list::SearchBudget;
use crate::query::query_cache::QueryCache;
use crate::services::changes::Feed;
use crate::services::history::WriteScopes;
use crate::services::webhooks::WebhookSettings;

/// Shared state of handlers and middleware.
#[derive(Clone)]
pub(super) struct Shared {
    context: Data<Context>,
    auth: Data<Auth>,
    cache: Data<ResponseCache>,
    query_cache: Data<QueryCache>,
    search_budget: Data<SearchBudget>,
    search_index: Data<SearchIndex>,
    exports: Data<Exports>,
    rate_limits: Option<Data<RateLimits>>,
    pub(super) metrics: Data<Metrics>,
    feed: Data<Feed>,
    webhooks: Data<WebhookSettings>,
    write_origins: Data<WriteOrigins>,
    write_scopes: Data<WriteScopes>,
    document: DocumentParts,
    tasks: Data<Tasks>,
}

impl Shared {
    /// Returns the state of a service with these settings, and starts the tasks that clean it up.
    pub(super) fn new(
        context: &Context,
        auth: Auth,
        tasks: &Tasks,
        listen: &Listen,
        is_loopback: bool,
    ) -> anyhow::Result<Self> {
        let rate_limits = RateLimits::of(&listen.http.rate, is_loopback).map(Data::new);
        if let Some(limits) = &rate_limits {
            tasks.spawn("rate limits", RateLimits::forget_idle(limits.clone()));
        }
        let search_index = Data::<SearchIndex>::default();
        tasks.spawn("search index", SearchIndex::follow(search_index.clone(), context.clone()));
        let metrics = Metrics::new()?;
        let scopes = REGISTRATIONS.iter().map(|registration| (registration.resource.table, registration.scope));
        Ok(Self {
            context: Data::new(context.clone()),
            auth: Data::new(auth),
            cache: Data::new(ResponseCache::new(listen.http.cache_mib, metrics.cache())),
            query_cache: Data::default(),
            search_budget: Data::new(search_budget(context, listen)),
            search_index,
            exports: Data::new(Exports::new(listen.http.max_exports)),
            rate_limits,
            metrics: Data::new(metrics),
            feed: Data::default(),
            webhooks: Data::new(listen.webhooks.clone()),
            write_origins: Data::new(WriteOrigins(listen.http.write_origins.clone())),
            write_scopes: Data::new(WriteScopes(scopes.collect())),
            document: DocumentParts::of(listen.http.public_url.as_ref())?,
            tasks: Data::new(tasks.clone()),
        })
    }

    pub(super) fn register(&self, config: &mut ServiceConfig) {
        let Self {
            context,
            auth,
            cache,
            query_cache,
            search_budget,
            search_index,
            exports,
            rate_limits,
            metrics,
            feed,
            webhooks,
            write_origins,
            write_scopes,
            document,
            tasks,
        } = self.clone();
        config.app_data(context).app_data(auth).app_data(cache).app_data(metrics).app_data(feed);
        config
            .app_data(query_cache)
            .app_data(search_budget)
            .app_data(search_index)
            .app_data(exports)
            .app_data(webhooks)
            .app_data(write_origins)
            .app_data(write_scopes)
            .app_data(tasks);
        if let Some(limits) = rate_limits {
            config.app_data(limits);
        }
        document.register(config);
    }
}

/// Returns the time limit of a search.
fn search_budget(context: &Context, listen: &Listen) -> SearchBudget {
    SearchBudget((!context.db.is_embedded()).then(|| Duration::from_millis(listen.search_budget_ms)))
}
