//! What callers of webhooks are told, as JSON.

use kapelle_engine::creation::Rejected;
use kapelle_engine::webhook::WebhookAnswer;
use kapelle_model::execution::{Execution, Head};
use kapelle_model::{ExecutionId, History, State};
use kapelle_store::StoreError;
use serde_json::{Map as Object, Value as Json, json};

use crate::view;

/// What callers see of an execution. Its inputs and variables are none of their business.
const TOLD: [&str; 9] =
    ["tenantId", "id", "namespace", "flowId", "flowRevision", "trigger", "outputs", "labels", "state"];

/// An execution for whoever called; `address` is where people reach the installation.
pub(super) fn execution(execution: &Execution, address: Option<&str>) -> String {
    let mut all = match view::execution(execution, &|_| String::new(), &|_| false) {
        Json::Object(all) => all,
        _ => Object::new(),
    };
    let mut told: Object<String, Json> =
        TOLD.iter().filter_map(|name| Some(((*name).to_owned(), all.remove(*name)?))).collect();
    if let Some(address) = address {
        let birth = &execution.birth;
        let (address, tenant) = (address.trim_end_matches('/'), &birth.tenant);
        let url = format!("{address}/ui/{tenant}/executions/{}/{}/{}", birth.namespace, birth.flow, birth.id);
        told.insert("url".to_owned(), url.into());
    }
    Json::Object(told).to_string()
}

/// The execution as it was when it was created, which is what callers hear of one that they do not wait for.
pub(super) fn created(execution: &Execution) -> Execution {
    let history = &execution.head.history;
    if execution.state().is_terminal() {
        return execution.clone();
    }
    let head = Head { history: History::new(State::Created, history.started()), ..execution.head.clone() };
    Execution { head, ..execution.clone() }
}

pub(super) fn only_id(id: ExecutionId) -> String {
    json!({"id": id.to_string()}).to_string()
}

pub(super) fn message(status: u16, text: &str) -> WebhookAnswer {
    WebhookAnswer::json(status, json!({"message": text}).to_string())
}

/// The same for everybody without a key that fits.
pub(super) fn stranger() -> WebhookAnswer {
    message(404, "Webhook not found")
}

pub(super) fn refused(status: u16, rejected: &Rejected) -> WebhookAnswer {
    message(status, &rejected.failure().to_string())
}

/// What the store says is for those who run the installation, not for callers.
pub(super) fn unavailable(error: &StoreError) -> WebhookAnswer {
    match error {
        StoreError::Full(_) | StoreError::Unavailable(_) | StoreError::Fenced { .. } => {
            again_later("Nothing was started: try again later")
        }
        StoreError::Unknown(_) => again_later("Whether something was started is not known"),
        StoreError::Conflict(_) | StoreError::Invalid(_) | StoreError::Corrupt { .. } => {
            message(500, "The execution could not be created")
        }
    }
}

fn again_later(text: &str) -> WebhookAnswer {
    let mut answer = message(503, text);
    answer.headers.push(("Retry-After".to_owned(), "5".to_owned()));
    answer
}
