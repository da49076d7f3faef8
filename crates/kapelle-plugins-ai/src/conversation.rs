//! A conversation with a model: it is asked, the tools that it wants are called, until it has answered.

use kapelle_model::effect::Level;
use kapelle_model::{Text, Value};
use kapelle_plugin::Broken;
use serde_json::Value as Json;

use crate::chat::{Answer, Call, Chat, Finish, Format, Message, Usage};
use crate::provider::Model;
use crate::schema::misfit;
use crate::session::Session;
use crate::tool::Toolbox;

/// Answers with calls of tools, where nobody says how many there may be.
const ROUNDS_MAX: u64 = 100;

/// How often a model is asked to mend an answer that is no JSON as it was wanted.
const MENDS_MAX: u32 = 2;

/// What came of a conversation.
#[derive(Debug, Default)]
pub(crate) struct Talk {
    /// The last answer.
    pub(crate) answer: Answer,
    /// The answer as JSON, if that was wanted.
    pub(crate) json: Option<Value>,
    /// All tokens of all answers.
    pub(crate) usage: Usage,
    /// Answers before the last one, with the milliseconds that each took.
    pub(crate) before: Vec<(Answer, u64)>,
    pub(crate) executions: Vec<Execution>,
    /// Milliseconds that the model took.
    pub(crate) millis: u64,
    /// What was said, for who remembers it.
    pub(crate) said: Vec<Message>,
}

/// A call of a tool.
#[derive(Clone, Debug)]
pub(crate) struct Execution {
    pub(crate) call: Call,
    pub(crate) result: Text,
}

/// Leads a conversation to its end. Tools may be called in so many answers.
pub(crate) async fn converse(
    session: &Session,
    model: &Model,
    mut chat: Chat,
    tools: &Toolbox,
    rounds_max: Option<u64>,
) -> Result<Talk, Broken> {
    chat.tools = tools.specs();
    let rounds_max = rounds_max.unwrap_or(ROUNDS_MAX);
    let mut talk = Talk::default();
    let (begins, mut rounds, mut mends) = (chat.messages.len(), 0, 0);
    loop {
        let asked = model.ask(session, &chat).await?;
        let (answer, millis) = (asked.answer, asked.millis);
        talk.usage.add(answer.usage);
        talk.millis += millis;
        chat.messages.push(Message::Model(answer.said.clone()));
        if !answer.said.calls.is_empty() {
            if rounds == rounds_max {
                return Err(Broken::new(format!(
                    "the model called tools in {rounds_max} answers and still wants more: raise `maxSequentialToolsInvocations`, or ask for less"
                )));
            }
            rounds += 1;
            for call in &answer.said.calls {
                let result = tools.call(session, call).await?;
                let (id, name, text) = (call.id.clone(), call.name.clone(), result.clone());
                chat.messages.push(Message::Result { call: id, name, text });
                talk.executions.push(Execution { call: call.clone(), result });
            }
            talk.before.push((answer, millis));
            continue;
        }
        tell(session, &answer);
        let wanted = match &chat.options.format {
            Format::Json { schema, .. } if answer.finish != Finish::ContentFilter => Some(schema.clone()),
            _ => None,
        };
        let Some(schema) = wanted else {
            return Ok(ended(talk, answer, None, chat, begins));
        };
        match object(&answer, schema.as_ref()) {
            Ok(json) => {
                let json = crate::value::value(&json);
                return Ok(ended(talk, answer, Some(json), chat, begins));
            }
            Err(reason) if answer.finish == Finish::Length => {
                return Err(Broken::new(format!(
                    "the answer ended at its limit of tokens, and {reason}: raise `maxToken` of the configuration, or ask for less"
                )));
            }
            Err(reason) if mends == MENDS_MAX => {
                return Err(Broken::new(format!(
                    "the model was asked {MENDS_MAX} times to mend its answer, and still {reason}. It begins:\n{}",
                    answer.said.text.chars().take(400).collect::<String>()
                )));
            }
            Err(reason) => {
                mends += 1;
                session.cx.log(Level::Warn, format!("{reason}: asking the model to mend it"));
                let words = chat.options.format.words().unwrap_or_default();
                chat.messages.push(Message::user(format!("That does not fit: {reason}. {words}")));
                talk.before.push((answer, millis));
            }
        }
    }
}

fn ended(talk: Talk, answer: Answer, json: Option<Value>, mut chat: Chat, begins: usize) -> Talk {
    Talk { answer, json, said: chat.messages.split_off(begins), ..talk }
}

/// Says of an answer what a person should know.
fn tell(session: &Session, answer: &Answer) {
    match answer.finish {
        Finish::Length => session.cx.log(
            Level::Warn,
            "the answer ended at its limit of tokens: `maxToken` of the configuration raises it",
        ),
        Finish::ContentFilter => session.cx.log(Level::Warn, "the model refuses to answer that"),
        _ => {}
    }
}

/// The object that an answer is, if it keeps the schema; else what is wrong with it.
fn object(answer: &Answer, schema: Option<&Json>) -> Result<Json, String> {
    let json = json_in(&answer.said.text).ok_or("the answer is no JSON object")?;
    match schema.and_then(|schema| misfit(&json, schema)) {
        Some(misfit) => Err(misfit),
        None => Ok(json),
    }
}

/// The JSON object that a text is, alone or in one fenced block.
pub(crate) fn json_in(text: &str) -> Option<Json> {
    let text = text.trim();
    let text = match text.split_once("```") {
        None => text,
        Some((_, rest)) if rest.matches("```").count() == 1 => {
            let (block, _) = rest.split_once("```")?;
            block.trim_start_matches(|c: char| c.is_ascii_alphanumeric())
        }
        Some(_) => return None,
    };
    serde_json::from_str(text.trim()).ok().filter(Json::is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_found_alone_or_in_one_fence() {
        for (text, found) in [
            (r#" {"a": 1} "#, Some(json!({ "a": 1 }))),
            ("Here it is:\n```json\n{\"a\": 1}\n```\nDone.", Some(json!({ "a": 1 }))),
            ("```\n{\"a\": 1}\n```", Some(json!({ "a": 1 }))),
            ("[1]", None),
            ("{\"a\": 1} and more", None),
            ("```{\"a\": 1}```\n```{\"b\": 1}```", None),
            ("```{\"a\": 1}", None),
        ] {
            assert_eq!(json_in(text), found, "{text}");
        }
    }
}
