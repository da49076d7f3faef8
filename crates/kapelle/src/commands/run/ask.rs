//! Creates the execution, and asks for what is missing where somebody sits at the terminal.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use anyhow::anyhow;
use kapelle_engine::creation::Rejected;
use kapelle_model::effect::Request;
use kapelle_model::{ExecutionId, Value};
use kapelle_runtime::{Definition, Unborn};

use super::{say, stopped};
use crate::local::{Local, TENANT};
use crate::outcome::{Outcome, Stop};

/// How often values are asked for.
const ROUNDS_MAX: usize = 5;

pub(super) fn create(
    local: &Local,
    definition: &Definition,
    mut request: Request,
) -> Result<Result<ExecutionId, Outcome>, Stop> {
    let tenant = Arc::from(TENANT);
    let may_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    for round in 0..=ROUNDS_MAX {
        match local.tokio.block_on(local.runtime.create(&tenant, &request)) {
            Ok(id) => return Ok(Ok(id)),
            Err(Unborn::Rejected(Rejected::Inputs(resolved))) => {
                let wrong: Vec<(String, String)> = resolved
                    .violations()
                    .map(|violation| (violation.input.to_owned(), violation.message.to_owned()))
                    .collect();
                if !may_ask || round == ROUNDS_MAX {
                    say("error: the inputs do not fit:");
                    for (_, message) in &wrong {
                        say(&format!("  {message}"));
                    }
                    say("  --input NAME=VALUE gives a value");
                    return Ok(Err(Outcome::Errors));
                }
                let inputs = Arc::make_mut(&mut request.inputs);
                for (input, message) in &wrong {
                    let Some(answer) = ask(&format!("{message}\n{input}: ")) else {
                        return Ok(Err(Outcome::Errors));
                    };
                    inputs.insert(input.as_str().into(), Value::from(answer.as_str()));
                }
            }
            Err(unborn) => return Err(words(unborn, definition)),
        }
    }
    Ok(Err(Outcome::Errors))
}

fn words(unborn: Unborn, definition: &Definition) -> Stop {
    let name = format!("{}.{}", definition.plan.namespace, definition.plan.flow);
    match unborn {
        Unborn::Store(error) => stopped(error),
        Unborn::Check(words) => Stop::Failed(anyhow!("{words}")),
        Unborn::Rejected(rejected) => Stop::Failed(anyhow!("{name}: {}", rejected.failure())),
        Unborn::NoFlow | Unborn::Missing => Stop::Failed(anyhow!("there is no flow `{name}`")),
        Unborn::Refused(refused) => Stop::Failed(anyhow!("{name}: {refused:?}")),
    }
}

/// A line from the terminal; nothing at its end.
pub(super) fn ask(question: &str) -> Option<String> {
    let mut out = io::stderr().lock();
    out.write_all(question.as_bytes()).and_then(|()| out.flush()).ok()?;
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer).ok()?;
    (read > 0).then(|| answer.trim_end_matches(['\r', '\n']).to_owned())
}
