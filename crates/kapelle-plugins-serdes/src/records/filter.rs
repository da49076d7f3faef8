//! `io.kestra.plugin.transform.Filter`: keeps the records for which a condition holds.

use kapelle_model::{Failure, Value};
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::counts::Counts;
use super::expression::{Expression, Scope};
use super::input::Input;
use super::output::{Output, OutputProperties};
use super::record::Record;
use super::values::boolean_of;

/// # Filter records
///
/// Keeps the records for which a condition holds. Records of a file go through one by one.
///
/// Conditions read fields (`user.city`, `user["first name"]`, `items[0].price`, `items[].price` for all items), compare
/// (`==`, `!=`, `<`, `<=`, `>`, `>=`, `in ("a", "b")`), calculate with exact decimals (`+`, `-`, `*`, `/`), combine (`&&`, `||`,
/// `!`) and call `sum`, `avg`, `count`, `min`, `max`, `first`, `last`, `coalesce`, `concat`, `toInt`, `toDecimal`, `toString`,
/// `toBoolean` and `parseTimestamp`. A field that is not there is null, and what is compared or calculated with null is null; `&&`
/// and `||` are null if their left side is, and if their right side is and decides. Only `==` and `!=` compare with null, and
/// null is `in` no list. A condition that gives null is an error: `coalesce(active, false)` makes it a decision. A division by
/// zero is null; quotients are rounded to ten digits behind the point.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filter {
    /// The records: a list, one record, or the address of a file in Ion, text or binary.
    from: Expr<Value>,
    /// The condition, such as `item.price > 10 && country in ("FR", "DE")`.
    #[serde(rename = "where")]
    condition: Expr<String>,
    /// What becomes of a record for which the condition cannot be evaluated: `FAIL` ends the task, `SKIP` leaves the record out,
    /// `KEEP` keeps it; `FAIL` if nothing is said. A condition that is wrong in itself ends the task always.
    on_error: Option<Expr<OnErrorKeep>>,
    #[serde(flatten)]
    output: OutputProperties,
}

/// What becomes of records that fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum OnErrorKeep {
    Fail,
    Skip,
    Keep,
}

impl Word for OnErrorKeep {}

impl OnErrorKeep {
    /// What the log says of such a record; nothing if the task fails.
    pub(super) const fn instead(self) -> Option<&'static str> {
        match self {
            Self::Fail => None,
            Self::Skip => Some("left out"),
            Self::Keep => Some("kept as it is"),
        }
    }
}

impl Task for Filter {
    const TYPE: &'static str = "io.kestra.plugin.transform.Filter";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Filter {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let on_error = cx.filled(self.on_error.as_ref())?.unwrap_or(OnErrorKeep::Fail);
        let condition = Condition::parse(&cx.render(&self.condition)?, 0)?;
        let input = Input::of(cx, &self.from, "from")?;
        let mut sink = self.output.begin(cx, input.is_file())?;
        let mut records = input.open(cx)?;
        let mut counts = Counts::new(cx);
        while let Some(record) = records.next()? {
            counts.processed += 1;
            let is_kept = match condition.holds(&record, Scope::of(&record.fields)) {
                Ok(holds) => holds,
                Err(reason) => {
                    counts.fail(&format!("row {}: {reason}", records.number()), on_error.instead())?;
                    on_error == OnErrorKeep::Keep
                }
            };
            if is_kept {
                counts.passed += 1;
                sink.add(record)?;
            } else {
                counts.dropped += 1;
            }
        }
        counts.tell("passed");
        sink.finish()
    }
}

/// The condition of `where`.
pub(super) struct Condition(Expression);

impl Condition {
    pub(super) fn parse(text: &str, inputs: usize) -> Result<Self, Failure> {
        let expression = Expression::parse(text, inputs);
        expression.map(Self).map_err(|reason| Failure::new(format!("`where`, {reason}")))
    }

    /// Whether it holds; the record is the one that the scope shows.
    pub(super) fn holds(&self, record: &Record, scope: Scope<'_>) -> Result<bool, String> {
        let holds = match self.0.evaluate(scope) {
            Ok(Value::Null) => {
                Err("the condition gives null: `coalesce(…, false)` makes it a decision".to_owned())
            }
            Ok(value) => boolean_of(&value),
            Err(reason) => Err(reason),
        };
        holds.map_err(|reason| format!("`where`: {}", record.reason(reason)))
    }
}
