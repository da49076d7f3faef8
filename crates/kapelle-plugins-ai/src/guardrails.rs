//! Rules about what a model is asked and what it answers.

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

/// Rules about what a model is asked and what it answers. One that does not hold ends the conversation; the task succeeds
/// and says so.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Guardrails {
    /// Rules about the question, which expressions see as `message`.
    #[serde(default, alias = "inputGuardrails")]
    input: Vec<Rule>,
    /// Rules about the answer, which expressions see as `response`.
    #[serde(default, alias = "outputGuardrails")]
    output: Vec<Rule>,
}

/// A rule.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct Rule {
    /// It has to be true.
    expression: Expr<Value>,
    /// What is said where it is not.
    message: Option<Expr<Text>>,
}

impl Guardrails {
    /// What is said of a question that breaks a rule.
    pub(crate) fn against_question(&self, cx: &RunContext, question: &Text) -> Result<Option<Text>, Failure> {
        first_broken(cx, &self.input, "Input guardrail: ", &["message", "prompt", "input"], question)
    }

    /// What is said of an answer that breaks a rule.
    pub(crate) fn against_answer(&self, cx: &RunContext, answer: &str) -> Result<Option<Text>, Failure> {
        first_broken(cx, &self.output, "Output guardrail: ", &["response", "output"], &answer.into())
    }
}

fn first_broken(
    cx: &RunContext,
    rules: &[Rule],
    whose: &str,
    names: &[&str],
    text: &Text,
) -> Result<Option<Text>, Failure> {
    let cx = cx.with(names.iter().map(|name| ((*name).into(), Value::Str(text.clone()))));
    for rule in rules {
        if cx.truth(&rule.expression)? {
            continue;
        }
        let words = match cx.optional(rule.message.as_ref())? {
            Some(words) => words,
            None => "a rule is broken".into(),
        };
        let words = Text::concat(&whose.into(), &words);
        cx.log(Level::Warn, words.clone());
        return Ok(Some(words));
    }
    Ok(None)
}
