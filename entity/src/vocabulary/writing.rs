//! How the directory is written to.

use super::vocabulary;

vocabulary! {
    #[doc = "What was done to an entry"]
    Action "action" {
        Create "create" "Angelegt" "Created",
        Replace "replace" "Ersetzt" "Replaced",
        Change "change" "Geändert" "Changed",
        Delete "delete" "Gelöscht" "Deleted",
        Confirm "confirm" "Bestätigt" "Confirmed",
        Import "import" "Eingelesen" "Imported",
        Issue "issue" "Ausgestellt" "Issued",
        Revoke "revoke" "Widerrufen" "Revoked",
    }

    #[doc = "What the holder of a token does in the directory"]
    TokenRole "token_role" {
        Contributor "contributor" "Beitragende Stelle" "Contributor",
        Editor "editor" "Redaktion" "Editor",
        Admin "admin" "Verwaltung" "Administrator",
        Auditor "auditor" "Revision" "Auditor",
    }
}
