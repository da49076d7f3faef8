//! Groups of records, in the order in which they appeared.

use std::collections::HashMap;

use kapelle_core::expression::plain::to_ion;
use kapelle_model::{Failure, Value};
use kapelle_plugin::ion::ROW_BYTES_MAX;

use super::super::expression::GroupExpression;
use super::super::values::{moment_of, weight};
use super::state::State;
use crate::numbers;

/// Bytes of groups that are kept in memory, about.
const BYTES_MAX: usize = 256 << 20;

/// Bytes that a group takes at least.
const GROUP_BYTES: usize = 200;

/// What is known of the records that have the same keys.
pub(super) struct Group {
    keys: Vec<Value>,
    /// For each field of the result what its functions remember; nothing if it failed.
    states: Vec<Option<Vec<State>>>,
    is_secret: bool,
}

impl Group {
    /// What the functions of a field remember after a record with these values; nothing if the field failed before.
    pub(super) fn after(
        known: Option<&Self>,
        field: usize,
        expression: &GroupExpression,
        values: &[Value],
    ) -> Result<Option<Vec<State>>, String> {
        let mut states = match known.map(|group| &group.states[field]) {
            None => expression.aggregators().map(State::new).collect(),
            Some(Some(states)) => states.clone(),
            Some(None) => return Ok(None),
        };
        states.iter_mut().zip(values).try_for_each(|(state, value)| state.take(value))?;
        Ok(Some(states))
    }

    /// Its keys, and for each field what the functions came to.
    pub(super) fn results(self) -> (Vec<Value>, Vec<Option<Vec<Value>>>, bool) {
        let results =
            |states: Option<Vec<State>>| states.map(|states| states.into_iter().map(State::result).collect());
        (self.keys, self.states.into_iter().map(results).collect(), self.is_secret)
    }

    fn weight(&self) -> usize {
        self.states.iter().flatten().flatten().map(State::weight).sum()
    }
}

/// All groups.
pub(super) struct Groups {
    places: HashMap<String, usize>,
    list: Vec<Group>,
    bytes: usize,
    bytes_max: usize,
}

impl Default for Groups {
    fn default() -> Self {
        Self::within(BYTES_MAX)
    }
}

impl Groups {
    /// No groups yet, and room for so many bytes of them.
    fn within(bytes_max: usize) -> Self {
        Self { places: HashMap::new(), list: Vec::new(), bytes: 0, bytes_max }
    }

    /// Where the group with these keys is.
    pub(super) fn find(&self, keys: &[Value]) -> Option<usize> {
        self.places.get(&name_of(keys)).copied()
    }

    pub(super) fn get(&self, place: usize) -> Option<&Group> {
        self.list.get(place)
    }

    /// Puts in what a group, which may be a new one, remembers after a record.
    pub(super) fn put(
        &mut self,
        place: Option<usize>,
        keys: Vec<Value>,
        states: Vec<Option<Vec<State>>>,
        is_secret: bool,
    ) -> Result<(), Failure> {
        if let Some(group) = place.and_then(|place| self.list.get_mut(place)) {
            let before = group.weight();
            group.states = states;
            group.is_secret |= is_secret;
            self.bytes = (self.bytes + group.weight()).saturating_sub(before);
        } else {
            let name = name_of(&keys);
            let group = Group { keys, states, is_secret };
            let weight: usize = group.keys.iter().map(weight).sum();
            self.bytes += GROUP_BYTES + name.len() + weight + group.weight();
            self.places.insert(name, self.list.len());
            self.list.push(group);
        }
        if self.bytes > self.bytes_max {
            return Err(Failure::new(format!(
                "the {} groups so far take more than {} MB of memory: group by fields with fewer values, or use a database",
                self.list.len(),
                self.bytes_max >> 20
            )));
        }
        Ok(())
    }

    pub(super) fn into_list(self) -> Vec<Group> {
        self.list
    }
}

/// Keys as one text: the same for the same keys, and only for them.
fn name_of(keys: &[Value]) -> String {
    keys.iter().map(part).collect()
}

fn part(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("t{}:{}", text.expose().len(), text.expose()),
        Value::List(items) => format!("[{}]", name_of(items)),
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries =
                entries.into_iter().map(|(key, inner)| format!("{}:{key}{}", key.len(), part(inner)));
            format!("{{{}}}", entries.collect::<String>())
        }
        other => match (numbers::decimal(other), moment_of(other)) {
            (Some(number), _) => {
                let (digits, scale) = number.normalized().into_bigint_and_scale();
                format!("n{digits}e{};", -scale)
            }
            (_, Ok(moment)) => format!("m{};", moment.as_nanosecond()),
            _ => {
                let text = to_ion(other, ROW_BYTES_MAX).map(|text| text.expose().to_owned());
                format!("o{};", text.unwrap_or_default())
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_take_only_so_much_memory() {
        let text = Value::from("x".repeat(1 << 10).as_str());
        let expression = GroupExpression::parse("last(v)").unwrap();
        let mut groups = Groups::within(1 << 20);
        let mut take = |key: i64| {
            let keys = vec![Value::Int(key)];
            let place = groups.find(&keys);
            let known = place.and_then(|place| groups.get(place));
            let states = Group::after(known, 0, &expression, std::slice::from_ref(&text)).unwrap();
            groups.put(place, keys, vec![states], false)
        };
        // What a group remembers is replaced, not added to.
        (0..5_000).for_each(|_| take(0).unwrap());
        let told = (0..5_000).find_map(|key| take(key).err()).unwrap().to_string();
        assert!(told.contains("groups so far take more than 1 MB of memory"), "{told}");
    }

    #[test]
    fn keys_are_the_same_if_their_values_are() {
        let name = |text: &str| {
            let values = kapelle_core::expression::plain::from_ion(text, 1).unwrap();
            name_of(&values)
        };
        for (left, right) in [
            ("1", "1.00"),
            ("1e0", "1"),
            ("{a:1,b:2}", "{b:2.0,a:1}"),
            ("2026-05-06", "2026-05-06T02:00:00+02:00"),
        ] {
            assert_eq!(name(left), name(right), "{left} {right}");
        }
        for (left, right) in [
            ("1", "\"1\""),
            ("null", "\"\""),
            ("\"a\" \"b\"", "\"ab\" \"\""),
            ("[1] [2]", "[1,2] []"),
            ("{a:1}", "{a:1,b:null}"),
            ("true", "\"true\""),
        ] {
            assert_ne!(name(left), name(right), "{left} {right}");
        }
    }
}
