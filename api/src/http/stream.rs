//! Streams all matches of a list in batches, with constant memory.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE};
use bytes::Bytes;
use futures_util::stream::try_unfold;

use super::coding::{Coding, Encoder};
use super::format::{Format, Record, csv, ical};
use super::list::ListQuery;
use super::page::Position;
use crate::base::db::in_time;
use crate::base::error::{Error, Result};

/// Number of entries per batch.
const BATCH: u64 = 500;

/// State of a stream.
struct Progress<T> {
    /// The batch to write next, and the position of the batch after it.
    batch: (Vec<T>, Option<Position>),
    left: u64,
    begins: bool,
    encoder: Encoder,
}

/// Streams the batches that `rows` returns. The first batch is read before the response starts, so that errors up to
/// then become a problem response.
pub(crate) async fn stream<Q, T, F>(list: ListQuery<Q, T>, name: &str, coding: Coding, rows: F) -> Result<HttpResponse>
where
    Q: 'static,
    T: Record,
    F: AsyncFn(Option<&Position>, u64) -> Result<(Vec<T>, Option<Position>)> + 'static,
{
    let format = list.representation.chosen();
    let left = list.limit.unwrap_or(u64::MAX);
    let batch = rows(list.after.as_ref(), left.min(BATCH)).await?;
    let encoder = Encoder::new(coding).map_err(Error::internal)?;
    let progress = Progress { batch, left, begins: true, encoder };
    let body = try_unfold((Some(progress), list, rows), |(progress, list, rows)| async move {
        let Some(mut progress) = progress else { return Ok::<_, Error>(None) };
        let (items, next) = std::mem::take(&mut progress.batch);
        progress.left = progress.left.saturating_sub(u64::try_from(items.len()).unwrap_or(u64::MAX));
        let ends = next.is_none() || progress.left == 0;
        let text = written(&list, &items, progress.begins, ends)?;
        progress.encoder.write(&text).map_err(Error::internal)?;
        progress.begins = false;
        let (bytes, progress) = if ends {
            (progress.encoder.finish().map_err(Error::internal)?, None)
        } else {
            progress.batch = in_time(rows(next.as_ref(), progress.left.min(BATCH))).await?;
            (progress.encoder.take(), Some(progress))
        };
        Ok(Some((Bytes::from(bytes), (progress, list, rows))))
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, format.content_type()));
    if coding != Coding::Identity {
        response.insert_header((CONTENT_ENCODING, coding.name()));
    }
    if let Format::Csv | Format::Ics = format {
        response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{}\"", format.name())));
    }
    Ok(response.streaming(body))
}

/// Returns one batch in the requested format, with the header before the first and the footer after the last.
fn written<Q, T: Record>(list: &ListQuery<Q, T>, items: &[T], begins: bool, ends: bool) -> Result<Vec<u8>> {
    let mut text = vec![];
    match list.representation.chosen() {
        Format::Csv if begins => text.extend(csv::header(T::COLUMNS)?),
        Format::Geojson if begins => text.extend(br#"{"type":"FeatureCollection","features":["#),
        Format::Ics if begins => text.extend(ical::begin().bytes()),
        _ => {}
    }
    for (index, item) in items.iter().enumerate() {
        match list.representation.chosen() {
            Format::Csv => text.extend(csv::row(T::COLUMNS, &serde_json::to_value(item).map_err(Error::internal)?)?),
            Format::Geojson => {
                if index > 0 || !begins {
                    text.push(b',');
                }
                serde_json::to_writer(&mut text, &list.representation.feature(item)?).map_err(Error::internal)?;
            }
            Format::Ics => text.extend(ical::event(item).bytes()),
            Format::Json | Format::Ndjson | Format::Atom | Format::Graphml => {
                serde_json::to_writer(&mut text, &list.representation.pick(item)?).map_err(Error::internal)?;
                text.push(b'\n');
            }
        }
    }
    match list.representation.chosen() {
        Format::Geojson if ends => text.extend(b"]}"),
        Format::Ics if ends => text.extend(ical::end().bytes()),
        _ => {}
    }
    Ok(text)
}
