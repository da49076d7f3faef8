//! Credentials that were right a moment ago: programs send theirs with every request, and a password takes long to check.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::Millis;
use ring::hmac;

/// How long right credentials are taken for right.
pub(super) const GOOD_MS: i64 = 60_000;

/// Credentials that are remembered.
const REMEMBERED_MAX: usize = 1_000;

/// They are kept as what a key of this process makes of them, so that the memory of the process gives none away.
pub(super) struct Verified {
    known: BTreeMap<Vec<u8>, (Arc<str>, Millis)>,
}

impl Verified {
    pub(super) const fn new() -> Self {
        Self { known: BTreeMap::new() }
    }

    pub(super) fn user(&self, key: &[u8], now: Millis) -> Option<Arc<str>> {
        let (user, until) = self.known.get(key)?;
        (now < *until).then(|| Arc::clone(user))
    }

    pub(super) fn remember(&mut self, key: Vec<u8>, user: Arc<str>, now: Millis) {
        self.known.retain(|_, (_, until)| now < *until);
        if self.known.len() < REMEMBERED_MAX {
            self.known.insert(key, (user, Millis(now.0 + GOOD_MS)));
        }
    }

    pub(super) fn forget_all(&mut self) {
        self.known.clear();
    }
}

/// What is remembered of name and password, or of a token without a name.
pub(super) fn key(of: &hmac::Key, name: &str, secret: &str) -> Vec<u8> {
    let mut context = hmac::Context::with_key(of);
    for part in [name, secret] {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part.as_bytes());
    }
    context.sign().as_ref().to_vec()
}
