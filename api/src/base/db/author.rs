//! Author of a write.

use uuid::Uuid;

/// Author of a write, as recorded in the change log.
#[derive(Clone, Debug)]
pub struct Author {
    /// Subject of a token, or a command of the program.
    pub actor: String,
    pub token: Option<Uuid>,
    /// ID of the request, as in the log.
    pub request: Option<String>,
}

impl Author {
    /// Returns the author for a command of the program.
    pub fn command(name: &str) -> Self {
        Self { actor: format!("transferatlas {name}"), token: None, request: None }
    }
}
