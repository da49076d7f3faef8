//! Services from data: everything that an expression may ask the world for, written down beforehand.
//!
//! For tests of flows and for trying expressions out. The data is a map with any of these keys, as in `needs_services`
//! of the test vectors:
//!
//! ```yaml
//! now: "2026-01-01T00:00:00Z"                          # the clock stands still there, also by default
//! seed: 7                                              # of the random numbers
//! server_type: WORKER                                  # or WEBSERVER, EXECUTOR; otherwise everything is allowed
//! renderer: debug                                      # `secret()` gives stars
//! forbidden_namespaces: [other]                        # whose files, keys and flows may not be used
//! kv: {namespace: {key: value}}
//! kv_expired: {namespace: [key]}
//! secrets: {namespace: {key: text}}
//! secret_objects: {key: {value: text, metadata: {}}}   # in every namespace
//! env: {SECRET_KEY: text in base64}                    # secrets of every namespace
//! namespace_files: {namespace: {path: text}}
//! namespace_file_versions: {namespace: {path: [text of version 1, text of version 2]}}
//! internal_storage: {"kestra:///…": text}
//! local_files: {/absolute/path: text}
//! config: {allowed-paths: [/folder], enable-file-functions: true}
//! logs: [{level: ERROR, message: text}]
//! flows: {namespace/id: {input_default: {}, output: {name: template}, state: SUCCESS}}
//! http: [{method: GET, path: "/a?b=c", expect_headers: {name: [text]}, expect_json_body: value,
//!         status: 200, content_type: application/json, body: text}]     # of http://test.invalid
//! ```

mod answers;
mod chance;
mod files;
mod flows;
mod secrets;
mod setup;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kapelle_model::{Map, Value};

use self::answers::Answers;
use self::chance::Chance;
use self::files::Files;
use self::flows::Flows;
use self::secrets::Secrets;
use super::error::{Error, Outcome};
use super::services::{self, Finished, NoServices, Request, Response, Secret, Services, Subflow};

pub use answers::BASE;

/// Answers requests in place of the canned answers.
pub type Answering = dyn Fn(&Request) -> Outcome<Response> + Send + Sync;

/// Services that are nothing but data. The same data gives the same results.
pub struct MemoryServices {
    now: Timestamp,
    chance: Chance,
    server: Option<String>,
    hides_secrets: bool,
    forbidden: BTreeSet<String>,
    kv: BTreeMap<String, Map>,
    kv_expired: BTreeSet<(String, String)>,
    secrets: Secrets,
    files: Files,
    logs: Vec<Map>,
    flows: Flows,
    answers: Answers,
    answering: Option<Box<Answering>>,
}

impl MemoryServices {
    /// Reads the data, whose shape is told at the head of this module. The error says what is wrong where.
    pub fn from_setup(setup: &Value) -> Result<Self, String> {
        setup::read(setup)
    }

    /// Lets the clock stand still at another moment.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Answers requests itself; the canned answers no longer count.
    #[must_use]
    pub fn answering(mut self, answering: Box<Answering>) -> Self {
        self.answering = Some(answering);
        self
    }

    /// Whether the data asks for a rendering that hides secrets.
    pub fn hides_secrets(&self) -> bool {
        self.hides_secrets
    }

    fn is_server(&self, wanted: &str) -> bool {
        self.server.as_deref().is_none_or(|server| server == wanted)
    }
}

impl Services for MemoryServices {
    fn now(&self) -> Outcome<Timestamp> {
        Ok(self.now)
    }

    fn random(&self, bytes: &mut [u8]) -> Outcome<()> {
        self.chance.fill(bytes);
        Ok(())
    }

    fn free_port(&self) -> Outcome<u16> {
        Ok(self.chance.port())
    }

    fn kv(&self, namespace: &str, key: &str) -> Outcome<Option<Value>> {
        if self.kv_expired.contains(&(namespace.to_owned(), key.to_owned())) {
            return Err(services::expired());
        }
        Ok(self.kv.get(namespace).and_then(|keys| keys.get(key)).cloned())
    }

    fn secret(&self, namespace: &str, key: &str) -> Outcome<Option<Secret>> {
        Ok(self.secrets.find(namespace, key))
    }

    fn may_use_namespace(&self, namespace: &str) -> bool {
        !self.forbidden.contains(namespace)
    }

    fn read(&self, file: &services::File<'_>) -> Outcome<Option<Vec<u8>>> {
        Ok(self.files.find(file)?.map(|content| content.as_bytes().to_vec()))
    }

    fn file_size(&self, file: &services::File<'_>) -> Outcome<Option<u64>> {
        Ok(self.files.find(file)?.map(|content| content.len() as u64))
    }

    fn file_versions(&self, namespace: &str, path: &str) -> Outcome<u64> {
        Ok(self.files.versions(namespace, path))
    }

    fn http(&self, request: &Request) -> Outcome<Response> {
        match &self.answering {
            Some(answering) => answering(request),
            None => self.answers.answer(request),
        }
    }

    fn subflow(&self, call: &Subflow) -> Outcome<Finished> {
        if self.is_server("WEBSERVER") { self.flows.run(call) } else { NoServices.subflow(call) }
    }

    fn error_logs(&self, limit: usize) -> Outcome<Vec<Map>> {
        if !self.is_server("WORKER") {
            return Err(Error::forbidden("The 'errorLogs' function can only be used on a worker.")
                .help("use it in a property of a task, such as one below `errors`"));
        }
        Ok(self.logs.iter().take(limit).cloned().collect())
    }
}

#[cfg(test)]
mod tests;
