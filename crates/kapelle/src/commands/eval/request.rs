//! One line of `--jsonl`: a request, as JSON.

use std::sync::Arc;

use kapelle_core::expression::{form, plain, typed};
use kapelle_core::language::Language;
use kapelle_core::suggest::nearest;
use kapelle_model::{Map, Text, Value};

use super::Arguments;
use super::world::Given;

const FIELDS: &[&str] =
    &["id", "template", "context", "typed", "recursive", "language", "setup", "showSecrets"];

pub(super) struct Request {
    pub(super) id: Value,
    pub(super) template: Text,
    pub(super) context: Arc<Map>,
    pub(super) typed: bool,
    pub(super) recursive: bool,
    pub(super) language: Language,
    pub(super) setup: Option<Given>,
    pub(super) show_secrets: bool,
}

/// Why a line is no request, with its `id` if that could be read.
pub(super) struct Refused {
    pub(super) id: Value,
    pub(super) message: String,
}

impl Request {
    /// What the line leaves out is as the arguments say.
    pub(super) fn read(line: &[u8], arguments: &Arguments) -> Result<Self, Refused> {
        let refused = |message: String| Refused { id: Value::Null, message };
        let text = std::str::from_utf8(line)
            .map_err(|error| refused(format!("byte {} is no UTF-8", error.valid_up_to() + 1)))?;
        let map = match plain::from_json(text).map_err(refused)? {
            Value::Map(map) => map,
            other => {
                return Err(refused(format!(
                    "a request has to be a JSON object, not {}",
                    form::kind(&other)
                )));
            }
        };
        let id = map.get("id").cloned().unwrap_or_default();
        Self::of(map, arguments).map_err(|message| Refused { id, message })
    }

    fn of(map: Arc<Map>, arguments: &Arguments) -> Result<Self, String> {
        let mut template = None;
        let mut request = Self {
            id: Value::Null,
            template: Text::default(),
            context: Arc::default(),
            typed: arguments.typed,
            recursive: arguments.recursive,
            language: arguments.language.language(),
            setup: None,
            show_secrets: arguments.show_secrets,
        };
        for (name, value) in Arc::unwrap_or_clone(map) {
            match &*name {
                "id" => request.id = value,
                // Left out and null are the same.
                _ if matches!(value, Value::Null) && FIELDS.contains(&&*name) => {}
                "template" => match value {
                    Value::Str(text) => template = Some(text),
                    other => return Err(wrong("template", "text", &other)),
                },
                "context" => {
                    match typed::untagged(&value).map_err(|reason| format!("`context`: {reason}"))? {
                        Value::Map(map) => request.context = map,
                        other => return Err(wrong("context", "an object", &other)),
                    }
                }
                "typed" => request.typed = flag("typed", &value)?,
                "recursive" => request.recursive = flag("recursive", &value)?,
                "showSecrets" => request.show_secrets = flag("showSecrets", &value)?,
                "language" => {
                    request.language = match value {
                        Value::Int(1) => Language::One,
                        Value::Int(2) => Language::Two,
                        other => return Err(wrong("language", "1 or 2", &other)),
                    }
                }
                "setup" => {
                    let given = Given::from_setup(&value).map_err(|reason| format!("`setup`: {reason}"))?;
                    request.setup = Some(given);
                }
                other => return Err(unknown(other)),
            }
        }
        request.template = template.ok_or("`template` is missing")?;
        Ok(request)
    }
}

fn flag(name: &str, value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        other => Err(wrong(name, "true or false", other)),
    }
}

fn wrong(name: &str, expected: &str, found: &Value) -> String {
    format!("`{name}` has to be {expected}, not {}", form::describe(found))
}

fn unknown(name: &str) -> String {
    match nearest(name, FIELDS.iter().copied()) {
        Some(near) => format!("a request has no `{}`; did you mean `{near}`?", form::short(name)),
        None => format!("a request has no `{}`; it has {}", form::short(name), FIELDS.join(", ")),
    }
}
