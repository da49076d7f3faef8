//! What is printed when an execution is over.

use anyhow::anyhow;
use kapelle_model::{ExecutionId, State};
use kapelle_runtime::view;

use super::follow::Watched;
use super::picture::{coloured, span};
use super::{Format, stopped};
use crate::local::Local;
use crate::outcome::{Ending, Outcome};
use crate::terminal::Stream;

pub(super) fn show(local: &Local, watched: &Watched, id: ExecutionId) -> Ending {
    let execution = local.runtime.execution(id).map_err(stopped)?;
    let execution = execution.ok_or_else(|| anyhow!("execution {id} is not there any more"))?;
    let state = execution.state();
    let outputs = execution.head.outputs.as_deref().filter(|outputs| !outputs.is_empty()).map(view::map);
    match watched.format {
        Format::Json => {
            let json = view::execution(&execution, &|run| local.runtime.run_id(id, run), &|task| {
                local.runtime.logs_to_file(&execution.birth, task)
            });
            let text = serde_json::to_string_pretty(&json).map_err(anyhow::Error::from)?;
            Stream::Out.print(format!("{text}\n").as_bytes())?;
        }
        Format::Logs => {}
        Format::Pretty => {
            if !watched.quiet {
                let history = &execution.head.history;
                let took = span(history.since().since(history.started()));
                let shown = coloured(Stream::Out.style(), state, state.name());
                Stream::Out.print(format!("{shown} in {took}\n").as_bytes())?;
            }
            if let Some(outputs) = outputs {
                let text = serde_json::to_string_pretty(&outputs).map_err(anyhow::Error::from)?;
                Stream::Out.print(format!("{text}\n").as_bytes())?;
            }
        }
    }
    Ok(Outcome::errors_if(!matches!(state, State::Success | State::Warning)))
}
