//! Who writes, as the change log names them.

use uuid::Uuid;

/// Who writes.
#[derive(Clone, Debug)]
pub struct Author {
    /// The subject of a token, or a command of the program.
    pub actor: String,
    pub token: Option<Uuid>,
    /// Id of the request, as the log has it.
    pub request: Option<String>,
}

impl Author {
    /// A command of the program.
    pub fn command(name: &str) -> Self {
        Self { actor: format!("transferatlas {name}"), token: None, request: None }
    }
}
