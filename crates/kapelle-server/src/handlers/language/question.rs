//! A question of an editor: a text, a place in it, and what it belongs to.

use kapelle_core::limits::SOURCE_BYTES_MAX;
use kapelle_core::source::{Position, Source};
use serde_json::Value as Json;

use crate::call::Call;
use crate::error::{ApiError, Outcome};

pub(super) struct Question {
    pub(super) source: Source,
    body: Json,
}

impl Question {
    pub(super) fn read(call: &Call) -> Outcome<Self> {
        let body = call.json()?;
        let text = body["text"].as_str();
        let text = text.ok_or_else(|| ApiError::invalid_entity("text: the text of a flow is expected"))?;
        if text.len() > SOURCE_BYTES_MAX {
            let why = format!("text: it has {} bytes, and a flow at most {SOURCE_BYTES_MAX}", text.len());
            return Err(ApiError::invalid_entity(why));
        }
        Ok(Self { source: Source::new("flow", text), body })
    }

    /// A further part of the question, if it is there.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body[name].as_str().filter(|text| !text.is_empty())
    }

    /// The byte that it is about.
    pub(super) fn at(&self) -> Outcome<usize> {
        let number = |name: &str| {
            let wrong = || ApiError::invalid_entity(format!("{name}: a number from 1 is expected"));
            let number = self.body[name].as_u64().filter(|number| *number > 0);
            number.and_then(|number| usize::try_from(number).ok()).ok_or_else(wrong)
        };
        let place = Position { line: number("line")?, column: number("column")? };
        Ok(self.source.byte(place) as usize)
    }
}
