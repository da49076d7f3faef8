//! Where an expression is rendered: the namespace, the flow and the execution that its context names.

use kapelle_model::Value;

use super::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::run::Run;

/// What the rules about files, keys and secrets ask about whoever renders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin<'a> {
    pub(super) namespace: Option<&'a str>,
    pub(super) flow: Option<&'a str>,
    pub(super) execution: Option<&'a str>,
    /// Namespace, flow and execution that started this one.
    pub(super) parent: Option<(&'a str, &'a str, &'a str)>,
}

impl<'a> Origin<'a> {
    pub(super) fn of(run: &Run<'a>) -> Self {
        let parent = || {
            Some((
                text_at(run, "trigger", "namespace")?,
                text_at(run, "trigger", "flowId")?,
                text_at(run, "trigger", "executionId")?,
            ))
        };
        Self {
            namespace: text_at(run, "flow", "namespace"),
            flow: text_at(run, "flow", "id"),
            execution: text_at(run, "execution", "id"),
            parent: parent(),
        }
    }
}

/// The namespace of the flow, which a call without a namespace of its own needs.
pub(super) fn own_namespace<'a>(call: &Call<'_, 'a>) -> Outcome<&'a str> {
    text_at(call.run, "flow", "namespace").ok_or_else(|| {
        Error::argument(format!(
            "the {} `{}` needs a namespace, and there is no `flow.namespace` here",
            call.builtin.kind.word(),
            call.builtin.name
        ))
        .help("name one: `namespace='…'`")
    })
}

/// Refuses namespaces that the flow may not use; its own is always allowed.
pub(super) fn check_namespace(call: &Call<'_, '_>, namespace: &str) -> Outcome<()> {
    let own = text_at(call.run, "flow", "namespace");
    if own == Some(namespace) || call.run.services().may_use_namespace(namespace) {
        return Ok(());
    }
    Err(not_allowed(namespace, own))
}

pub(super) fn not_allowed(namespace: &str, own: Option<&str>) -> Box<Error> {
    Error::forbidden(format!("Namespace {namespace} is not allowed.")).help(match own {
        Some(own) => format!("flows of `{own}` may not use what is in `{namespace}`"),
        None => format!("what is in `{namespace}` may not be used here"),
    })
}

/// A namespace followed by its parents, nearest first.
pub(in crate::expression) fn with_parents(namespace: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(namespace), |namespace| Some(namespace.rsplit_once('.')?.0))
}

/// Text of the context that is no secret: `flow.namespace`.
fn text_at<'a>(run: &Run<'a>, root: &str, key: &str) -> Option<&'a str> {
    let Value::Map(map) = run.context(root)? else { return None };
    match map.get(key)? {
        Value::Str(text) => Some(text.expose()),
        _ => None,
    }
}
