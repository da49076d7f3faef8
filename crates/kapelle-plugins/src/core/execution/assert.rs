//! `io.kestra.plugin.core.execution.Assert`: fails if one of several conditions does not hold.

use kapelle_core::property::{Property, is_truthy, text_of};
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

/// # Assert
///
/// Fails if one of several conditions does not hold, and says which.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Assert {
    /// The conditions; all of them have to hold.
    conditions: Expr<Vec<Text>>,
    /// What is said besides if one does not hold.
    error_message: Option<Expr<Text>>,
}

impl Task for Assert {
    const TYPE: &'static str = "io.kestra.plugin.core.execution.Assert";
    const HAS_EFFECTS: bool = false;
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let conditions = self.conditions(cx)?;
        let mut failures = 0;
        for (written, text) in &conditions {
            if !is_truthy(text.expose()) {
                failures += 1;
                cx.log(Level::Error, format!("Assertion `{written}` failed!"));
            }
        }
        cx.metric(Metric::count("failed", failures));
        cx.metric(Metric::count("success", conditions.len() as u64 - failures));
        if failures == 0 {
            return Ok(());
        }
        let plural = if failures == 1 { "" } else { "s" };
        let message = Text::from(format!("{failures} assertion{plural} failed!"));
        Err(Broken::new(match cx.optional(self.error_message.as_ref())? {
            Some(more) => Text::concat(&Text::concat(&message, &"\n".into()), &more),
            None => message,
        }))
    }
}

impl Assert {
    /// Each condition as written and rendered. Those that one expression gives are shown as they are given.
    fn conditions(&self, cx: &RunContext) -> Result<Vec<(String, Text)>, Failure> {
        if let Property::List(items) = self.conditions.property() {
            let pair = |item: &Property| Ok((written(item), item.render_text(cx.environment())?));
            return items
                .iter()
                .map(pair)
                .collect::<Result<_, Box<kapelle_core::expression::Error>>>()
                .map_err(|error| Failure::new(error.text()));
        }
        let given = cx.render(&self.conditions)?.into_iter();
        Ok(given.map(|text| (text.masked(), text)).collect())
    }
}

fn written(property: &Property) -> String {
    match property {
        Property::Template(template) => template.source().to_owned(),
        Property::Unreadable(unreadable) => unreadable.0.masked(),
        Property::Fixed(Value::Null) | Property::List(_) | Property::Map(_) => String::new(),
        Property::Fixed(value) => text_of(value).map(|text| text.masked()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn all_conditions_have_to_hold() {
        for (written, failure, lines) in [
            ("conditions: ['{{ true }}', 'no', 1.5]", None, &[][..]),
            (
                "conditions: ['{{ 1 == 2 }}']",
                Some("1 assertion failed!"),
                &["ERROR Assertion `{{ 1 == 2 }}` failed!"],
            ),
            (
                "{conditions: ['0', 'false'], errorMessage: 'not so: {{ flow.id }}'}",
                Some("2 assertions failed!\nnot so: f"),
                &["ERROR Assertion `0` failed!", "ERROR Assertion `false` failed!"],
            ),
            (
                "conditions: '{{ [\"true\", \"false\"] }}'",
                Some("1 assertion failed!"),
                &["ERROR Assertion `false` failed!"],
            ),
        ] {
            let stage = Stage::new();
            let failed = stage.run::<Assert>(written).await.err().map(|broken| broken.failure.to_string());
            assert_eq!(failed.as_deref(), failure, "{written}");
            assert_eq!(stage.lines(), lines, "{written}");
        }
    }

    #[tokio::test]
    async fn it_counts_what_held_and_what_did_not() {
        let stage = Stage::new();
        stage.run::<Assert>("conditions: ['1', '0', '{{ flow.id }}']").await.unwrap_err();
        assert_eq!(stage.metrics(), [Metric::counter("failed", 1.0), Metric::counter("success", 2.0)]);
    }
}
