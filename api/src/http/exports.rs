//! Limits how many lists are sent as a whole at once. Each takes the memory of a batch for as long as its client does not read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpRequest;
use actix_web::web::Data;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::rate::{Account, Charge, Client};
use crate::base::error::{Error, Result};

/// Largest number of lists that are sent to a client as a whole at once, if clients have rate limits.
pub(crate) const MAX_CLIENT_EXPORTS: usize = 4;

/// The lists that are sent as a whole.
#[derive(Clone)]
pub(crate) struct Exports {
    all: Arc<Semaphore>,
    by_client: Arc<Mutex<HashMap<Client, usize>>>,
}

/// Permit for an export, which is held until the end of the response.
pub(super) struct ExportPermit {
    _of_client: Option<ClientPermit>,
    _permit: OwnedSemaphorePermit,
}

/// The part of a permit that counts for the client.
struct ClientPermit {
    exports: Exports,
    client: Client,
}

impl Exports {
    /// Returns the limit for a largest number of exports.
    pub(crate) fn new(most: u16) -> Self {
        Self { all: Arc::new(Semaphore::new(most.into())), by_client: Arc::default() }
    }

    /// Returns the permit for an export. Fails if the service, or the client, has the largest number of them.
    pub(super) fn begin(req: &HttpRequest) -> Result<Option<ExportPermit>> {
        let Some(exports) = req.app_data::<Data<Self>>() else { return Ok(None) };
        let account = Account::of(req);
        let of_client = account.as_ref().map(|account| exports.acquire_for(account.client(req))).transpose()?;
        let permit = exports.all.clone().try_acquire_owned().map_err(|_| Error::TooManyExports)?;
        if let Some(account) = account {
            account.charge(req, Charge::EXPORT)?;
        }
        Ok(Some(ExportPermit { _of_client: of_client, _permit: permit }))
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
