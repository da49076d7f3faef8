//! `io.kestra.plugin.core.storage.FilterItems`: keeps the items of a file that a condition holds for.

use kapelle_core::property::is_truthy;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items::{Items, Kept};

/// # Filter the items of a file
///
/// Writes the items of a file for which a condition holds into a new file. Items are maps in Ion or JSON, one on each
/// line; they stay as they are written.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilterItems {
    /// The address of the file.
    from: Expr<Text>,
    /// The condition; the fields of the item are variables in it.
    filter_condition: Expr<String>,
    /// Whether items are kept or left out for which the condition holds; they are kept if nothing is said.
    filter_type: Option<Expr<FilterType>>,
    /// What happens to an item for which the condition fails or gives nothing; the task fails if nothing is said.
    error_or_null_behavior: Option<Expr<ErrorBehavior>>,
}

/// Whether items are kept for which the condition holds.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum FilterType {
    /// They are kept.
    Include,
    /// They are left out.
    Exclude,
}

impl Word for FilterType {}

/// What happens to an item for which the condition fails or gives nothing.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum ErrorBehavior {
    /// The task fails.
    Fail,
    /// It is kept.
    Include,
    /// It is left out.
    Exclude,
}

impl Word for ErrorBehavior {}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The address of the new file.
    uri: String,
    /// How many items there were.
    processed_items_total: u64,
    /// How many of them were left out.
    dropped_items_total: u64,
}

impl Task for FilterItems {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.FilterItems";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl FilterItems {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let from = cx.render(&self.from)?;
        let includes = cx.filled(self.filter_type.as_ref())? != Some(FilterType::Exclude);
        let on_error = cx.filled(self.error_or_null_behavior.as_ref())?.unwrap_or(ErrorBehavior::Fail);
        let mut items = Items::open(cx, &from)?;
        let mut kept = Kept::begin(cx)?;
        while let Some(line) = items.next()? {
            let given = items.rendered(&self.filter_condition, &line);
            kept.decide(&line, is_kept(&line, given, includes, on_error)?)?;
        }
        let (processed_items_total, dropped_items_total) = (kept.processed, kept.dropped);
        Ok(Output { uri: kept.finish()?, processed_items_total, dropped_items_total })
    }
}

fn is_kept(
    line: &str,
    given: Result<Option<String>, Failure>,
    includes: bool,
    on_error: ErrorBehavior,
) -> Result<bool, Failure> {
    match (given, on_error) {
        (Ok(Some(text)), _) => Ok(is_truthy(&text) == includes),
        (_, ErrorBehavior::Include) => Ok(true),
        (_, ErrorBehavior::Exclude) => Ok(false),
        (Ok(None), ErrorBehavior::Fail) => {
            Err(Failure::new(format!("the condition gave nothing for the item `{line}`")))
        }
        (Err(failure), ErrorBehavior::Fail) => Err(failure),
    }
}
