//! What is remembered from one conversation for the next.

mod kept;

use jiff::SignedDuration;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{Expr, KeyToSet, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::chat::Message;
use crate::part::{Part, part};

const KV: &str = "io.kestra.plugin.ai.memory.KestraKVStore";

/// Messages, time and name where a flow says nothing.
const MESSAGES: u64 = 10;
const TTL: SignedDuration = SignedDuration::from_hours(1);
const ID: &str = "{{ labels.system.correlationId }}";

/// The full names of all of them.
pub(crate) fn parts() -> Vec<String> {
    vec![KV.to_owned()]
}

/// A memory, as a flow writes it.
#[derive(Clone, Debug)]
pub(crate) struct Memory(KvMemory);

part!(Memory, "What remembers the conversation: an object with a `type`.");

/// A memory in the key-value store of the namespace.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KvMemory {
    messages: Option<Expr<u64>>,
    ttl: Option<Expr<SignedDuration>>,
    memory_id: Option<Expr<String>>,
    drop: Option<Expr<Drop>>,
}

/// When everything is forgotten.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Drop {
    #[default]
    Never,
    BeforeTaskrun,
    AfterTaskrun,
}

impl Word for Drop {}

/// A memory at work.
pub(crate) struct Remembered {
    key: String,
    messages: Vec<Message>,
    most: usize,
    ttl: SignedDuration,
    drop: Drop,
}

impl Memory {
    fn of(written: &Expr<Value>) -> Result<Self, Failure> {
        let part = Part::of(written.property(), "memory")?;
        if part.name == KV { Ok(Self(part.read()?)) } else { Err(part.unknown("memory", &["KestraKVStore"])) }
    }

    /// What is remembered.
    pub(crate) fn open(&self, cx: &RunContext) -> Result<Remembered, Failure> {
        let written = &self.0;
        let usual = Expr::of(Property::text(ID, Language::One));
        let key = cx.render(written.memory_id.as_ref().unwrap_or(&usual))?.trim().to_owned();
        if key.is_empty() {
            return Err(Failure::new("`memoryId` of the memory is empty: name the conversation by it"));
        }
        let drop = cx.filled(written.drop.as_ref())?.unwrap_or_default();
        let most = cx.filled(written.messages.as_ref())?.unwrap_or(MESSAGES);
        let keys = cx.host.keys();
        let namespace = &cx.place.namespace;
        let kept = if drop == Drop::BeforeTaskrun {
            keys.delete(namespace, &key)?;
            None
        } else {
            keys.get(namespace, &key)?.filter(|kept| !kept.is_expired)
        };
        Ok(Remembered {
            messages: kept.map(|kept| kept::read(&kept.value)).unwrap_or_default(),
            key,
            most: usize::try_from(most).unwrap_or(usize::MAX),
            ttl: cx.filled(written.ttl.as_ref())?.unwrap_or(TTL),
            drop,
        })
    }
}

impl Remembered {
    pub(crate) fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Remembers a question and what was said after it.
    pub(crate) fn keep(self, cx: &RunContext, question: Message, said: &[Message]) -> Result<(), Failure> {
        let namespace = &cx.place.namespace;
        if self.drop == Drop::AfterTaskrun {
            cx.host.keys().delete(namespace, &self.key)?;
            return Ok(());
        }
        let all = self.messages.into_iter().chain([question]).chain(said.iter().cloned());
        let messages = newest(all.collect(), self.most);
        let now = cx.services.now().map_err(|error| Failure::new(error.text()))?;
        let expires =
            now.checked_add(self.ttl).map_err(|_| Failure::new("`ttl` of the memory is too long"))?;
        let key = KeyToSet {
            key: self.key,
            value: kept::written(&messages),
            description: Some("A conversation with a model.".to_owned()),
            expires: Some(expires),
            may_overwrite: true,
        };
        cx.host.keys().set(namespace, &key)
    }
}

/// So many of the newest messages. What begins with an answer makes no sense to a model, so that it begins with a question.
fn newest(mut messages: Vec<Message>, most: usize) -> Vec<Message> {
    let mut rest = messages.split_off(messages.len().saturating_sub(most));
    let first = rest.iter().position(|message| matches!(message, Message::User(_)));
    rest.split_off(first.unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Said;

    #[test]
    fn what_is_remembered_begins_with_a_question() {
        let answer = || Message::Model(Said { text: "a".to_owned(), ..Said::default() });
        let all = vec![Message::user("1"), answer(), Message::user("2"), answer()];
        assert_eq!(newest(all.clone(), 10), all);
        assert_eq!(newest(all.clone(), 3), all[2..]);
        assert_eq!(newest(all.clone(), 1), []);
        assert_eq!(newest(all, 0), []);
    }
}
