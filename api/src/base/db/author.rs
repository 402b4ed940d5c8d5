//! Author of a write, for the change log.

use uuid::Uuid;

/// Author of a write, as recorded in the change log.
#[derive(Clone, Debug)]
pub struct Author {
    /// Subject of the token, or the command that wrote, such as `transferatlas import`.
    pub actor: String,
    /// ID of the token. `None` for commands and for tokens of a trusted issuer.
    pub token: Option<Uuid>,
    /// ID of the request, as in the log. `None` for commands.
    pub request: Option<String>,
}

impl Author {
    /// Returns the author of a write by a command of the program, such as `import`.
    pub fn command(name: &str) -> Self {
        Self { actor: format!("transferatlas {name}"), token: None, request: None }
    }
}
