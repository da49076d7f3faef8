//! `io.kestra.plugin.transform.Aggregate`: puts records into groups and says something of each.

mod group;
mod state;

use std::sync::Arc;

use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::counts::Counts;
use super::definition::definitions;
use super::expression::{Expression, GroupExpression, Scope};
use super::field_type::FieldType;
use super::input::Input;
use super::map::OnErrorNull;
use super::output::{Output, OutputProperties};
use super::record::Record;
use group::{Group, Groups};

/// # Aggregate records
///
/// Puts records into groups by what fields they have in common, and gives a record for each group, in the order in which groups
/// appeared. The groups are in memory, up to about 256 MB of them; the records are not.
///
/// The functions over a group are `count()`, `count(field)`, `sum(total)`, `avg(duration)`, `min(score)`, `max(score)`,
/// `first(status)` and `last(status)`. What stands in them is an expression of `transform.Filter` over each record, such as
/// `sum(price * quantity)`; around them may be one as well, such as `sum(total) / count()`. Values that are null do not count: a
/// sum of none is 0, everything else of none is null. Sums are exact decimals, averages rounded to ten digits behind the point.
/// Numbers that are equal are in one group, and so are records whose field is null.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Aggregate {
    /// The records: a list, one record, or the address of a file in Ion, text or binary.
    from: Expr<Value>,
    /// The fields that records of a group have in common, such as `country` or `customer.id`. The new record has them under the same
    /// names.
    group_by: Expr<Vec<String>>,
    /// The other fields of the new record, by name. Each is an expression, or a map with `expr` and `type` (`STRING`, `INT`, `FLOAT`,
    /// `DECIMAL`, `BOOLEAN`, `TIMESTAMP`, `LIST` or `STRUCT`).
    aggregates: Expr<Map>,
    /// What becomes of a record for which something cannot be evaluated: `FAIL` ends the task, `SKIP` leaves the record out, or the
    /// group if it is about its result, `NULL` leaves that field of the group without a value; `FAIL` if nothing is said. An
    /// expression that is wrong in itself ends the task always.
    on_error: Option<Expr<OnErrorNull>>,
    #[serde(flatten)]
    output: OutputProperties,
}

impl Task for Aggregate {
    const TYPE: &'static str = "io.kestra.plugin.transform.Aggregate";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

/// A field of the record of a group.
struct Summary {
    name: Arc<str>,
    expression: GroupExpression,
    kind: Option<FieldType>,
}

/// What is asked for.
struct Aggregation {
    /// The names of keys, as they are written, and where they are.
    keys: Vec<(Arc<str>, Expression)>,
    summaries: Vec<Summary>,
    on_error: OnErrorNull,
}

impl Aggregate {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let aggregation = self.aggregation(cx)?;
        let input = Input::of(cx, &self.from, "from")?;
        let mut sink = self.output.begin(cx, input.is_file())?;
        let mut records = input.open(cx)?;
        let mut counts = Counts::new(cx);
        let mut groups = Groups::default();
        while let Some(record) = records.next()? {
            counts.processed += 1;
            if !aggregation.take(&record, records.number(), &mut groups, &mut counts)? {
                counts.dropped += 1;
            }
        }
        for group in groups.into_list() {
            cx.go_on()?;
            match aggregation.result(group, &mut counts)? {
                Some(record) => {
                    counts.passed += 1;
                    sink.add(record)?;
                }
                None => counts.dropped += 1,
            }
        }
        counts.tell("groups");
        sink.finish()
    }

    fn aggregation(&self, cx: &RunContext) -> Result<Aggregation, Failure> {
        let names = cx.render(&self.group_by)?;
        if names.is_empty() {
            return Err(Failure::new(
                "`groupBy` is empty: it names the fields that records of a group have in common",
            ));
        }
        let key = |name: String| {
            let expression = Expression::parse(&name, 0);
            let expression = expression.map_err(|reason| Failure::new(format!("`groupBy`, {reason}")))?;
            Ok((name.into(), expression))
        };
        let mut summaries = Vec::new();
        for definition in definitions(cx, &self.aggregates, "aggregates")? {
            let expression = GroupExpression::parse(&definition.expression).map_err(|reason| {
                Failure::new(format!("the field `{}` of `aggregates`, {reason}", definition.name))
            })?;
            summaries.push(Summary { name: definition.name, expression, kind: definition.kind });
        }
        Ok(Aggregation {
            keys: names.into_iter().map(key).collect::<Result<_, Failure>>()?,
            summaries,
            on_error: cx.filled(self.on_error.as_ref())?.unwrap_or(OnErrorNull::Fail),
        })
    }
}

impl Aggregation {
    /// Takes a record in. Whether it was: a record that is left out leaves no trace.
    fn take(
        &self,
        record: &Record,
        number: u64,
        groups: &mut Groups,
        counts: &mut Counts<'_>,
    ) -> Result<bool, Broken> {
        let scope = Scope::of(&record.fields);
        let mut problems = Vec::new();
        let mut meet = |name: &str, reason: String| {
            problems.push(format!("field `{name}`: {}", record.reason(reason)));
        };
        let mut keys = Vec::with_capacity(self.keys.len());
        for (name, expression) in &self.keys {
            let value = expression.evaluate(scope);
            keys.push(value.unwrap_or_else(|reason| {
                meet(name, reason);
                Value::Null
            }));
        }
        let place = groups.find(&keys);
        let known = place.and_then(|place| groups.get(place));
        let mut states = Vec::with_capacity(self.summaries.len());
        for (at, summary) in self.summaries.iter().enumerate() {
            let values = summary.expression.arguments(scope);
            let after = values.and_then(|values| Group::after(known, at, &summary.expression, &values));
            states.push(after.unwrap_or_else(|reason| {
                meet(&summary.name, reason);
                None
            }));
        }
        if !problems.is_empty() {
            counts.fail(&format!("row {number}, {}", problems.join("; ")), self.on_error.instead())?;
            if self.on_error == OnErrorNull::Skip {
                return Ok(false);
            }
        }
        groups.put(place, keys, states, record.is_secret)?;
        Ok(true)
    }

    /// The record of a group; nothing if it is left out.
    fn result(&self, group: Group, counts: &mut Counts<'_>) -> Result<Option<Record>, Broken> {
        let (keys, results, is_secret) = group.results();
        let names = self.keys.iter().map(|(name, _)| Arc::clone(name));
        let mut fields: Map = names.zip(keys).collect();
        let no_record = Map::new();
        let shown = fields.clone();
        for (summary, aggregated) in self.summaries.iter().zip(results) {
            let value = match aggregated {
                None => Ok(Value::Null),
                Some(aggregated) => {
                    let scope = Scope { record: &no_record, inputs: &[], aggregated: &aggregated };
                    let value = summary.expression.evaluate(scope);
                    value.and_then(|value| summary.kind.map_or(Ok(value.clone()), |kind| kind.cast(value)))
                }
            };
            let value = match value {
                Ok(value) => value,
                Err(reason) => {
                    let whole = Record { fields: Arc::new(shown.clone()), is_secret };
                    let reason = whole.reason(reason);
                    let named = format!("group {}, field `{}`: {reason}", told(whole), summary.name);
                    counts.fail(&named, self.on_error.instead())?;
                    if self.on_error == OnErrorNull::Skip {
                        return Ok(None);
                    }
                    Value::Null
                }
            };
            fields.insert(Arc::clone(&summary.name), value);
        }
        Ok(Some(Record { fields: Arc::new(fields), is_secret }))
    }
}

/// A group by its keys, for messages.
fn told(keys: Record) -> String {
    kapelle_core::expression::plain::start_of_json(&keys.value(), &jiff::tz::TimeZone::UTC, true, 100)
}
