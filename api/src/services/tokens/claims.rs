//! The municipalities that tokens of another issuer name.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::auth::ResolveMunicipalities;
use crate::base::db::Database;
use crate::base::db::version::DirectoryVersion;
use crate::base::error::Result;
use crate::model::catalog::MUNICIPALITIES;

/// What was found at a version of the directory.
#[derive(Default)]
struct ResolvedClaims {
    version: i64,
    ids: HashMap<BTreeSet<String>, BTreeSet<Uuid>>,
}

/// Claims that are remembered at a time; there are about as many as there are offices.
const MOST: usize = 1000;

/// Returns the function that finds municipalities by the names in claims: official keys, slugs or ids, former ones included.
/// A name that stands for none gives no right. What was found holds until the directory changes.
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
            if known.version != version || known.ids.len() >= MOST {
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
    let (ids, _) = MUNICIPALITIES.ids_of(database.connection(), "municipalities", &names).await?;
    Ok(ids.into_iter().collect())
}
