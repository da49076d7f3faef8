//! Sessions of browsers, in memory: after a restart people sign in again. A cookie holds an id and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::Millis;
use sha2::{Digest, Sha256};

/// A session ends when nobody used it for so long, and in any case after so long.
const IDLE_MS: i64 = 12 * 3_600_000;
pub(super) const LIFE_MS: i64 = 7 * 24 * 3_600_000;

/// Sessions at the same time; the one that was used longest ago makes room.
const SESSIONS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Sessions {
    /// By the digest of their ids: who reads the memory of the process cannot use them.
    open: BTreeMap<[u8; 32], Session>,
}

#[derive(Clone, Debug)]
struct Session {
    user: Arc<str>,
    begun: Millis,
    used: Millis,
}

impl Sessions {
    pub(super) fn begin(&mut self, id: &str, user: Arc<str>, now: Millis) {
        self.open.retain(|_, session| session.is_good(now));
        if self.open.len() >= SESSIONS_MAX
            && let Some(oldest) =
                self.open.iter().min_by_key(|(_, session)| session.used).map(|(key, _)| *key)
        {
            self.open.remove(&oldest);
        }
        self.open.insert(key(id), Session { user, begun: now, used: now });
    }

    /// Whose session it is. It lives on from now.
    pub(super) fn user(&mut self, id: &str, now: Millis) -> Option<Arc<str>> {
        let session = self.open.get_mut(&key(id)).filter(|session| session.is_good(now))?;
        session.used = now;
        Some(Arc::clone(&session.user))
    }

    pub(super) fn end(&mut self, id: &str) {
        self.open.remove(&key(id));
    }

    pub(super) fn end_all(&mut self) {
        self.open.clear();
    }
}

impl Session {
    const fn is_good(&self, now: Millis) -> bool {
        now.0 - self.used.0 < IDLE_MS && now.0 - self.begun.0 < LIFE_MS
    }
}

fn key(id: &str) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}
