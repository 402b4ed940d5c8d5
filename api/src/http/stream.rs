//! Streams all matches of a list in batches, with constant memory.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::stream::try_unfold;

use super::coding::{Coding, Encoder};
use super::exports::ExportPermit;
use super::format::{Format, Record, Represented, ical};
use super::list::ListQuery;
use super::negotiate::coding;
use super::page::Position;
use crate::base::db::in_time;
use crate::base::error::{Error, Result};

/// Number of entries per batch.
pub(super) const BATCH: u64 = 500;

/// Largest number of bytes that are given to the connection at once.
const PIECE: usize = 64 * 1024;

/// Part of a list.
pub(super) struct Batch<T> {
    /// Entries of the part.
    pub items: Vec<Represented<T>>,
    /// Position after which the next part begins. `None` at the end of the list.
    pub next: Option<Position>,
}

/// State of a stream.
struct Progress {
    /// Encoded text that was not sent yet.
    text: Bytes,
    /// The rest of the list. `None` after its last batch.
    rest: Option<Rest>,
}

/// The part of a list that was not read yet.
struct Rest {
    after: Position,
    encoder: Encoder,
}

/// Streams the batch `first`, then the batches that `rows` returns until the end of the list. If the request has a
/// `limit`, streams `first` only. The caller reads `first` before the response starts, so that its errors become a
/// problem response. A later error cuts the response off. Drops `permit` at the end of the response.
pub(super) fn stream<Q, T, F>(
    list: ListQuery<Q, T>,
    req: &HttpRequest,
    first: Batch<T>,
    rows: F,
    permit: Option<ExportPermit>,
) -> Result<HttpResponse>
where
    Q: 'static,
    T: Record,
    F: AsyncFn(Option<&Position>, u64) -> Result<(Vec<Represented<T>>, Option<Position>)> + 'static,
{
    let (format, coding) = (list.representation.chosen(), coding(req.headers()));
    let encoder = Encoder::new(coding).map_err(Error::internal)?;
    let first = encoded(&list, first, encoder, true)?;
    let body = try_unfold((first, list, rows, permit), |(mut progress, list, rows, permit)| async move {
        // A batch is read after the one before was sent, so that a client that does not read keeps only one in memory.
        while progress.text.is_empty() {
            let Some(Rest { after, encoder }) = progress.rest else { return Ok::<_, Error>(None) };
            let (items, next) = in_time(rows(Some(&after), BATCH)).await?;
            progress = encoded(&list, Batch { items, next }, encoder, false)?;
        }
        let piece = progress.text.split_to(progress.text.len().min(PIECE));
        Ok(Some((piece, (progress, list, rows, permit))))
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, format.content_type()));
    if coding != Coding::Identity {
        response.insert_header((CONTENT_ENCODING, coding.name()));
    }
    if let Format::Csv | Format::Ics = format {
        let name = req.path().rsplit('/').next().unwrap_or("list");
        response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{}\"", format.name())));
    }
    Ok(response.streaming(body))
}

/// Encodes a batch of a list.
fn encoded<Q, T: Record>(
    list: &ListQuery<Q, T>,
    batch: Batch<T>,
    mut encoder: Encoder,
    begins: bool,
) -> Result<Progress> {
    let next = batch.next.filter(|_| list.limit.is_none());
    encoder.write(&written(list, &batch.items, begins, next.is_none())?).map_err(Error::internal)?;
    let Some(after) = next else {
        return Ok(Progress { text: encoder.finish().map_err(Error::internal)?.into(), rest: None });
    };
    Ok(Progress { text: encoder.take().into(), rest: Some(Rest { after, encoder }) })
}

/// Returns one batch in the requested format, with the header before the first and the footer after the last.
fn written<Q, T: Record>(
    list: &ListQuery<Q, T>,
    items: &[Represented<T>],
    begins: bool,
    ends: bool,
) -> Result<Vec<u8>> {
    let mut text = vec![];
    match list.representation.chosen() {
        Format::Csv if begins => text.extend(list.table.header()?),
        Format::Geojson if begins => text.extend(br#"{"type":"FeatureCollection","features":["#),
        Format::Ics if begins => text.extend(ical::begin(T::FEED).bytes()),
        _ => {}
    }
    for (index, item) in items.iter().enumerate() {
        match list.representation.chosen() {
            Format::Csv => text.extend(list.table.row(&item.value()?)?),
            Format::Geojson => {
                if index > 0 || !begins {
                    text.push(b',');
                }
                serde_json::to_writer(&mut text, &list.representation.feature(item)?).map_err(Error::internal)?;
            }
            Format::Ics => text.extend(item.read(ical::event)?.bytes()),
            Format::Json | Format::Ndjson | Format::Atom | Format::Graphml => {
                item.write_json(&list.representation.picked, &mut text)?;
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
