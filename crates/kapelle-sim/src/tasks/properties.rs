//! The properties of a task, rendered and converted when they are asked for.

use kapelle_core::expression::Error;
use kapelle_core::property::{Property, is_truthy};
use kapelle_core::time::duration;
use kapelle_model::{Failure, Text, Value};

use super::Work;

/// The failure of a task by an expression, in the words that clients know.
#[expect(clippy::boxed_local, clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
pub(super) fn failed(error: Box<Error>) -> Failure {
    Failure::new(error.text())
}

impl Work<'_> {
    /// A property as written; null counts as absent.
    pub(super) fn property(&self, name: &str) -> Option<&Property> {
        let (_, property) = self.properties.iter().find(|(key, _)| &**key == name)?;
        Some(property).filter(|property| !matches!(property, Property::Fixed(Value::Null)))
    }

    /// Rendered: texts as text, everything else as written.
    pub(super) fn value(&self, name: &str) -> Result<Option<Value>, Failure> {
        self.property(name).map(|property| property.render(self.environment).map_err(failed)).transpose()
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<Text>, Failure> {
        self.property(name).map(|property| property.render_text(self.environment).map_err(failed)).transpose()
    }

    /// The text of a property that has to be there.
    pub(super) fn required(&self, name: &str) -> Result<Text, Failure> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// A text whose secrets do not matter: the name of something, a pattern, an extension.
    pub(super) fn word(&self, name: &str, default: &str) -> Result<String, Failure> {
        Ok(self.text(name)?.map_or_else(|| default.to_owned(), |text| text.expose().to_owned()))
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool, Failure> {
        Ok(self.text(name)?.map_or(default, |text| text.expose().eq_ignore_ascii_case("true")))
    }

    pub(super) fn duration(&self, name: &str) -> Result<Option<jiff::SignedDuration>, Failure> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        duration::parse(text.expose()).map(Some).map_err(|reason| unfit(name, &text, &reason))
    }

    /// Whether a property is there and holds.
    pub(super) fn truth(&self, name: &str) -> Result<Option<bool>, Failure> {
        Ok(self.text(name)?.map(|text| is_truthy(text.expose())))
    }
}

pub(super) fn missing(name: &str) -> Failure {
    Failure::new(format!("the property `{name}` is missing"))
}

pub(super) fn unfit(name: &str, text: &Text, reason: &str) -> Failure {
    Failure::new(format!("`{}` in the property `{name}` does not fit: {reason}", text.masked()))
}
