//! Filters, orders and groups, of items and of rows of a path.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::data::{Data, Scope};
use super::evaluate::{Evaluation, Outcome};
use super::numbers::{compare, float};
use super::tree::Expression;
use crate::numbers::decimal;

/// What can be arranged.
pub(super) trait Item: Clone {
    /// What an expression looks at, and the variables that are there.
    fn look(&self, scope: &Rc<Scope>) -> (Value, Rc<Scope>);

    /// Several as one.
    fn joined(items: Vec<Self>) -> Self;
}

impl Item for Value {
    fn look(&self, scope: &Rc<Scope>) -> (Value, Rc<Scope>) {
        (self.clone(), Rc::clone(scope))
    }

    fn joined(mut items: Vec<Self>) -> Self {
        if items.len() == 1 { items.remove(0) } else { Self::List(Arc::new(items)) }
    }
}

impl Evaluation<'_> {
    fn evaluate_at<T: Item>(&self, expression: &Expression, item: &T, scope: &Rc<Scope>) -> Outcome {
        let (input, scope) = item.look(scope);
        self.evaluate(expression, &input, &scope)
    }

    /// The items that a filter keeps: those at its numbers, or for which it is true.
    pub(super) fn filter<T: Item>(
        &self,
        filter: &Expression,
        items: Vec<T>,
        scope: &Rc<Scope>,
    ) -> Outcome<Vec<T>> {
        let count = items.len();
        let index = |number: &Value| {
            let place = float(number)?.floor() as i64;
            let place = if place < 0 { place + count as i64 } else { place };
            usize::try_from(place).ok()
        };
        if let Expression::Literal(number @ (Value::Int(_) | Value::Float(_))) = filter {
            return Ok(index(number).and_then(|place| items.into_iter().nth(place)).into_iter().collect());
        }
        let mut kept = Vec::new();
        for (place, item) in items.into_iter().enumerate() {
            let data = self.evaluate_at(filter, &item, scope)?;
            let numbers = match &data {
                Data::One(number) if decimal(number).is_some() => Some(vec![number.clone()]),
                Data::One(Value::List(list)) if list.iter().all(|item| decimal(item).is_some()) => {
                    Some((**list).clone())
                }
                Data::Many { items, .. } if items.iter().all(|item| decimal(item).is_some()) => {
                    Some(items.clone())
                }
                _ => None,
            };
            let is_kept = match numbers {
                Some(numbers) => numbers.iter().any(|number| index(number) == Some(place)),
                None => data.is_true(),
            };
            if is_kept {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    pub(super) fn sorted<T: Item>(
        &self,
        terms: &[(Expression, bool)],
        items: Vec<T>,
        scope: &Rc<Scope>,
    ) -> Outcome<Vec<T>> {
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            let keys = terms.iter().map(|(term, _)| Ok(self.evaluate_at(term, &item, scope)?.value()));
            keyed.push((keys.collect::<Outcome<Vec<_>>>()?, item));
        }
        let problem = RefCell::new(None);
        keyed.sort_by(|(left, _), (right, _)| {
            for ((left, right), (_, is_down)) in left.iter().zip(right).zip(terms) {
                let order = match (left, right) {
                    (None, None) => Ordering::Equal,
                    // What is not there comes last.
                    (None, _) => return Ordering::Greater,
                    (_, None) => return Ordering::Less,
                    (Some(left), Some(right)) => compare(left, right).unwrap_or_else(|reason| {
                        problem.borrow_mut().get_or_insert(reason);
                        Ordering::Equal
                    }),
                };
                if order != Ordering::Equal {
                    return if *is_down { order.reverse() } else { order };
                }
            }
            Ordering::Equal
        });
        match problem.into_inner() {
            Some(reason) => Err(reason),
            None => Ok(keyed.into_iter().map(|(_, item)| item).collect()),
        }
    }

    /// A map of what is found under each key.
    pub(super) fn group<T: Item>(
        &self,
        pairs: &[(Expression, Expression)],
        items: Vec<T>,
        scope: &Rc<Scope>,
    ) -> Outcome {
        let mut groups: Vec<(String, usize, Vec<T>)> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for item in items {
            for (number, (key, _)) in pairs.iter().enumerate() {
                let key = match self.evaluate_at(key, &item, scope)?.value() {
                    Some(Value::Str(text)) => text.expose().to_owned(),
                    None => continue,
                    Some(_) => return Err("a key of a map has to be text".to_owned()),
                };
                match places.get(&key) {
                    Some(place) if groups[*place].1 == number => groups[*place].2.push(item.clone()),
                    Some(_) => return Err(format!("two entries of a map have the key `{key}`")),
                    None => {
                        places.insert(key.clone(), groups.len());
                        groups.push((key, number, vec![item.clone()]));
                    }
                }
            }
        }
        let mut map = Map::with_capacity(groups.len());
        for (key, number, items) in groups {
            match self.evaluate_at(&pairs[number].1, &T::joined(items), scope)? {
                Data::Function(_) => {
                    return Err(format!("the entry `{key}` is a function, which is no value"));
                }
                data => drop(data.value().map(|value| map.insert(key.into(), value))),
            }
        }
        Ok(Data::One(Value::Map(Arc::new(map))))
    }
}
