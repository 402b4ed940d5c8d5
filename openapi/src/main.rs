//! Without arguments, writes `openapi.json`, which is to be committed. With `diff OLD`, prints the breaking changes from the
//! document in the file `OLD` to the committed document, and fails if both have the same major version, from 1 on.
#![expect(clippy::print_stdout, reason = "the program prints its result")]

use std::io;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

fn main() -> io::Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => {
            std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json"), openapi::render())?;
            Ok(ExitCode::SUCCESS)
        }
        (Some("diff"), Some(old)) => {
            let (old, new) =
                (serde_json::from_str(&std::fs::read_to_string(old)?)?, serde_json::from_str(openapi::DOCUMENT)?);
            let changes = openapi::difference::breaking(&old, &new);
            println!("{} breaking changes", changes.len());
            for change in &changes {
                println!("{change}");
            }
            let is_allowed = changes.is_empty() || major(&new) == 0 || major(&new) != major(&old);
            Ok(if is_allowed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        _ => Err(io::Error::other("unknown arguments; use none, or `diff OLD` with the file of a document")),
    }
}

/// Returns the major version of a document.
fn major(document: &Value) -> u64 {
    let version = document.pointer("/info/version").and_then(Value::as_str).unwrap_or_default();
    version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default()
}
