//! How many requests there may be: of one token, to one webhook, with wrong keys from one address.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use hyper::header::{AUTHORIZATION, COOKIE};
use hyper::{HeaderMap, StatusCode};
use kapelle_model::Millis;

use super::Buckets;
use crate::auth::network;
use crate::error::{ApiError, Outcome};

/// How long a request to a webhook may wait for its turn. Longer queues would take the places of all other requests.
const QUEUE_MS: i64 = 5_000;

/// Refusals of one address that are written down at once, and in a minute after that: strangers must not fill the disk.
const REFUSALS: u32 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Of one token or password, in a second.
    pub requests: u32,
    /// To one webhook: at once, and in a second after that. More wait.
    pub webhooks_at_once: u32,
    pub webhooks: u32,
    /// With keys that no webhook has, from one address in a minute.
    pub wrong_webhooks: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { requests: 20_000, webhooks_at_once: 2_000, webhooks: 100, wrong_webhooks: 30 }
    }
}

pub(crate) struct Rates {
    /// Makes keys of texts that strangers choose.
    hasher: RandomState,
    requests: Mutex<Buckets<u64>>,
    webhooks: Mutex<Buckets<u64>>,
    wrong_webhooks: Mutex<Buckets<IpAddr>>,
    refusals: Mutex<Buckets<IpAddr>>,
}

impl Rates {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self {
            hasher: RandomState::new(),
            requests: Mutex::new(Buckets::new(limits.requests, limits.requests, 1)),
            webhooks: Mutex::new(Buckets::new(limits.webhooks_at_once, limits.webhooks, 1)),
            wrong_webhooks: Mutex::new(Buckets::new(limits.wrong_webhooks, limits.wrong_webhooks, 60)),
            refusals: Mutex::new(Buckets::new(REFUSALS, REFUSALS, 60)),
        }
    }

    /// Counts a request that was let in.
    pub(crate) fn request(&self, headers: &HeaderMap, now: Millis) -> Outcome<()> {
        let shown = headers.get(AUTHORIZATION).or_else(|| headers.get(COOKIE));
        let key = self.key(shown.map(hyper::header::HeaderValue::as_bytes));
        lock(&self.requests, |buckets| buckets.take(key, now, 0)).map(drop).map_err(too_many)
    }

    /// How many milliseconds a request to a webhook has to wait for its turn.
    pub(crate) fn webhook(&self, name: &[&str], now: Millis) -> Outcome<u64> {
        let key = self.key(name);
        let wait = lock(&self.webhooks, |buckets| buckets.take(key, now, QUEUE_MS)).map_err(too_many)?;
        Ok(u64::try_from(wait).unwrap_or_default())
    }

    /// Whether somebody may try another key.
    pub(crate) fn may_try_webhooks(&self, from: IpAddr, now: Millis) -> Outcome<()> {
        match lock(&self.wrong_webhooks, |buckets| buckets.wait(network(from), now)) {
            0 => Ok(()),
            wait => Err(too_many(wait)),
        }
    }

    pub(crate) fn wrong_webhook(&self, from: IpAddr, now: Millis) {
        // One too many only means that the next one waits.
        let _full =
            lock(&self.wrong_webhooks, |buckets| buckets.take(network(from), now, i64::from(u32::MAX)));
    }

    /// Whether another refusal of this address is worth a line.
    pub(crate) fn is_refusal_told(&self, from: IpAddr, now: Millis) -> bool {
        lock(&self.refusals, |buckets| buckets.take(network(from), now, 0)).is_ok()
    }

    fn key(&self, of: impl Hash) -> u64 {
        self.hasher.hash_one(of)
    }
}

fn too_many(wait: i64) -> ApiError {
    let seconds = u32::try_from(wait.div_euclid(1_000) + 1).unwrap_or(u32::MAX);
    let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too many requests; try again later");
    ApiError { retry_after: Some(seconds), ..error }
}

fn lock<T, U>(mutex: &Mutex<T>, work: impl FnOnce(&mut T) -> U) -> U {
    work(&mut mutex.lock().unwrap_or_else(PoisonError::into_inner))
}
