//! The change feed as server-sent events.

use std::fmt::Write;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use bytes::Bytes;
use futures_util::stream::unfold;
use tokio::time::Instant;

use super::dto::{Changes, ChangesQuery};
use super::feed::Feed;
use crate::base::db::context::Context;
use crate::base::error::{Error, Result};
use crate::http::{BoundedInt, no_store};

/// Interval of the comments that keep a stream without changes open.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Minimum duration of a stream, independent of the age of its connection.
const MIN_DURATION: Duration = Duration::from_secs(15);

/// State of a stream.
struct Following {
    context: Data<Context>,
    feed: Data<Feed>,
    query: ChangesQuery,
    ends: Instant,
    begun: bool,
}

/// Streams changes until the service stops or the connection reaches its maximum age. The stream ends cleanly, before the
/// connection is cut, and clients reconnect automatically.
pub(super) async fn answer(
    context: Data<Context>,
    feed: Data<Feed>,
    query: ChangesQuery,
    ends: Instant,
) -> Result<HttpResponse> {
    // Fails before the stream begins if the database is unavailable, or if `after` is greater than the newest number.
    feed.page(&context, &query).await?;
    let following = Following { context, feed, query, ends: ends.max(Instant::now() + MIN_DURATION), begun: false };
    let body = unfold(following, |mut following| async move {
        let text = following.next().await?;
        Some((Ok::<_, Error>(Bytes::from(text)), following))
    });
    let mut response = HttpResponse::Ok();
    // Closes the connection, so that clients reconnect on a new one.
    response.force_close().insert_header((CONTENT_TYPE, "text/event-stream"));
    // Without this header, nginx buffers the events.
    Ok(no_store(response.insert_header(("X-Accel-Buffering", "no")).streaming(body)))
}

impl Following {
    /// Returns the next events or a keep-alive comment; `None` at the end of the stream.
    async fn next(&mut self) -> Option<String> {
        if !std::mem::replace(&mut self.begun, true) {
            return Some("retry: 2000\n\n".to_owned());
        }
        let until = (Instant::now() + HEARTBEAT).min(self.ends);
        loop {
            if self.context.version.is_stopping() || Instant::now() >= self.ends {
                return None;
            }
            let news = self.context.version.subscribe();
            match self.feed.page(&self.context, &self.query).await {
                Ok(page) if !page.items.is_empty() => {
                    self.query.after = Some(BoundedInt(page.next));
                    return Some(events(&page));
                }
                // The client gets the error when it reconnects.
                Err(Error::SequenceGone { .. }) => return None,
                // The stream stays open while the database is unavailable.
                Ok(_) | Err(_) => {}
            }
            if !news.until(until).await {
                return (Instant::now() < self.ends && !self.context.version.is_stopping())
                    .then(|| ": still there\n\n".to_owned());
            }
        }
    }
}

fn events(page: &Changes) -> String {
    page.items.iter().fold(String::new(), |mut text, change| {
        let data = serde_json::to_string(change).unwrap_or_default();
        let _ = write!(text, "id: {}\nevent: change\ndata: {data}\n\n", change.sequence);
        text
    })
}
