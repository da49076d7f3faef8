//! What the API is, for programs and for people.

use kapelle_core::yaml::write::block;

use super::instance::API_VERSION;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::Outcome;
use crate::openapi::{document, page};

pub(crate) fn swagger(call: &Call) -> Outcome<Answer> {
    let text = block(&document(&call.app.routes, API_VERSION), 0);
    Ok(Answer::bytes(text).header("content-type", "application/yaml"))
}

pub(crate) fn viewer(call: &Call) -> Outcome<Answer> {
    Ok(Answer::page(page(&call.app.routes)))
}
