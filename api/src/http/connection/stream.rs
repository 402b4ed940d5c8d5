//! The byte stream of a connection: percent-encodes request targets, and keeps the deadlines of the client.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::deadlines::Deadlines;
use super::interim::{CONTINUE, Interim};
use super::reader::{RequestReader, Stage};
use super::refusal::{self, Refusal};
use super::{GRACE, UNREAD};
use crate::base::error::Error;
use crate::http::MAX_URL;

/// A connection with a client.
pub(crate) struct ClientStream<S> {
    stream: S,
    reader: RequestReader,
    /// Bytes that did not fit into the buffer of the last read.
    rest: Bytes,
    deadlines: Arc<Deadlines>,
    interim: Rc<Interim>,
    stage: (Stage, u64),
    answer: Answer,
    /// The response to a request that the framework refuses.
    refusal: Option<Refusal>,
    /// The end of the connection, of which no more is read.
    end: Option<Pin<Box<Sleep>>>,
}

/// The response to the newest request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// It has not begun.
    Outstanding,
    /// It has begun. A number of bytes of the body were read since.
    Begun(usize),
    /// The client has sent a request before the response to the last one, so it is not known which response is written.
    Unknown,
}

impl<S> ClientStream<S> {
    /// Wraps a connection.
    pub(crate) fn of(stream: S) -> Self {
        Self {
            stream,
            reader: RequestReader::default(),
            rest: Bytes::new(),
            deadlines: Arc::default(),
            interim: Rc::default(),
            stage: (Stage::Idle, 0),
            answer: Answer::Begun(0),
            refusal: None,
            end: None,
        }
    }

    /// Returns the wrapped connection.
    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    /// Returns the deadlines of the client.
    pub(super) fn deadlines(&self) -> &Arc<Deadlines> {
        &self.deadlines
    }

    /// Returns the state of the interim response.
    pub(super) fn interim(&self) -> &Rc<Interim> {
        &self.interim
    }

    /// Sets the deadline of what is read next. Ends the connection if the client does not stop to send a body after the response.
    fn note_read(&mut self, length: usize) {
        let stage = self.reader.stage();
        if stage.1 != self.stage.1 {
            let is_next = stage.1 == self.stage.1 + 1 && matches!(self.answer, Answer::Begun(_));
            self.answer = if is_next { Answer::Outstanding } else { Answer::Unknown };
            self.interim.begin();
        }
        if stage != self.stage {
            self.stage = stage;
            self.deadlines.read(stage.0);
        }
        if let Answer::Begun(unread) = &mut self.answer
            && stage.0 == Stage::Body
        {
            *unread += length;
            if *unread > UNREAD {
                self.end = Some(Box::pin(sleep(GRACE)));
            }
        }
    }

    /// Finds a response of the framework. Returns the bytes before it, or begins the refusal if there are none.
    fn note_refusal<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        match refusal::find(bytes) {
            Some((0, error)) if self.refusal.is_none() => {
                // The framework also refuses the body of a request that was answered.
                let is_answered = self.stage.1 > 0 && matches!(self.answer, Answer::Begun(_));
                // The framework refuses the longest targets like other malformed requests.
                let error = if self.reader.target() > MAX_URL { Error::TooLong(MAX_URL) } else { error };
                self.refusal = Some(Refusal::new((!is_answered).then_some(&error)));
                bytes
            }
            Some((before, _)) => bytes.get(..before).unwrap_or_default(),
            None => bytes,
        }
    }

    fn note_write(&mut self, written: &Poll<io::Result<usize>>, bytes: &[u8]) {
        self.deadlines.write(written.is_pending());
        // Bytes without a status line may belong to the response before.
        let begins = bytes.starts_with(b"HTTP/1.") && !bytes.starts_with(CONTINUE);
        if written.is_ready() && begins {
            self.interim.discard();
            if self.answer == Answer::Outstanding {
                self.answer = Answer::Begun(0);
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for ClientStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.rest.is_empty()
            && let Some(end) = &mut self.end
        {
            ready!(end.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        if self.interim.is_due() {
            // The buffer of the socket is empty. A client that does not receive this sends the body after a moment.
            let _ = Pin::new(&mut self.stream).poll_write(context, CONTINUE);
        }
        if self.rest.is_empty() {
            let before = buffer.filled().len();
            let read = Pin::new(&mut self.stream).poll_read(context, buffer);
            self.deadlines.wait(read.is_pending());
            ready!(read)?;
            let encoded = self.reader.encode(buffer.filled().get(before..).unwrap_or_default());
            self.note_read(encoded.len());
            buffer.set_filled(before);
            self.rest = encoded.into();
        }
        let fitting = self.rest.len().min(buffer.remaining());
        buffer.put_slice(&self.rest.split_to(fitting));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for ClientStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let (interim, bytes) = match bytes.strip_prefix(CONTINUE) {
            Some(rest) if self.interim.hold(context) => (CONTINUE.len(), rest),
            _ => (0, bytes),
        };
        if bytes.is_empty() {
            return Poll::Ready(Ok(interim));
        }
        let bytes = self.note_refusal(bytes);
        let Self { stream, refusal, .. } = &mut *self;
        if let Some(refusal) = refusal {
            return refusal.poll(stream, context).map(Err);
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note_write(&written, bytes);
        written.map_ok(|length| interim + length)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.note_write(&written, slices.first().map_or(&[], |first| first));
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn bytes_beyond_the_buffer_are_read_next() {
        let (mut client, server) = duplex(1 << 10);
        client.write_all("GET /äöü HTTP/1.1\r\n\r\n".as_bytes()).await.unwrap();
        drop(client);
        let mut stream = ClientStream::of(server);
        let (mut read, mut buffer) = (vec![], [0; 5]);

        loop {
            match stream.read(&mut buffer).await.unwrap() {
                0 => break,
                length => read.extend_from_slice(&buffer[..length]),
            }
        }

        assert_eq!(String::from_utf8(read).unwrap(), "GET /%C3%A4%C3%B6%C3%BC HTTP/1.1\r\n\r\n");
    }

    #[tokio::test]
    async fn body_is_not_read_for_long_after_the_response() {
        const HEAD: &[u8] = b"POST / HTTP/1.1\r\ncontent-length: 10000000\r\n\r\n";
        for (before, response, is_refused) in [
            (&b""[..], &b""[..], false),
            (b"", b"HTTP/1.1 100 Continue\r\n\r\n", false),
            (b"", b"HTTP/1.1 401 Unauthorized\r\n\r\n", true),
            // The response may be that to the first of two requests.
            (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", false),
            (b"", b"the end of the response before", false),
        ] {
            let (mut client, server) = duplex(1 << 20);
            let mut stream = ClientStream::of(server);
            let mut buffer = vec![0; 1 << 18];
            client.write_all(before).await.unwrap();
            client.write_all(HEAD).await.unwrap();
            let head = before.len() + HEAD.len();
            stream.read_exact(&mut buffer[..head]).await.unwrap();

            stream.write_all(response).await.unwrap();
            client.write_all(&buffer.repeat(2)).await.unwrap();
            // Bytes that were read are passed on.
            stream.read_exact(&mut buffer).await.unwrap();
            let read = timeout(Duration::from_millis(200), stream.read_exact(&mut buffer)).await;

            assert_eq!(read.is_err(), is_refused, "{response:?}");
        }
    }
}
