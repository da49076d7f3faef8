//! Transformations between bars: a copy of a value, with maps that changed.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::data::{Data, Scope};
use super::evaluate::{Evaluation, Outcome};
use super::tree::Transform;

/// What maps get, and lose, by their addresses. Each map of a copy has an address of its own, so that it is known which
/// ones a path found.
type Changes = BTreeMap<usize, Vec<(Arc<str>, Option<Value>)>>;

fn address(map: &Arc<Map>) -> usize {
    Arc::as_ptr(map).addr()
}

impl Evaluation<'_> {
    pub(super) fn transformed(
        &self,
        transform: &Transform,
        arguments: Vec<Data>,
        scope: &Rc<Scope>,
    ) -> Outcome {
        let value = match arguments.into_iter().next() {
            None | Some(Data::Nothing) => return Ok(Data::Nothing),
            Some(data) => data.value(),
        };
        let Some(value @ (Value::Map(_) | Value::List(_))) = value else {
            return Err("a transformation takes a map or a list".to_owned());
        };
        let mut changes = Changes::new();
        let copy = self.rebuilt(&value, &changes)?;
        for item in self.evaluate(&transform.location, &copy, scope)?.items() {
            let Value::Map(map) = &item else { continue };
            let address = address(map);
            // Each one is looked at with what changed before.
            match self.evaluate(&transform.update, &self.rebuilt(&item, &changes)?, scope)? {
                Data::Nothing => {}
                Data::One(Value::Map(update)) => {
                    let new = update.iter().map(|(key, value)| (Arc::clone(key), Some(value.clone())));
                    changes.entry(address).or_default().extend(new);
                }
                _ => return Err("what a transformation updates has to be a map".to_owned()),
            }
            let Some(delete) = &transform.delete else { continue };
            for key in self.evaluate(delete, &self.rebuilt(&item, &changes)?, scope)?.items() {
                let Value::Str(key) = key else {
                    return Err("what a transformation deletes has to be texts, the keys".to_owned());
                };
                changes.entry(address).or_default().push((key.expose().into(), None));
            }
        }
        self.rebuilt(&copy, &changes).map(Data::One)
    }

    /// A copy with the changes. What was put in is not looked into, so that a map may get itself.
    fn rebuilt(&self, value: &Value, changes: &Changes) -> Outcome<Value> {
        self.deeper(|| match value {
            Value::Map(map) => {
                let entries = map.iter().map(|(key, item)| {
                    let item = self.rebuilt(item, changes)?;
                    Ok((Arc::clone(key), item))
                });
                let mut made = entries.collect::<Outcome<Map>>()?;
                for (key, change) in changes.get(&address(map)).into_iter().flatten() {
                    match change {
                        Some(value) => drop(made.insert(Arc::clone(key), value.clone())),
                        None => drop(made.shift_remove(key)),
                    }
                }
                Ok(Value::Map(Arc::new(made)))
            }
            Value::List(items) => {
                let items = items.iter().map(|item| self.rebuilt(item, changes));
                Ok(Value::List(Arc::new(items.collect::<Outcome<_>>()?)))
            }
            other => Ok(other.clone()),
        })
    }
}
