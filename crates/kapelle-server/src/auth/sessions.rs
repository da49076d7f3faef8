//! Sessions of browsers. They are in memory and in the store, so that a restart signs nobody out. A cookie holds an id and
//! nothing else; what is kept of the id is its digest.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::Millis;

use super::tokens;

/// A session ends when nobody used it for so long, and in any case after so long.
const IDLE_MS: i64 = 12 * 3_600_000;
pub(super) const LIFE_MS: i64 = 7 * 24 * 3_600_000;

/// How old the last use of a session may be in the store. After a restart somebody idle is out earlier by so much.
const UNWRITTEN_MS: i64 = 15 * 60_000;

/// Sessions at the same time; the one that was used longest ago makes room.
pub(super) const SESSIONS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Sessions {
    /// By the digest of their ids: who reads the memory of the process cannot use them.
    open: BTreeMap<String, Session>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) digest: String,
    pub(super) user: Arc<str>,
    pub(super) begun: Millis,
    pub(super) used: Millis,
    /// What the store has as its last use.
    written: Millis,
}

impl Sessions {
    /// Takes up what the store has.
    pub(super) fn restore(kept: impl IntoIterator<Item = Session>) -> Self {
        Self { open: kept.into_iter().map(|session| (session.digest.clone(), session)).collect() }
    }

    /// Begins one. The digests of those that made room for it are told.
    pub(super) fn begin(&mut self, id: &str, user: Arc<str>, now: Millis) -> (Session, Vec<String>) {
        let over = self.open.iter().filter(|(_, session)| !session.is_good(now));
        let mut gone: Vec<String> = over.map(|(digest, _)| digest.clone()).collect();
        if self.open.len() - gone.len() >= SESSIONS_MAX {
            let oldest = self.open.values().filter(|session| session.is_good(now));
            gone.extend(oldest.min_by_key(|session| session.used).map(|session| session.digest.clone()));
        }
        for digest in &gone {
            self.open.remove(digest);
        }
        let session = Session::new(tokens::digest(id), user, now, now);
        self.open.insert(session.digest.clone(), session.clone());
        (session, gone)
    }

    /// Whose session it is. It lives on from now.
    pub(super) fn user(&mut self, id: &str, now: Millis) -> Option<Arc<str>> {
        let session = self.open.get_mut(&tokens::digest(id)).filter(|session| session.is_good(now))?;
        session.used = now;
        Some(Arc::clone(&session.user))
    }

    /// The session, if it is time that the store hears of its last use. It is asked once.
    pub(super) fn unwritten(&mut self, id: &str) -> Option<Session> {
        let session = self.open.get_mut(&tokens::digest(id))?;
        (session.used.0 - session.written.0 >= UNWRITTEN_MS).then(|| {
            session.written = session.used;
            session.clone()
        })
    }

    /// Ends one. Its digest, if there was one.
    pub(super) fn end(&mut self, id: &str) -> Option<String> {
        self.open.remove(&tokens::digest(id)).map(|session| session.digest)
    }

    pub(super) fn end_all(&mut self) {
        self.open.clear();
    }
}

impl Session {
    pub(super) const fn new(digest: String, user: Arc<str>, begun: Millis, used: Millis) -> Self {
        Self { digest, user, begun, used, written: used }
    }

    pub(super) const fn is_good(&self, now: Millis) -> bool {
        now.0 - self.used.0 < IDLE_MS && now.0 - self.begun.0 < LIFE_MS
    }
}
