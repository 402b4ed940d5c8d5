//! Length of JSON values.

use serde::Serialize;

/// Returns the length of a value as compact JSON, in bytes.
pub(crate) fn json_length(value: &impl Serialize) -> usize {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // A value that cannot be serialised is refused when it is stored.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}
