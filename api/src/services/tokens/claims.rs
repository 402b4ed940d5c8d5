//! Resolution of the municipalities in tokens of the trusted issuer.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::auth::ResolveMunicipalities;
use crate::base::db::Database;
use crate::base::db::version::DirectoryVersion;
use crate::base::error::Result;
use crate::model::catalog::MUNICIPALITIES;

/// Claims resolved at a directory version.
#[derive(Default)]
struct ResolvedClaims {
    version: i64,
    ids: HashMap<BTreeSet<String>, BTreeSet<Uuid>>,
}

/// Maximum number of cached claims. The number of different claims is about that of the offices with tokens.
const MAX_CACHED_CLAIMS: usize = 1000;

/// Returns the function that resolves the municipalities in claims by official key, slug or ID, former ones included.
/// Unknown names grant nothing. Results are cached until the directory changes.
pub(crate) fn resolve_claims(database: Database, directory: DirectoryVersion) -> ResolveMunicipalities {
    let known: Arc<Mutex<ResolvedClaims>> = Arc::default();
    Arc::new(move |names| {
        let (database, known, version) = (database.clone(), known.clone(), directory.version().number);
        Box::pin(async move {
            if let Some(ids) = recall(&known, version, &names) {
                return Ok(ids);
            }
            let ids = find(&database, &names).await?;
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.version != version || known.ids.len() >= MAX_CACHED_CLAIMS {
                *known = ResolvedClaims { version, ids: HashMap::new() };
            }
            known.ids.insert(names, ids.clone());
            Ok(ids)
        })
    })
}

fn recall(known: &Mutex<ResolvedClaims>, version: i64, names: &BTreeSet<String>) -> Option<BTreeSet<Uuid>> {
    let known = known.lock().unwrap_or_else(PoisonError::into_inner);
    known.ids.get(names).filter(|_| known.version == version).cloned()
}

async fn find(database: &Database, names: &BTreeSet<String>) -> Result<BTreeSet<Uuid>> {
    let names: Vec<String> = names.iter().cloned().collect();
    let (ids, _) = MUNICIPALITIES.ids_of(&database.connection(), "municipalities", &names).await?;
    Ok(ids.into_iter().collect())
}
