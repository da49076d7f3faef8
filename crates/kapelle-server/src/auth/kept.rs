//! What the store keeps of accounts and tokens: no password and no token, only what they can be checked against.

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::permit::Permit;
use kapelle_store::document::{Document, DocumentKey, Kind};
use kapelle_store::error::Result as Stored;
use kapelle_store::transaction::Over;
use kapelle_store::{Store, StoreError, Transaction, Write};
use serde_json::{Value as Json, json};

use super::password::Hash;
use super::sessions::{SESSIONS_MAX, Session};
use super::tokens;

const TOKENS: &str = "kapelle.tokens";
const SESSIONS: &str = "kapelle.sessions";

/// Tokens that there may be.
const TOKENS_MAX: usize = 1_000;

/// The administrator.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) username: Arc<str>,
    pub(super) hash: Hash,
}

/// A token as its owner sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// What is kept of it.
    pub(super) digest: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) user: Arc<str>,
    pub(crate) created: Millis,
    pub(crate) expires: Option<Millis>,
}

fn key(namespace: &str, name: &str) -> DocumentKey {
    DocumentKey { kind: Kind::Setting, tenant: "".into(), namespace: namespace.into(), name: name.into() }
}

fn account_key() -> DocumentKey {
    key("", "kapelle.account")
}

fn read(document: &Document) -> Stored<Json> {
    serde_json::from_slice(&document.data).map_err(|error| broken(&document.key, &error.to_string()))
}

fn broken(key: &DocumentKey, why: &str) -> StoreError {
    StoreError::Corrupt { what: key.to_string(), why: why.to_owned() }
}

pub(super) fn account(store: &dyn Store) -> Stored<Option<Account>> {
    let Some(document) = store.document(&account_key())? else { return Ok(None) };
    let json = read(&document)?;
    let hash = Hash::from_json(&json["password"]);
    match (json["username"].as_str(), hash) {
        (Some(username), Some(hash)) => Ok(Some(Account { username: username.into(), hash })),
        _ => Err(broken(&document.key, "it is no account")),
    }
}

pub(super) fn put_account(store: &dyn Store, account: &Account, now: Millis, over: Over) -> Stored<()> {
    let data = json!({"username": &*account.username, "password": account.hash.to_json()});
    put(store, account_key(), now, &data, over)
}

fn put(store: &dyn Store, key: DocumentKey, now: Millis, data: &Json, over: Over) -> Stored<()> {
    store.commit(Transaction::of([to_put(key, now, data, over)])).map(drop)
}

fn to_put(key: DocumentKey, now: Millis, data: &Json, over: Over) -> Write {
    let document = Document::new(key, now, None, data.to_string().into_bytes()).sealed_if(true);
    Write::Put { document: Box::new(document), over }
}

/// Keeps a session that begins, and forgets others.
pub(super) fn begin_session(store: &dyn Store, session: &Session, gone: &[String]) -> Stored<()> {
    let mut writes = vec![session_to_put(session, Over::Any)];
    writes.extend(gone.iter().map(|digest| session_to_remove(digest)));
    store.commit(Transaction::of(writes)).map(drop)
}

/// Keeps the last use of a session, unless it has ended meanwhile.
pub(super) fn touch_session(store: &dyn Store, session: &Session) -> Stored<()> {
    let Some(kept) = store.document(&key(SESSIONS, &session.digest))? else { return Ok(()) };
    store.commit(Transaction::of([session_to_put(session, Over::Version(kept.version))])).map(drop)
}

pub(super) fn end_session(store: &dyn Store, digest: &str) -> Stored<()> {
    store.commit(Transaction::of([session_to_remove(digest)])).map(drop)
}

fn session_to_put(session: &Session, over: Over) -> Write {
    let data = json!({"user": &*session.user, "begun": session.begun.0, "used": session.used.0});
    to_put(key(SESSIONS, &session.digest), session.used, &data, over)
}

fn session_to_remove(digest: &str) -> Write {
    Write::Remove { key: key(SESSIONS, digest), over: Over::Any }
}

fn sessions_kept(store: &dyn Store) -> Stored<Vec<Document>> {
    let permit = Permit::system("sessions").within("".into());
    store.documents(&permit, Kind::Setting, Some(SESSIONS), None, 2 * SESSIONS_MAX)
}

/// Sessions that are still good. What is no session is left out: its owner signs in again.
pub(super) fn sessions(store: &dyn Store, now: Millis) -> Stored<Vec<Session>> {
    let found = sessions_kept(store)?;
    let all = found.iter().filter_map(|document| {
        let json = read(document).ok()?;
        let moment = |name: &str| json[name].as_i64().map(Millis);
        let digest = document.key.name.to_string();
        Some(Session::new(digest, json["user"].as_str()?.into(), moment("begun")?, moment("used")?))
    });
    Ok(all.filter(|session| session.is_good(now)).collect())
}

/// Ends all sessions.
pub(super) fn end_sessions(store: &dyn Store) -> Stored<()> {
    let found = sessions_kept(store)?;
    if found.is_empty() {
        return Ok(());
    }
    let writes = found.iter().map(|document| session_to_remove(&document.key.name));
    store.commit(Transaction::of(writes)).map(drop)
}

/// Keeps a token, and forgets those whose time is over.
pub(super) fn put_token(store: &dyn Store, token: &Token, now: Millis) -> Stored<()> {
    let all = all_tokens(store)?;
    let (over, good): (Vec<Token>, Vec<Token>) = all.into_iter().partition(|token| !token.is_good(now));
    if good.len() >= TOKENS_MAX {
        return Err(StoreError::Invalid(format!("there are {TOKENS_MAX} tokens; delete some first")));
    }
    for token in over {
        remove(store, &token.digest)?;
    }
    let data = json!({
        "name": token.name,
        "description": token.description,
        "user": &*token.user,
        "created": token.created.0,
        "expires": token.expires.map(|moment| moment.0),
    });
    put(store, key(TOKENS, &token.digest), now, &data, Over::Nothing)
}

/// The token of a digest, if it is still good.
pub(super) fn token(store: &dyn Store, digest: &str, now: Millis) -> Stored<Option<Token>> {
    let found = store.document(&key(TOKENS, digest))?;
    let token = found.as_ref().map(read_token).transpose()?;
    Ok(token.filter(|token| token.is_good(now)))
}

pub(super) fn all_tokens(store: &dyn Store) -> Stored<Vec<Token>> {
    let permit = Permit::system("tokens").within("".into());
    let found = store.documents(&permit, Kind::Setting, Some(TOKENS), None, 2 * TOKENS_MAX)?;
    found.iter().map(read_token).collect()
}

/// Whether there was one with this id.
pub(super) fn remove_token(store: &dyn Store, id: &str) -> Stored<bool> {
    let found = all_tokens(store)?.into_iter().find(|token| token.id() == id);
    let Some(token) = found else { return Ok(false) };
    remove(store, &token.digest)?;
    Ok(true)
}

fn remove(store: &dyn Store, digest: &str) -> Stored<()> {
    let write = Write::Remove { key: key(TOKENS, digest), over: Over::Any };
    store.commit(Transaction::of([write])).map(drop)
}

fn read_token(document: &Document) -> Stored<Token> {
    let json = read(document)?;
    let text = |name: &str| json[name].as_str().ok_or_else(|| broken(&document.key, "it is no token"));
    Ok(Token {
        digest: document.key.name.to_string(),
        name: text("name")?.to_owned(),
        description: json["description"].as_str().unwrap_or_default().to_owned(),
        user: text("user")?.into(),
        created: Millis(json["created"].as_i64().unwrap_or_default()),
        expires: json["expires"].as_i64().map(Millis),
    })
}

impl Token {
    /// The name that anybody may see.
    pub(crate) fn id(&self) -> &str {
        tokens::id(&self.digest)
    }

    pub(super) fn is_good(&self, now: Millis) -> bool {
        self.expires.is_none_or(|moment| now < moment)
    }
}
