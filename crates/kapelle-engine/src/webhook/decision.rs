//! What a webhook decided.

use kapelle_model::trigger::Firing;

use super::WebhookAnswer;
use crate::conditions::Verdict;

/// What follows from a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// An execution starts.
    Starts(Box<Firing>),
    /// Its conditions do not hold.
    Held(Verdict),
    /// The sender only wants to know whether somebody is there.
    Answered(WebhookAnswer),
    /// It does not come from whom it should, or comes too late; the reason is for the owner of the flow.
    Unsigned(&'static str),
    /// Whether it comes from whom it should cannot be told; the reason is for the owner of the flow.
    Unready(String),
}
