//! Vocabularies of changes and tokens.

use super::vocabulary;

vocabulary! {
    #[doc = "Action recorded for an entry or token"]
    Action "action" "Aktion an einem Eintrag oder Token" {
        Create "create" "Angelegt" "Created",
        Replace "replace" "Ersetzt" "Replaced",
        Change "change" "Geändert" "Changed",
        Delete "delete" "Gelöscht" "Deleted",
        Confirm "confirm" "Bestätigt" "Confirmed",
        Import "import" "Eingelesen" "Imported",
        Issue "issue" "Ausgestellt" "Issued",
        Revoke "revoke" "Widerrufen" "Revoked",
    }

    #[doc = "Role of the holder of a token"]
    TokenRole "token_role" "Rolle eines Tokens" {
        Contributor "contributor" "Beitragende Stelle" "Contributor",
        Editor "editor" "Redaktion" "Editor",
        Admin "admin" "Verwaltung" "Administrator",
        Auditor "auditor" "Revision" "Auditor",
    }
}
