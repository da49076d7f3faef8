//! Whom conversations are told to.

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{Expr, RunContext};

use crate::part::{Part, part};

const LANGFUSE: &str = "io.kestra.plugin.ai.domain.LangfuseObservability";

/// A service that conversations are told to. It is accepted, so that flows that have it run; nothing is sent.
#[derive(Clone, Debug)]
pub(crate) struct Observability;

part!(Observability, "Whom the conversation is told to. It is accepted, and nothing is sent.");

impl Observability {
    fn of(written: &Expr<Value>) -> Result<Self, Failure> {
        let part = Part::of(written.property(), "observability")?;
        if part.name == LANGFUSE { Ok(Self) } else { Err(part.unknown("observability", &[LANGFUSE])) }
    }

    /// Says that nobody is told.
    pub(crate) fn tell(wanted: Option<&Self>, cx: &RunContext) {
        if wanted.is_some() {
            cx.log(Level::Warn, "`observability` has no effect in this version: nothing is sent to Langfuse");
        }
    }
}
