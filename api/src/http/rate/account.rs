//! What a request costs, and its charge to the client.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use super::client::Client;
use super::{Balance, PARTS, RateLimits};
use crate::auth::Caller;
use crate::base::error::{RateLimit, Result};
use crate::http::operations::Operations;
use crate::http::request::Pairs;

/// Bytes of a body that cost a point.
const BYTES_PER_POINT: usize = 16 * 1024;

/// Largest number of points for a search, or for a body.
const MAX_POINTS: usize = 50;

/// The costs of a request.
#[derive(Clone, Copy)]
pub(in crate::http) struct Charge {
    limit: RateLimit,
    parts: NonZeroU32,
}

impl Charge {
    /// An export of a list.
    pub(in crate::http) const EXPORT: Self = Self::new(RateLimit::Exports, 1);
    /// A request that is answered from memory, or refused before it reaches its operation.
    const CHEAP: Self = Self { limit: RateLimit::Reads, parts: NonZeroU32::MIN };
    /// A refused token.
    const REFUSED_TOKEN: Self = Self::new(RateLimit::Reads, 1);

    const fn new(limit: RateLimit, points: usize) -> Self {
        let points = if points > MAX_POINTS { MAX_POINTS } else { points };
        #[expect(clippy::cast_possible_truncation, reason = "at most `MAX_POINTS`")]
        let parts = match NonZeroU32::new(points as u32 * PARTS) {
            Some(parts) => parts,
            None => NonZeroU32::MIN,
        };
        Self { limit, parts }
    }

    /// Returns the costs of an operation.
    fn of(req: &ServiceRequest) -> Self {
        if !req.method().is_safe() {
            return Self::new(RateLimit::Writes, 1);
        }
        if req.method() == Method::OPTIONS {
            return Self::CHEAP;
        }
        let pairs = Pairs::parse(req.query_string());
        let facets = pairs.values("facets").flat_map(|names| names.split(',')).filter(|name| !name.is_empty()).count();
        // A search separates words at the same characters.
        let words = pairs.values("q").flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()));
        match words.filter(|word| !word.is_empty()).count() {
            0 => Self::new(RateLimit::Reads, 1 + facets),
            words => Self::new(RateLimit::Searches, words + facets),
        }
    }
}

/// The client of a request, and what it was charged.
#[derive(Clone)]
pub(in crate::http) struct Account(Rc<State>);

struct State {
    limits: Data<RateLimits>,
    network: Client,
    has_credentials: bool,
    balance: Cell<Option<Balance>>,
    /// Whether the request costs nothing.
    is_free: Cell<bool>,
}

impl Account {
    /// Opens the account of a request, if the number of requests is limited.
    pub(in crate::http) fn open(req: &ServiceRequest) -> Option<Self> {
        let limits = req.app_data::<Data<RateLimits>>()?.clone();
        let state = State {
            network: Client::network(req.request(), &limits),
            limits,
            has_credentials: req.headers().contains_key(AUTHORIZATION),
            balance: Cell::default(),
            is_free: Cell::default(),
        };
        let account = Self(Rc::new(state));
        req.extensions_mut().insert(account.clone());
        Some(account)
    }

    /// Returns the account of a request, if the number of requests is limited.
    pub(in crate::http) fn of(req: &HttpRequest) -> Option<Self> {
        req.extensions().get::<Self>().cloned()
    }

    /// Charges the client of a request. Fails with `Error::RateLimited` beyond the rate limit.
    pub(in crate::http) fn charge(&self, req: &HttpRequest, charge: Charge) -> Result<()> {
        self.charge_to(&self.client(req), charge)
    }

    /// Charges the length of the body of a write. Fails like `charge`.
    pub(in crate::http) fn charge_body(&self, req: &HttpRequest, length: usize) -> Result<()> {
        match length / BYTES_PER_POINT {
            0 => Ok(()),
            points => self.charge(req, Charge::new(RateLimit::Writes, points)),
        }
    }

    /// Returns the client of a request: its token, or its network.
    pub(in crate::http) fn client(&self, req: &HttpRequest) -> Client {
        req.extensions().get::<Caller>().map_or_else(|| self.0.network.clone(), Client::of)
    }

    fn charge_to(&self, client: &Client, Charge { limit, parts }: Charge) -> Result<()> {
        let (balance, result) = self.0.limits.charge(client, limit, parts);
        self.0.balance.set(balance);
        result
    }

    /// Charges a request that did not reach its operation. Returns an error instead of the answer beyond the rate limit.
    pub(in crate::http) fn charge_unrouted<B>(
        account: Option<&Self>,
        answer: Result<ServiceResponse<B>, actix_web::Error>,
    ) -> Result<ServiceResponse<B>, actix_web::Error> {
        let is_open = |account: &&Self| account.0.balance.get().is_none() && !account.0.is_free.get();
        let Some(account) = account.filter(is_open) else { return answer };
        let status = match &answer {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        let client =
            answer.as_ref().map_or_else(|_| account.0.network.clone(), |response| account.client(response.request()));
        let is_refused = account.0.has_credentials && status == StatusCode::UNAUTHORIZED;
        account.charge_to(&client, if is_refused { Charge::REFUSED_TOKEN } else { Charge::CHEAP })?;
        answer
    }

    /// Adds the headers of the last charge.
    pub(in crate::http) fn write(&self, headers: &mut HeaderMap) {
        if let Some(balance) = self.0.balance.get() {
            balance.write(headers);
        }
    }
}

/// Middleware: charges a request to its client before the operation. Operations that operators use cost nothing.
pub(crate) async fn limit_rate(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some(account) = Account::of(req.request()) {
        if Operations::is_free(req.request()) {
            account.0.is_free.set(true);
        } else {
            account.charge(req.request(), Charge::of(&req))?;
        }
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}
