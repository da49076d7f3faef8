//! What people do to many executions at once, by their ids or by a query.
//!
//! With ids it is all or nothing as far as can be told before: an id that nobody knows, or an execution in the wrong
//! state, refuses the request. A query passes over those in the wrong state.

use std::collections::BTreeSet;
use std::sync::Arc;

use hyper::StatusCode;
use kapelle_model::event::Order;
use kapelle_model::{ExecutionId, Map, State};
use kapelle_runtime::{Repeat, RepeatRevision};
use kapelle_store::listing::Header;
use serde_json::{Value as Json, json};

use super::actions::{declined_as, labels_of, merged, state_of};
use super::delete::{self, Also};
use super::header;
use super::search::{all, filter};
use crate::answer::Answer;
use crate::app::App;
use crate::call::Call;
use crate::error::{ApiError, Invalid, Outcome};
use crate::limits::BULK_MAX;

/// What is done to each of them.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Kill,
    Delete { also_open: bool, also: Also },
    Restart,
    Replay(RepeatRevision),
    Resume,
    Pause,
    ForceRun,
    Unqueue(State),
    ChangeStatus(State),
    Labels(Vec<(String, String)>),
}

/// The name of a deed as it stands in paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Kill,
    Delete,
    Restart,
    Replay,
    Resume,
    Pause,
    ForceRun,
    Unqueue,
    ChangeStatus,
    Labels,
}

impl Deed {
    /// Whether it can be done to an execution in this state.
    pub(crate) fn fits(&self, state: State) -> bool {
        match self {
            Self::Kill | Self::ForceRun => !state.is_terminal(),
            Self::Delete { also_open, .. } => *also_open || state.is_terminal(),
            Self::Restart => {
                matches!(state, State::Paused) || (state.is_terminal() && state != State::Killed)
            }
            Self::Replay(_) | Self::Labels(_) => state.is_terminal(),
            Self::Resume => state == State::Paused,
            Self::Pause => state == State::Running,
            Self::Unqueue(_) => state == State::Queued,
            Self::ChangeStatus(_) => state.is_terminal() && state != State::Killed,
        }
    }

    /// What a job does, with its options.
    pub(crate) fn of(verb: Verb, options: &Json) -> Outcome<Self> {
        let flag = |name: &str| options[name].as_bool();
        let state = options["state"].as_str();
        Ok(match verb {
            Verb::Kill => Self::Kill,
            Verb::Delete => Self::Delete {
                also_open: flag("includeNonTerminated").unwrap_or(false),
                also: Also::read(&flag),
            },
            Verb::Restart => Self::Restart,
            Verb::Replay if flag("latestRevision").unwrap_or(false) => Self::Replay(RepeatRevision::Latest),
            Verb::Replay => Self::Replay(RepeatRevision::Same),
            Verb::Resume => Self::Resume,
            Verb::Pause => Self::Pause,
            Verb::ForceRun => Self::ForceRun,
            Verb::Unqueue => Self::Unqueue(state_of(state, State::Running)?),
            Verb::ChangeStatus => {
                let missing = || ApiError::invalid_entity("options.state: must not be null");
                Self::ChangeStatus(state_of(Some(state.ok_or_else(missing)?), State::Success)?)
            }
            Verb::Labels => Self::Labels(labels_of(&options["labels"])?),
        })
    }

    fn read(verb: Verb, call: &Call) -> Outcome<Self> {
        let query = |names: [&str; 2]| names.iter().find_map(|name| call.query.get(name));
        Ok(match verb {
            Verb::Kill => Self::Kill,
            Verb::Delete => Self::Delete {
                also_open: call.query.is_set("includeNonTerminated"),
                also: Also::read(&|name| call.query.flag(name)),
            },
            Verb::Restart => Self::Restart,
            Verb::Replay if call.query.is_set("latestRevision") => Self::Replay(RepeatRevision::Latest),
            Verb::Replay => Self::Replay(RepeatRevision::Same),
            Verb::Resume => Self::Resume,
            Verb::Pause => Self::Pause,
            Verb::ForceRun => Self::ForceRun,
            Verb::Unqueue => Self::Unqueue(state_of(query(["state", "newState"]), State::Running)?),
            Verb::ChangeStatus => {
                let missing = || ApiError::bad_request("Required QueryValue [newStatus] not specified");
                let wanted = query(["newStatus", "status"]).ok_or_else(missing)?;
                Self::ChangeStatus(state_of(Some(wanted), State::Success)?)
            }
            Verb::Labels => {
                let body = call.json()?;
                let labels = body.get("executionLabels").unwrap_or(&body);
                Self::Labels(labels_of(labels)?)
            }
        })
    }
}

impl Verb {
    pub(crate) const ALL: [Self; 10] = [
        Self::Kill,
        Self::Delete,
        Self::Restart,
        Self::Replay,
        Self::Resume,
        Self::Pause,
        Self::ForceRun,
        Self::Unqueue,
        Self::ChangeStatus,
        Self::Labels,
    ];

    /// As it stands in paths.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::ForceRun => "force-run",
            Self::ChangeStatus => "change-status",
            Self::Labels => "labels",
            other => other.name(),
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.word() == word)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Delete => "delete",
            Self::Restart => "restart",
            Self::Replay => "replay",
            Self::Resume => "resume",
            Self::Pause => "pause",
            Self::ForceRun => "force run",
            Self::Unqueue => "unqueue",
            Self::ChangeStatus => "change status",
            Self::Labels => "set labels",
        }
    }
}

pub(crate) async fn by_ids(call: Arc<Call>, verb: Verb) -> Outcome<Answer> {
    let asking = Arc::clone(&call);
    let (deed, headers) = call
        .app
        .blocking(move || {
            let deed = Deed::read(verb, &asking)?;
            let headers = named(&asking, verb, &deed)?;
            Ok((deed, headers))
        })
        .await?;
    all_of(&call, &deed, headers).await
}

pub(crate) async fn by_query(call: Arc<Call>, verb: Verb) -> Outcome<Answer> {
    let asking = Arc::clone(&call);
    let (deed, headers) = call
        .app
        .blocking(move || {
            let deed = Deed::read(verb, &asking)?;
            let mut headers = all(&asking, &filter(&asking)?, BULK_MAX)?;
            headers.retain(|header| deed.fits(header.head.history.current()));
            Ok((deed, headers))
        })
        .await?;
    all_of(&call, &deed, headers).await
}

/// The executions that the body names, if it can be done to all of them.
fn named(call: &Call, verb: Verb, deed: &Deed) -> Outcome<Vec<Header>> {
    let body = call.json()?;
    let ids = body.get("executionsId").unwrap_or(&body).as_array().filter(|ids| ids.len() <= BULK_MAX);
    let ids = ids.ok_or_else(|| ApiError::invalid_entity("a list of ids of executions is expected"))?;
    let (mut headers, mut invalids, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for id in ids {
        let invalid = |message: String| Invalid { message, value: id.clone() };
        match header(call, id.as_str().unwrap_or_default()) {
            Ok(header) if deed.fits(header.head.history.current()) => {
                if seen.insert(header.birth.id) {
                    headers.push(header);
                }
            }
            Ok(header) => {
                let state = header.head.history.current().name();
                invalids.push(invalid(format!("execution is in state {state}")));
            }
            Err(error) if error.status == StatusCode::NOT_FOUND => {
                invalids.push(invalid("execution not found".to_owned()));
            }
            Err(error) => return Err(error),
        }
    }
    if invalids.is_empty() { Ok(headers) } else { Err(ApiError::invalids(verb.name(), invalids)) }
}

async fn all_of(call: &Arc<Call>, deed: &Deed, headers: Vec<Header>) -> Outcome<Answer> {
    let mut done = 0;
    let total = headers.len();
    for header in headers {
        match one(&call.app, deed, header).await {
            Ok(()) => done += 1,
            // It went on since it was looked at.
            Err(error) if error.status == StatusCode::CONFLICT || error.status == StatusCode::NOT_FOUND => {}
            Err(error) => return Err(error),
        }
    }
    let operation = call.app.runtime.fresh_id().to_string();
    Ok(Answer::json(&json!({"count": done, "operationId": operation, "totalItems": total})))
}

pub(crate) async fn one(app: &Arc<App>, deed: &Deed, header: Header) -> Outcome<()> {
    let runtime = &app.runtime;
    let id: ExecutionId = header.birth.id;
    let order = match deed {
        Deed::Delete { also, .. } => {
            let (asking, also) = (Arc::clone(app), *also);
            return app.blocking(move || delete::one(&asking, &header, also)).await;
        }
        Deed::Replay(revision) => {
            let repeat = Repeat { revision: *revision, ..Repeat::default() };
            return Ok(runtime.repeat(id, &repeat, runtime.fresh_id()).await?);
        }
        Deed::Resume => return Ok(runtime.resume(id, &Map::new(), None).await?),
        Deed::Kill => Order::Kill { cascade: true },
        Deed::Restart => Order::Restart,
        Deed::Pause => Order::Pause,
        Deed::ForceRun => Order::ForceRun,
        Deed::Unqueue(state) => Order::Unqueue(*state),
        Deed::ChangeStatus(state) => Order::ChangeStatus(*state),
        Deed::Labels(labels) => Order::SetLabels(merged(&header.head.labels, labels)),
    };
    runtime.order(id, order).await.map_err(|declined| declined_as(declined, StatusCode::CONFLICT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_deed_has_states_that_it_fits() {
        let fitting = |deed: Deed| -> Vec<&str> {
            let all = State::NAMES.iter().filter_map(|name| State::from_name(name));
            all.filter(|state| deed.fits(*state)).map(State::name).collect()
        };
        assert_eq!(fitting(Deed::Resume), ["PAUSED"]);
        assert_eq!(fitting(Deed::Unqueue(State::Running)), ["QUEUED"]);
        assert!(!fitting(Deed::Restart).contains(&"KILLED"));
        assert_eq!(
            fitting(Deed::Delete { also_open: true, also: Also::read(&|_| None) }).len(),
            State::NAMES.len()
        );
    }

    #[test]
    fn labels_come_as_a_list_or_a_map() {
        for body in [json!([{"key": "a", "value": "b"}]), json!({"a": "b"})] {
            assert_eq!(labels_of(&body).unwrap(), [("a".to_owned(), "b".to_owned())]);
        }
        for body in [json!("a"), Json::Null, json!([{"key": "a"}]), json!({"system.x": "y"})] {
            assert!(labels_of(&body).is_err(), "{body}");
        }
    }
}
