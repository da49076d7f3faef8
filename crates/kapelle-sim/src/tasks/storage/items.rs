//! Tasks over files that have one item on each line, in Ion or JSON.

use std::collections::HashMap;
use std::sync::Arc;

use kapelle_core::expression::environment::{Context, Environment};
use kapelle_core::expression::{Outcome, Template};
use kapelle_core::property::{Property, is_truthy};
use kapelle_model::{Failure, Map, Value};

use super::super::batches::lines;
use super::super::properties::{failed, missing, unfit};
use super::super::{Done, Work};

/// Keeps the items that a condition holds for.
pub(in super::super) fn filter(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let from = work.required("from")?;
    let condition = work.property("filterCondition").ok_or_else(|| missing("filterCondition"))?;
    let includes = work.word("filterType", "INCLUDE")? != "EXCLUDE";
    let on_error = work.text("errorOrNullBehavior")?.unwrap_or_else(|| "FAIL".into());
    let content = work.content(from.expose())?;
    let (mut kept, mut total, mut dropped) = (String::new(), 0, 0);
    for line in items(&content) {
        total += 1;
        let keeps = match (holds(work, condition, line), on_error.expose()) {
            (Ok(Some(holds)), _) => holds == includes,
            (_, "INCLUDE") => true,
            (_, "EXCLUDE") => false,
            (Ok(None), "FAIL") => {
                return Err(Failure::new(format!("the condition gave nothing for the item `{line}`")));
            }
            (Err(failure), "FAIL") => return Err(failure),
            _ => return Err(unfit("errorOrNullBehavior", &on_error, "there are FAIL, INCLUDE and EXCLUDE")),
        };
        if keeps {
            kept.push_str(line);
            kept.push('\n');
        } else {
            dropped += 1;
        }
    }
    report(work, done, &kept, total, dropped);
    Ok(())
}

/// Keeps the last item of each key.
pub(in super::super) fn deduplicate(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let from = work.required("from")?;
    let key = work.property("expr").ok_or_else(|| missing("expr"))?;
    let content = work.content(from.expose())?;
    let mut keys = Vec::new();
    for line in items(&content) {
        keys.push((rendered(work, key, line)?.unwrap_or_default(), line));
    }
    let last: HashMap<&str, usize> =
        keys.iter().enumerate().map(|(place, (key, _))| (key.as_str(), place)).collect();
    let is_last = |place: usize, key: &str| last.get(key) == Some(&place);
    let kept = keys.iter().enumerate().filter(|(place, (key, _))| is_last(*place, key));
    let kept: String = kept.flat_map(|(_, (_, line))| [*line, "\n"]).collect();
    done.output("numKeys", Value::Int(last.len() as i64));
    report(work, done, &kept, keys.len(), keys.len() - last.len());
    Ok(())
}

fn report(work: &Work<'_>, done: &mut Done, kept: &str, total: usize, dropped: usize) {
    done.output("uri", &*work.put(".ion", kept));
    done.output("processedItemsTotal", Value::Int(total as i64));
    done.output("droppedItemsTotal", Value::Int(dropped as i64));
}

fn items(content: &str) -> impl Iterator<Item = &str> {
    lines(content, "\n").into_iter().filter(|line| !line.trim().is_empty())
}

fn holds(work: &Work<'_>, condition: &Property, line: &str) -> Result<Option<bool>, Failure> {
    Ok(rendered(work, condition, line)?.map(|text| is_truthy(&text)))
}

/// An expression with the fields of an item as variables; `None` if it gives nothing.
fn rendered(work: &Work<'_>, expression: &Property, line: &str) -> Result<Option<String>, Failure> {
    let item = parse(work, line).map_err(failed)?;
    let fields = match &item {
        Value::Map(fields) => Arc::clone(fields),
        other => {
            return Err(Failure::new(format!(
                "the item `{line}` is no map but {}: each line has to be a map in Ion or JSON",
                kapelle_core::expression::form::describe(other)
            )));
        }
    };
    let context = Fields { fields, around: work.environment.context };
    let environment = Environment { context: &context, ..work.environment };
    let text = expression.render_text(environment).map_err(failed)?;
    let text = text.expose().trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn parse(work: &Work<'_>, line: &str) -> Outcome {
    let context = Map::from_iter([(Arc::from("line"), Value::from(line))]);
    let template = Template::compile("{{ fromIon(line) }}", work.environment.settings.language)
        .expect("it is a template of this language");
    template.value(Environment { context: &context, ..work.environment })
}

/// An item before everything around it.
struct Fields<'a> {
    fields: Arc<Map>,
    around: &'a dyn Context,
}

impl Context for Fields<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).or_else(|| self.around.get(name))
    }

    fn names(&self) -> Vec<&str> {
        let own = self.fields.keys().map(AsRef::as_ref);
        own.chain(self.around.names().into_iter().filter(|name| !self.fields.contains_key(*name))).collect()
    }
}
