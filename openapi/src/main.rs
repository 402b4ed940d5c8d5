//! `cargo run -p openapi` writes the committed document.

use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json"), openapi::render())
}
