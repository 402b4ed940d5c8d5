//! Limits how many lists are sent as a whole at once, and their memory. Each takes the memory of a batch for as long as its
//! client does not read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpRequest;
use actix_web::web::Data;
use anyhow::anyhow;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::rate::{Account, Charge, Client};
use crate::base::error::{Error, Result};

/// Largest number of lists that are sent to a client as a whole at once, if clients have rate limits.
pub(crate) const MAX_CLIENT_EXPORTS: usize = 4;

/// Number of large batches that are in memory at once. The exports beyond this number read small batches, which take more
/// statements.
const MAX_LARGE_BATCHES: usize = 2;

/// Number of entries in a large batch.
const LARGE: u64 = 100;

/// Number of entries in a small batch. Most entries have less than 2 kilobytes.
const SMALL: u64 = 10;

/// The lists that are sent as a whole.
#[derive(Clone)]
pub(crate) struct Exports {
    all: Arc<Semaphore>,
    large_batches: Arc<Semaphore>,
    by_client: Arc<Mutex<HashMap<Client, usize>>>,
}

/// Permit for an export, which is held until the end of the response.
pub(super) struct ExportPermit {
    large_batches: Arc<Semaphore>,
    _of_client: Option<ClientPermit>,
    _permit: OwnedSemaphorePermit,
}

/// Permit for a batch, which is held until the batch was sent.
pub(super) struct BatchPermit {
    /// Largest number of entries.
    pub entries: u64,
    _large: Option<OwnedSemaphorePermit>,
}

impl ExportPermit {
    /// Returns the permit for the next batch.
    pub(super) fn batch(&self) -> BatchPermit {
        let large = self.large_batches.clone().try_acquire_owned().ok();
        BatchPermit { entries: if large.is_some() { LARGE } else { SMALL }, _large: large }
    }
}

/// The part of a permit that counts for the client.
struct ClientPermit {
    exports: Exports,
    client: Client,
}

impl Exports {
    /// Returns the limit for a largest number of exports.
    pub(crate) fn new(most: u16) -> Self {
        let permits = |count| Arc::new(Semaphore::new(count));
        Self { all: permits(most.into()), large_batches: permits(MAX_LARGE_BATCHES), by_client: Arc::default() }
    }

    /// Returns the permit for an export. Fails if the service, or the client, has the largest number of them.
    pub(super) fn begin(req: &HttpRequest) -> Result<ExportPermit> {
        let exports = req
            .app_data::<Data<Self>>()
            .ok_or_else(|| Error::internal(anyhow!("the service has no limit of exports")))?;
        let account = Account::of(req);
        let of_client = account.as_ref().map(|account| exports.acquire_for(account.client(req))).transpose()?;
        let permit = exports.all.clone().try_acquire_owned().map_err(|_| Error::TooManyExports)?;
        if let Some(account) = account {
            account.charge(req, Charge::EXPORT)?;
        }
        let large_batches = exports.large_batches.clone();
        Ok(ExportPermit { large_batches, _of_client: of_client, _permit: permit })
    }

    fn acquire_for(&self, client: Client) -> Result<ClientPermit> {
        let mut by_client = self.by_client.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = by_client.entry(client.clone()).or_default();
        if *begun == MAX_CLIENT_EXPORTS {
            return Err(Error::ConcurrentExports(MAX_CLIENT_EXPORTS));
        }
        *begun += 1;
        Ok(ClientPermit { exports: self.clone(), client })
    }
}

impl Drop for ClientPermit {
    fn drop(&mut self) {
        let mut by_client = self.exports.by_client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(begun) = by_client.get_mut(&self.client) {
            *begun -= 1;
            if *begun == 0 {
                by_client.remove(&self.client);
            }
        }
    }
}
