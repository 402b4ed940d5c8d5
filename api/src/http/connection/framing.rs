//! The length of a body, according to the headers of a request and to the lines before its chunks.

/// Largest number of bytes of a header line that are kept until its end. `Content-Length` is shorter.
pub(super) const LONGEST: usize = 64;

/// Largest size of a chunk. The service ends the connection long before the end of such a chunk.
const LARGEST_CHUNK: usize = 1 << 32;

/// Length of the body of a request.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum BodyLength {
    /// The request has no body.
    #[default]
    None,
    /// Number of bytes.
    Known(usize),
    /// Each chunk has its length.
    Chunked,
    /// The headers contradict each other, or are not understood.
    Unknown,
}

impl BodyLength {
    /// Reads a header line, which may be cut after [`LONGEST`] bytes.
    pub(super) fn read(&mut self, line: &[u8]) {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        if is("content-length") && *self == Self::None {
            *self = content_length(line).map_or(Self::Unknown, Self::Known);
        } else if is("transfer-encoding") && *self == Self::None && is_chunked(line) {
            *self = Self::Chunked;
        } else if is("content-length") || is("transfer-encoding") || is("upgrade") {
            *self = Self::Unknown;
        }
    }
}

/// Returns whether `Transfer-Encoding` has no other coding than `chunked`.
fn is_chunked(line: &[u8]) -> bool {
    let value = line.split(|byte| *byte == b':').nth(1).unwrap_or_default();
    value.trim_ascii().eq_ignore_ascii_case(b"chunked")
}

/// Returns the value of `Content-Length`. Returns `None` if the line was cut or is malformed.
fn content_length(line: &[u8]) -> Option<usize> {
    let (_, value) = std::str::from_utf8(line).ok().filter(|line| line.len() < LONGEST)?.split_once(':')?;
    let digits = value.trim();
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// Returns the size of a chunk, from the line before it: hexadecimal digits, and extensions. `None` if it is not understood.
pub(super) fn chunk_size(line: &[u8]) -> Option<usize> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let digits = std::str::from_utf8(digits).ok()?;
    if digits.len() == LONGEST {
        // The line was cut.
        return Some(LARGEST_CHUNK);
    }
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    match digits.trim_start_matches('0') {
        "" => Some(0),
        digits => Some(usize::from_str_radix(digits, 16).map_or(LARGEST_CHUNK, |size| size.min(LARGEST_CHUNK))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_of_a_chunk_may_have_many_digits() {
        let sizes = ["0", "1f;name=value", "00000000ff", "100000000", "ffffffffffffffffffff"];
        let read = sizes.map(|line| chunk_size(line.as_bytes()));

        assert_eq!(read, [0, 31, 255, LARGEST_CHUNK, LARGEST_CHUNK].map(Some));
        assert_eq!(chunk_size(&[b'0'; LONGEST]), Some(LARGEST_CHUNK), "the line was cut");
        assert_eq!(["", "-1", "0x1", "g"].map(|line| chunk_size(line.as_bytes())), [None; 4]);
    }
}
