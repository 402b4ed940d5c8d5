//! Content codings of complete and streamed bodies.

use std::io::{self, Write};

use brotli::CompressorWriter;
use flate2::write::GzEncoder;
use zstd::stream::write::Encoder as ZstdEncoder;

/// Logarithm of the window of a streamed body in Zstandard. An encoder needs 200 kilobytes, and 900 with the default.
const STREAM_WINDOW: u32 = 15;

/// A content coding (RFC 9110, 8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Brotli,
    Zstd,
    Gzip,
}

impl Coding {
    /// Codings of complete bodies, in the order of precedence.
    pub(super) const COMPLETE: [Self; 3] = [Self::Brotli, Self::Zstd, Self::Gzip];

    /// Codings of streamed bodies. An encoder of Brotli needs 3 megabytes until the end of the body.
    pub(super) const STREAMED: [Self; 2] = [Self::Zstd, Self::Gzip];

    /// Returns the name used in headers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// Encodes a complete body.
    pub(crate) fn encode(self, body: &[u8]) -> io::Result<Vec<u8>> {
        let mut encoder = Encoder::new(self)?;
        encoder.write(body)?;
        encoder.finish()
    }
}

/// Incremental encoder of a streamed body.
pub(crate) enum Encoder {
    Identity(Vec<u8>),
    Brotli(Box<CompressorWriter<Vec<u8>>>),
    Zstd(ZstdEncoder<'static, Vec<u8>>),
    Gzip(GzEncoder<Vec<u8>>),
}

impl Encoder {
    /// Returns an encoder of a content coding for a streamed body. It needs little memory.
    pub(crate) fn streaming(coding: Coding) -> io::Result<Self> {
        if coding != Coding::Zstd {
            return Self::new(coding);
        }
        let mut encoder = ZstdEncoder::new(vec![], 1)?;
        encoder.window_log(STREAM_WINDOW)?;
        Ok(Self::Zstd(encoder))
    }

    /// Returns an encoder of a content coding for a complete body.
    pub(crate) fn new(coding: Coding) -> io::Result<Self> {
        Ok(match coding {
            Coding::Identity => Self::Identity(vec![]),
            Coding::Brotli => Self::Brotli(Box::new(CompressorWriter::new(vec![], 4096, 5, 20))),
            Coding::Zstd => Self::Zstd(ZstdEncoder::new(vec![], 3)?),
            Coding::Gzip => Self::Gzip(GzEncoder::new(vec![], flate2::Compression::default())),
        })
    }

    /// Encodes bytes. The result may stay in the buffer of the encoder.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Identity(buffer) => buffer.write_all(bytes),
            Self::Brotli(encoder) => encoder.write_all(bytes),
            Self::Zstd(encoder) => encoder.write_all(bytes),
            Self::Gzip(encoder) => encoder.write_all(bytes),
        }
    }

    /// Takes the encoded bytes that are ready to be sent.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(match self {
            Self::Identity(buffer) => buffer,
            Self::Brotli(encoder) => encoder.get_mut(),
            Self::Zstd(encoder) => encoder.get_mut(),
            Self::Gzip(encoder) => encoder.get_mut(),
        })
    }

    /// Ends the encoding, and returns the remaining bytes.
    pub(crate) fn finish(self) -> io::Result<Vec<u8>> {
        Ok(match self {
            Self::Identity(buffer) => buffer,
            Self::Brotli(encoder) => encoder.into_inner(),
            Self::Zstd(encoder) => encoder.finish()?,
            Self::Gzip(encoder) => encoder.finish()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn compressed_chunks_decode_to_the_whole_body() {
        let text = "Aalen bis Zwönitz ".repeat(10_000);
        let coded = |coding| {
            let mut encoder = Encoder::streaming(coding).unwrap();
            let mut sent = vec![];
            for piece in text.as_bytes().chunks(5_000) {
                encoder.write(piece).unwrap();
                sent.extend(encoder.take());
            }
            sent.extend(encoder.finish().unwrap());
            sent
        };

        let mut plain = [String::new(), String::new()];
        flate2::read::GzDecoder::new(&*coded(Coding::Gzip)).read_to_string(&mut plain[0]).unwrap();
        brotli::Decompressor::new(&*coded(Coding::Brotli), 4096).read_to_string(&mut plain[1]).unwrap();
        assert_eq!(plain, [text.clone(), text.clone()]);
        assert_eq!(zstd::decode_all(&*coded(Coding::Zstd)).unwrap(), text.as_bytes());
        assert_eq!(coded(Coding::Identity), text.as_bytes());
    }
}
