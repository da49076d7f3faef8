//! `execution.Fail` and `execution.Assert`.

use kapelle_core::expression::Outcome;
use kapelle_core::property::{Property, is_truthy, text_of};
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text, Value};

use super::properties::{failed, missing};
use super::{Done, Work};

/// Fails, unless a condition says otherwise.
pub(super) fn fail(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let holds = work.truth("condition")?;
    if holds == Some(false) {
        return Ok(());
    }
    let message = work.text("errorMessage")?.unwrap_or_else(|| "Task failure".into());
    if holds.is_none() {
        return Err(Failure::new(message));
    }
    done.log(Level::Error, message);
    Err(Failure::new("Fail on a condition"))
}

/// Fails if one of several conditions does not hold.
pub(super) fn assert(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let conditions = conditions(work)?;
    let mut failures = 0;
    for (written, text) in &conditions {
        if !is_truthy(text.expose()) {
            failures += 1;
            done.log(Level::Error, format!("Assertion `{written}` failed!"));
        }
    }
    done.count("failed", failures);
    done.count("success", conditions.len() as u32 - failures);
    if failures == 0 {
        return Ok(());
    }
    let plural = if failures == 1 { "" } else { "s" };
    let message = Text::from(format!("{failures} assertion{plural} failed!"));
    Err(Failure::new(match work.text("errorMessage")? {
        Some(more) => Text::concat(&Text::concat(&message, &"\n".into()), &more),
        None => message,
    }))
}

/// Each condition as written and rendered.
fn conditions(work: &Work<'_>) -> Result<Vec<(String, Text)>, Failure> {
    match work.property("conditions") {
        None => Err(missing("conditions")),
        Some(Property::List(items)) => {
            let pair = |item: &Property| Ok((written(item), item.render_text(work.environment)?));
            items.iter().map(pair).collect::<Outcome<_>>().map_err(failed)
        }
        Some(Property::Fixed(Value::List(items))) => {
            let pair = |item| text_of(item).map(|text| (text.masked(), text));
            items.iter().map(pair).collect::<Outcome<_>>().map_err(failed)
        }
        Some(_) => Err(Failure::new("the property `conditions` is a list of expressions")),
    }
}

fn written(property: &Property) -> String {
    match property {
        Property::Template(template) => template.source().to_owned(),
        Property::Unreadable(unreadable) => unreadable.0.masked(),
        Property::Fixed(value) => text_of(value).map(|text| text.masked()).unwrap_or_default(),
        Property::List(_) | Property::Map(_) => String::new(),
    }
}
