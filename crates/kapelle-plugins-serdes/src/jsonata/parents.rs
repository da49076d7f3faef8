//! Finds out what each `%` stands for: which step of a path has to keep what it looked at.

use std::sync::Arc;

use super::parse::path;
use super::tree::{Expression, Stage, Step};

/// Labels of `%` begin with it, and names of variables do not.
pub(super) const MARK: char = '%';

/// A `%` that still goes outwards by so many levels.
struct Seeker {
    label: Arc<str>,
    levels: usize,
}

type Settled<T = ()> = Result<T, String>;

pub(super) fn settle(expression: &mut Expression) -> Settled {
    if open(expression)?.is_empty() { Ok(()) } else { Err("a `%` has nothing around it".to_owned()) }
}

/// What is looked for outside of an expression.
fn open(expression: &mut Expression) -> Settled<Vec<Seeker>> {
    let mut found = Vec::new();
    let mut within = |part: &mut Expression| {
        found.append(&mut open(part)?);
        Ok::<(), String>(())
    };
    match expression {
        Expression::Parent(label) => found.push(Seeker { label: Arc::clone(label), levels: 1 }),
        Expression::Path { steps, .. } => return open_of_path(steps),
        Expression::Negative(of) | Expression::Bind(_, of) => within(of)?,
        Expression::Binary(_, left, right)
        | Expression::Range(left, right)
        | Expression::Apply(left, right) => {
            within(left)?;
            within(right)?;
        }
        Expression::List(parts) | Expression::Block(parts) => parts.iter_mut().try_for_each(within)?,
        Expression::Map(pairs) => {
            for (key, value) in pairs {
                within(key)?;
                within(value)?;
            }
        }
        Expression::Group(of, pairs) => {
            within(of)?;
            for part in pairs.iter_mut().flat_map(|(key, value)| [key, value]) {
                for mut seeker in open(part)? {
                    through(of, &mut seeker)?;
                    found.extend((seeker.levels > 0).then_some(seeker));
                }
            }
        }
        Expression::Condition(condition, yes, no) => {
            within(condition)?;
            within(yes)?;
            no.as_deref_mut().map_or(Ok(()), within)?;
        }
        Expression::Call(called, arguments) => {
            within(called)?;
            arguments.iter_mut().try_for_each(within)?;
        }
        Expression::Lambda(lambda) => {
            Arc::get_mut(lambda).map_or(Ok(()), |lambda| within(&mut lambda.body))?;
        }
        Expression::Transform(transform) => {
            if let Some(transform) = Arc::get_mut(transform) {
                within(&mut transform.location)?;
                within(&mut transform.update)?;
                transform.delete.as_mut().map_or(Ok(()), within)?;
            }
            if !found.is_empty() {
                return Err("a `%` does not look out of a transformation".to_owned());
            }
        }
        Expression::Literal(_)
        | Expression::Regex(_)
        | Expression::Name(_)
        | Expression::Wildcard
        | Expression::Descendants
        | Expression::Variable(_)
        | Expression::Placeholder => {}
    }
    Ok(found)
}

fn open_of_path(steps: &mut [Step]) -> Settled<Vec<Seeker>> {
    let mut found = Vec::new();
    for place in 0..steps.len() {
        // The step itself stands in what the one before found, its filters and orders in what it found.
        for mut seeker in open(&mut steps[place].what)? {
            back(&mut steps[..place], &mut seeker)?;
            found.extend((seeker.levels > 0).then_some(seeker));
        }
        let mut seekers = Vec::new();
        for stage in &mut steps[place].stages {
            match stage {
                Stage::Filter(filter) => seekers.append(&mut open(filter)?),
                Stage::Sort(terms) => {
                    for (term, _) in terms {
                        seekers.append(&mut open(term)?);
                    }
                }
                Stage::Index(_) => {}
            }
        }
        for mut seeker in seekers {
            back(&mut steps[..=place], &mut seeker)?;
            found.extend((seeker.levels > 0).then_some(seeker));
        }
    }
    Ok(found)
}

/// Goes back from the last step as far as the levels last.
fn back(steps: &mut [Step], seeker: &mut Seeker) -> Settled {
    let mut place = steps.len();
    while seeker.levels > 0 && place > 0 {
        place -= 1;
        // Steps with `@` look at the same thing one after the other.
        while place > 0 && steps[place].names.focus.is_some() && steps[place - 1].names.focus.is_some() {
            place -= 1;
        }
        let step = &mut steps[place];
        match &mut step.what {
            Expression::Name(_) | Expression::Wildcard => {
                seeker.levels -= 1;
                if seeker.levels == 0 {
                    step.names.parents.push(Arc::clone(&seeker.label));
                }
            }
            Expression::Parent(_) => seeker.levels += 1,
            Expression::Variable(name) if name.is_empty() => {}
            Expression::Block(_) => {
                step.names.carries = true;
                through(&mut step.what, seeker)?;
            }
            _ => {
                return Err("a `%` stands behind a step that does not say what is around: there are \
                            names, `*`, `%`, and paths in brackets"
                    .to_owned());
            }
        }
    }
    Ok(())
}

/// Goes back through what an expression gives.
fn through(expression: &mut Expression, seeker: &mut Seeker) -> Settled {
    if let Expression::Block(parts) = expression {
        return parts.last_mut().map_or(Ok(()), |last| through(last, seeker));
    }
    // What is no path yet becomes one, as its step has to keep something.
    let mut whole = path(std::mem::replace(expression, Expression::Placeholder));
    let done = match &mut whole {
        Expression::Path { steps, .. } => back(steps, seeker),
        _ => Ok(()),
    };
    *expression = whole;
    done
}
