//! Streams all matches of a list in batches, with constant memory.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::stream::try_unfold;

use super::coding::{Coding, Encoder};
use super::exports::{BatchPermit, ExportPermit};
use super::format::{Format, Record, Represented, ical};
use super::list::ListQuery;
use super::negotiate::coding;
use super::page::Position;
use crate::base::db::in_time;
use crate::base::error::{Error, Result};

/// Largest number of bytes that are given to the connection at once.
const PIECE: usize = 8 * 1024;

/// Part of a list.
pub(crate) struct ListPart<T> {
    /// Entries of the part.
    pub items: Vec<Represented<T>>,
    /// Position after which the next part begins. `None` at the end of the list.
    pub next: Option<Position>,
    /// Directory version that all items are from. `None` if it is not known.
    pub version: Option<i64>,
}

/// Directory version of the first part of a streamed response.
#[derive(Clone, Copy)]
pub(super) struct FirstVersion(pub i64);

/// Part of a list, with its permit. There is none if the request has a `limit`.
pub(super) struct Batch<T> {
    pub part: ListPart<T>,
    pub permit: Option<BatchPermit>,
}

/// State of a stream.
struct Progress {
    /// Encoded text that was not sent yet.
    text: Bytes,
    permit: Option<BatchPermit>,
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
/// problem response. A later error cuts the response off. Drops `export` at the end of the response.
pub(super) fn stream<Q, T, F>(
    list: ListQuery<Q, T>,
    req: &HttpRequest,
    first: Batch<T>,
    rows: F,
    export: Option<ExportPermit>,
) -> Result<HttpResponse>
where
    Q: 'static,
    T: Record,
    F: AsyncFn(Option<&Position>, u64) -> Result<ListPart<T>> + 'static,
{
    let (format, coding) = (list.representation.chosen(), coding(req.headers(), &Coding::STREAMED));
    let encoder = Encoder::streaming(coding).map_err(Error::internal)?;
    let version = first.part.version;
    let first = encoded(&list, first, encoder, true)?;
    let body = try_unfold((first, list, rows, export), |(mut progress, list, rows, export)| async move {
        // A batch is read after the one before was sent, so that a client that does not read keeps only one in memory.
        while progress.text.is_empty() {
            let (Some(Rest { after, encoder }), Some(export)) = (progress.rest, &export) else {
                return Ok::<_, Error>(None);
            };
            drop(progress.permit);
            let permit = export.batch();
            let part = in_time(rows(Some(&after), permit.entries)).await?;
            progress = encoded(&list, Batch { part, permit: Some(permit) }, encoder, false)?;
        }
        let piece = progress.text.split_to(progress.text.len().min(PIECE));
        Ok(Some((piece, (progress, list, rows, export))))
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
    let mut response = response.streaming(body);
    if let Some(version) = version {
        response.extensions_mut().insert(FirstVersion(version));
    }
    Ok(response)
}

/// Encodes a batch of a list.
fn encoded<Q, T: Record>(
    list: &ListQuery<Q, T>,
    batch: Batch<T>,
    mut encoder: Encoder,
    begins: bool,
) -> Result<Progress> {
    let Batch { part: ListPart { items, next, .. }, permit } = batch;
    let next = next.filter(|_| list.limit.is_none());
    encoder.write(&written(list, &items, begins, next.is_none())?).map_err(Error::internal)?;
    let (mut text, rest) = match next {
        Some(after) => (encoder.take(), Some(Rest { after, encoder })),
        None => (encoder.finish().map_err(Error::internal)?, None),
    };
    // The capacity may be twice as large.
    text.shrink_to_fit();
    Ok(Progress { text: text.into(), permit, rest })
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
