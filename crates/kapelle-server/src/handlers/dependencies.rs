//! Which flows depend on which: of a flow, and of a namespace.

use std::sync::Arc;

use kapelle_model::permit::is_under;

use super::flows::{latest, named};
use crate::answer::Answer;
use crate::call::Call;
use crate::dependencies::{Dependencies, Reach};
use crate::error::Outcome;

fn known(call: &Call) -> Outcome<Dependencies> {
    let mut flows = call.runtime().flow_links(&call.tenant)?;
    flows.retain(|((namespace, _), _)| call.may_see(namespace));
    Ok(Dependencies::of(Arc::clone(&call.tenant), flows))
}

fn reach(call: &Call) -> Reach {
    Reach { is_downstream: call.query.is_set("destinationOnly"), is_whole: call.query.is_set("expandAll") }
}

pub(crate) fn of_flow(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    latest(call, namespace, id)?;
    let is_meant = |own: &str, flow: &str| own == namespace && flow == id;
    Ok(Answer::json(&known(call)?.around(is_meant, reach(call))))
}

/// Of all flows of a namespace and those below.
pub(crate) fn of_namespace(call: &Call) -> Outcome<Answer> {
    let namespace = call.namespace()?;
    Ok(Answer::json(&known(call)?.around(|own, _| is_under(own, namespace), reach(call))))
}
