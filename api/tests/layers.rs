//! A module imports from its own folder and from the layers below it.
#![expect(clippy::unwrap_used, reason = "a failed expectation ends the test")]

use std::fs;
use std::path::{Path, PathBuf};

/// Layers from bottom to top.
const LAYERS: [&str; 11] =
    ["base", "model", "auth", "http", "query", "write", "import", "resources", "services", "openapi", "app"];

/// Allowed imports between services, without cycles.
const SERVICES: [(&str, &str); 4] =
    [("history", "tokens"), ("submissions", "webhooks"), ("tokens", "webhooks"), ("webhooks", "changes")];

/// Returns the forbidden imports of a file.
fn forbidden_imports(file: &str, text: &str) -> Vec<String> {
    let code = || text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let imports = code().flat_map(|line| line.split("crate::").skip(1));
    let wrong = imports.filter(|import| !is_allowed(file, import)).map(|import| format!("{file}: crate::{import}"));
    let leaving = code().filter(|line| leaves_folder(file, line)).map(|line| format!("{file}: {line}"));
    wrong.chain(leaving).collect()
}

/// Returns whether a line uses `super` to leave the folder of its resource, service or layer.
fn leaves_folder(file: &str, line: &str) -> bool {
    // Inside a test module, one additional `super` stays in the file.
    let inner = usize::from(line.starts_with(' '));
    let Some(at) = line.find("super::") else { return false };
    let supers = line[at..].split("::").take_while(|part| *part == "super").count();
    let depth = file.split('/').count() - usize::from(file.ends_with("/mod.rs"));
    let folder = if file.starts_with("resources/") || file.starts_with("services/") { 2 } else { 1 };
    // `resources/mod.rs` and `services/mod.rs` belong to no resource or service.
    depth + inner < folder.min(depth) + supers
}

fn is_allowed(file: &str, import: &str) -> bool {
    let part =
        |text: &str| text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap().to_owned();
    let (mut here, mut there) = (file.split('/').map(part), import.split("::").map(part));
    let place = |layer: Option<&str>| LAYERS.iter().position(|known| Some(*known) == layer);
    let (from, to) = (here.next(), there.next());
    let (Some(own), Some(other)) = (place(from.as_deref()), place(to.as_deref())) else { return false };
    let (folder, item) = (here.next().unwrap_or_default(), there.next().unwrap_or_default());
    let is_module = item.starts_with(|letter: char| letter.is_ascii_lowercase());
    match from.as_deref() {
        _ if own != other => own > other,
        // A resource or service must not use another one. Imports in braces are not resolved, so they are forbidden.
        Some("resources" | "services") if item.is_empty() => false,
        Some("resources" | "services") if is_module && folder != item => {
            from.as_deref() == Some("services") && SERVICES.contains(&(&folder, &item))
        }
        _ => true,
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

#[test]
fn layers_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = vec![];
    for path in files(&root) {
        let file = path.strip_prefix(&root).unwrap().to_str().unwrap();
        if file.contains('/') {
            wrong.extend(forbidden_imports(file, &fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(wrong.is_empty(), "forbidden imports:\n{}", wrong.join("\n"));
}

#[test]
fn wrong_import_is_rejected() {
    for (file, import) in [
        ("http/list.rs", "use crate::query::facets::FacetValue;"),
        ("base/db/write.rs", "fn note(author: &crate::write::change_log::Author) {}"),
        ("resources/events/query.rs", "use crate::resources::themes::query::THEMES;"),
        ("services/changes/query.rs", "use crate::services::webhooks;"),
        ("services/tokens/mod.rs", "use crate::{State, app};"),
        ("services/changes/mod.rs", "use crate::services::{tokens, webhooks};"),
        ("services/changes/query.rs", "use super::super::webhooks::queue;"),
        ("services/changes/mod.rs", "use super::webhooks::queue;"),
    ] {
        assert_eq!(forbidden_imports(file, import).len(), 1, "{file}: {import}");
    }
    for (file, import) in [
        ("query/list.rs", "use crate::http::Page;\nuse crate::query::facets::FacetSpec;"),
        ("resources/events/mod.rs", "use crate::resources::Registration;"),
        ("services/webhooks/outbox.rs", "use crate::services::changes::{self, Concerning};"),
        ("base/error/mod.rs", "// In `crate::http` it becomes a response."),
        ("services/submissions/form/mod.rs", "use super::kind::Submittable;"),
        ("services/changes/query.rs", "    use super::super::dto::Change;"),
        ("resources/mod.rs", "use self::themes::Theme;"),
    ] {
        assert_eq!(forbidden_imports(file, import), [""; 0], "{file}: {import}");
    }
}
