//! The record of who did what, read from its end.

use kapelle_model::Millis;
use kapelle_store::Store;
use kapelle_store::audit::AuditRecord;
use kapelle_store::error::Result as Stored;

/// Entries that are read at once, and those that a search looks at: older ones are found by a narrower search.
const CHUNK: u64 = 1_000;
const LOOKED_AT_MAX: u64 = 200_000;

/// Which entries somebody wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Something in who, what or where.
    pub(crate) text: Option<String>,
    pub(crate) actor: Option<String>,
    /// `READ`, `CREATE` and so on.
    pub(crate) kind: Option<String>,
    pub(crate) from: Option<Millis>,
    pub(crate) until: Option<Millis>,
}

impl Wanted {
    pub(crate) fn has(&self, record: &AuditRecord) -> bool {
        let entry = &record.entry;
        let has_text = |text: &String| {
            let text = text.to_lowercase();
            [&entry.actor, &entry.action, &entry.subject]
                .iter()
                .any(|part| part.to_lowercase().contains(&text))
        };
        self.text.as_ref().is_none_or(has_text)
            && self.actor.as_ref().is_none_or(|actor| **actor == *entry.actor)
            && self.kind.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(kind(record)))
            && self.from.is_none_or(|moment| moment <= entry.at)
            && self.until.is_none_or(|moment| entry.at <= moment)
    }
}

/// The kind of an entry, as clients know them.
pub(crate) fn kind(record: &AuditRecord) -> &'static str {
    let action = &*record.entry.action;
    match action {
        "user.login" if has_failed(record) => "LOGIN_FAILURE",
        "user.login" => "LOGIN",
        "user.logout" => "LOGOUT",
        _ => match action.rsplit('.').next() {
            Some("view") => "READ",
            Some("create" | "setup" | "basicauth" | "api-tokens" | "access_token") if !deletes(record) => {
                "CREATE"
            }
            Some("delete" | "api-tokens") => "DELETE",
            Some("update" | "execute") => "UPDATE",
            _ => "UNKNOWN",
        },
    }
}

fn has_failed(record: &AuditRecord) -> bool {
    detail(record)["status"].as_u64().is_none_or(|status| status >= 400)
}

fn deletes(record: &AuditRecord) -> bool {
    detail(record)["route"].as_str().is_some_and(|route| route.starts_with("DELETE"))
}

pub(crate) fn detail(record: &AuditRecord) -> serde_json::Value {
    serde_json::from_str(&record.entry.detail).unwrap_or_default()
}

/// The newest entries that are wanted, without the first so many, and how many there are.
pub(crate) fn newest(
    store: &dyn Store,
    wanted: &Wanted,
    skip: u64,
    take: usize,
) -> Stored<(Vec<AuditRecord>, u64)> {
    let last = last(store)?;
    let (mut found, mut total, mut until) = (Vec::new(), 0, last);
    while until > 0 && last - until < LOOKED_AT_MAX {
        let after = until.saturating_sub(CHUNK);
        let chunk = store.audit(after, usize::try_from(until - after).unwrap_or(usize::MAX))?;
        let wanted = chunk.into_iter().filter(|record| record.number <= until && wanted.has(record));
        let mut matching: Vec<AuditRecord> = wanted.collect();
        matching.reverse();
        for record in matching {
            total += 1;
            if total > skip && found.len() < take {
                found.push(record);
            }
        }
        until = after;
    }
    Ok((found, total))
}

/// The number of the newest entry, found by halving: the store tells only what comes after a number.
fn last(store: &dyn Store) -> Stored<u64> {
    let is_after = |number: u64| -> Stored<bool> { Ok(!store.audit(number, 1)?.is_empty()) };
    if !is_after(0)? {
        return Ok(0);
    }
    let mut above = 1_u64;
    while is_after(above)? {
        above = above.saturating_mul(2);
    }
    let mut below = above / 2;
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if is_after(middle)? {
            below = middle;
        } else {
            above = middle;
        }
    }
    Ok(above)
}
