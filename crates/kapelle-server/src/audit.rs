//! The record of who did what: changes, sign-ins, refusals, and what was taken out of the instance.
//!
//! Entries are written one after the other by a thread of their own, many in one transaction: no request waits for the
//! disk because of them, but when the disk falls behind, requests wait for room in the queue. What is in the record stays
//! in the order in which it happened, and the store chains it.

pub(crate) mod read;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper::Method;
use kapelle_model::Millis;
use kapelle_store::audit::AuditEntry;
use kapelle_store::{Store, StoreError, Transaction, Write};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use crate::call::Call;
use crate::gate::{Action, Needs, Resource};
use crate::route::Route;

/// Entries that wait to be written, and those that are written together.
const WAITING_MAX: usize = 10_000;
const BATCH_MAX: usize = 500;

/// How often a store that cannot write for the moment is asked again, and how long after.
const TRIES_MAX: usize = 600;
const PAUSE: Duration = Duration::from_secs(1);

/// Bytes of a path that are kept.
const SUBJECT_MAX: usize = 1_024;

enum Message {
    Entry(Box<AuditEntry>),
    /// Tells when all before it is written.
    Flush(oneshot::Sender<()>),
    End,
}

pub(crate) struct Recorder {
    sender: mpsc::Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Recorder {
    pub(crate) fn start(store: Arc<dyn Store>) -> Self {
        let (sender, inbox) = mpsc::channel(WAITING_MAX);
        let thread = thread::spawn(move || keep(&*store, inbox));
        Self { sender, thread: Mutex::new(Some(thread)) }
    }

    pub(crate) async fn record(&self, entry: AuditEntry) {
        // After the end nothing is recorded; nothing is answered then either.
        let _over = self.sender.send(Message::Entry(Box::new(entry))).await;
    }

    /// Waits until everything so far is written.
    pub(crate) async fn flush(&self) {
        let (told, hears) = oneshot::channel();
        if self.sender.send(Message::Flush(told)).await.is_ok() {
            // Whoever drops it is over.
            let _over = hears.await;
        }
    }

    /// Writes what waits, and ends.
    pub(crate) async fn close(&self) {
        let _over = self.sender.send(Message::End).await;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A thread that panicked has nothing more to write.
            let _ended = tokio::task::spawn_blocking(move || thread.join().is_ok()).await;
        }
    }
}

fn keep(store: &dyn Store, mut inbox: mpsc::Receiver<Message>) {
    let mut messages = Vec::new();
    while inbox.blocking_recv_many(&mut messages, BATCH_MAX) > 0 {
        let (mut writes, mut waiting, mut is_over) = (Vec::new(), Vec::new(), false);
        for message in messages.drain(..) {
            match message {
                Message::Entry(entry) => writes.push(Write::Audit(*entry)),
                Message::Flush(told) => waiting.push(told),
                Message::End => is_over = true,
            }
        }
        write(store, &Transaction::of(writes));
        for told in waiting {
            // Nobody has to wait for it any more.
            let _gone = told.send(());
        }
        if is_over {
            return;
        }
    }
}

fn write(store: &dyn Store, transaction: &Transaction) {
    if transaction.writes.is_empty() {
        return;
    }
    for _ in 0..TRIES_MAX {
        match store.commit(transaction.clone()) {
            Err(StoreError::Full(_) | StoreError::Unavailable(_)) => thread::sleep(PAUSE),
            _ => return,
        }
    }
}

/// What is known of a request before it is done.
pub(crate) struct Mark {
    tenant: Arc<str>,
    actor: Arc<str>,
    proved: Arc<OnceLock<Arc<str>>>,
    action: String,
    subject: String,
    route: String,
    from: IpAddr,
}

impl Mark {
    /// Something to record, if it is of a kind that is.
    pub(crate) fn of(route: &Route, call: &Call, path: &str) -> Option<Self> {
        is_recorded(route).then(|| Self {
            tenant: Arc::clone(&call.tenant),
            actor: call.caller().unwrap_or_else(|| "anonymous".into()),
            proved: Arc::clone(&call.proved),
            action: action(route),
            subject: shortened(path),
            route: template(route),
            from: call.client(),
        })
    }

    pub(crate) fn entry(&self, status: u16, now: Millis) -> AuditEntry {
        let detail = json!({"route": self.route, "status": status, "address": self.from.to_string()});
        AuditEntry {
            at: now,
            tenant: Arc::clone(&self.tenant),
            actor: Arc::clone(self.proved.get().unwrap_or(&self.actor)),
            action: self.action.as_str().into(),
            subject: self.subject.as_str().into(),
            detail: detail.to_string().into(),
        }
    }
}

/// Somebody who was not let in. Who they say they are is not kept: people type passwords into wrong fields.
pub(crate) fn refused(
    route: &Route,
    path: &str,
    tenant: &str,
    status: u16,
    from: IpAddr,
    now: Millis,
) -> AuditEntry {
    let detail = json!({"route": template(route), "status": status, "address": from.to_string()});
    AuditEntry {
        at: now,
        tenant: tenant.into(),
        actor: "anonymous".into(),
        action: "access.refused".into(),
        subject: shortened(path).into(),
        detail: detail.to_string().into(),
    }
}

/// Changes, secrets that are looked at, and what leaves the instance as a file. Webhooks are recorded as the executions
/// that they start; questions that are sent as a body change nothing, nor do drafts.
fn is_recorded(route: &Route) -> bool {
    let is_taken_out = route.pattern.contains("export") || route.pattern.ends_with("/download");
    let is_safe = matches!(route.method, Method::GET | Method::HEAD | Method::OPTIONS);
    match route.needs {
        _ if route.pattern.starts_with("executions/webhook/") => false,
        // They are kept every few seconds, and concern nobody but who writes them.
        _ if route.pattern.ends_with("/draft") || route.pattern == "me/settings" => false,
        Needs::Right(Resource::Secret, Action::View) => true,
        Needs::Right(_, Action::View) => is_taken_out,
        Needs::Right(..) => !is_safe || is_taken_out,
        Needs::Nothing | Needs::Login => !is_safe,
    }
}

/// What was done, such as `flow.update` or `user.login`.
fn action(route: &Route) -> String {
    match route.needs {
        Needs::Right(resource, action) => format!("{}.{}", word(resource), verb(action)),
        Needs::Nothing | Needs::Login => {
            let mut words = route.pattern.rsplit('/').filter(|word| !word.starts_with('{'));
            format!("user.{}", words.next().unwrap_or_default().to_ascii_lowercase())
        }
    }
}

const fn verb(action: Action) -> &'static str {
    match action {
        Action::View => "view",
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
        Action::Execute => "execute",
    }
}

/// The name of a kind, as `NamespaceFile` is `namespace_file`.
fn word(resource: Resource) -> String {
    let mut word = String::new();
    for letter in format!("{resource:?}").chars() {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}

fn template(route: &Route) -> String {
    format!("{} {}", route.method, route.pattern)
}

fn shortened(path: &str) -> String {
    path.chars().take(SUBJECT_MAX).collect()
}

#[cfg(test)]
mod tests;
