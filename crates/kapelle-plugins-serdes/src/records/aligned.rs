//! Records of several inputs, side by side.

use std::sync::Arc;

use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, Expr, RunContext};

use super::input::{Input, Records};
use super::record::Record;

/// Inputs that one task reads at once; a file of each is open.
const INPUTS_MAX: usize = 64;

/// The records of each input, one of each at a time.
pub(super) struct Aligned<'c> {
    inputs: Vec<Records<'c>>,
    pub(super) is_from_file: bool,
    number: u64,
}

/// What comes next.
pub(super) enum Next {
    Row(Vec<Record>),
    End,
    /// Some inputs have another record and others have not, for this reason.
    Uneven(String),
}

impl<'c> Aligned<'c> {
    pub(super) fn open(cx: &'c RunContext, inputs: &[Expr<Value>], least: usize) -> Result<Self, Broken> {
        if inputs.len() < least || inputs.len() > INPUTS_MAX {
            return Err(Broken::new(format!(
                "`inputs` has {} entries: {least} to {INPUTS_MAX} are possible",
                inputs.len()
            )));
        }
        let mut opened = Vec::with_capacity(inputs.len());
        let mut is_from_file = false;
        for (place, property) in inputs.iter().enumerate() {
            let input = Input::of(cx, property, &format!("inputs[{place}]"))?;
            is_from_file |= input.is_file();
            opened.push(input.open(cx)?);
        }
        Ok(Self { inputs: opened, is_from_file, number: 0 })
    }

    /// The number of the row that came last, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn next(&mut self) -> Result<Next, Broken> {
        let mut row = Vec::with_capacity(self.inputs.len());
        let mut ended = Vec::new();
        for (place, input) in self.inputs.iter_mut().enumerate() {
            let next = input.next().map_err(|mut broken| {
                broken.failure = Failure::new(format!("input {}: {}", place + 1, broken.failure));
                broken
            })?;
            match next {
                Some(record) => row.push(record),
                None => ended.push((place + 1).to_string()),
            }
        }
        if row.is_empty() {
            return Ok(Next::End);
        }
        self.number += 1;
        if !ended.is_empty() {
            return Ok(Next::Uneven(format!(
                "the inputs have not equally many records: input {} ends after {} records, others go on",
                ended.join(", "),
                self.number - 1
            )));
        }
        Ok(Next::Row(row))
    }
}

/// The fields of all records together; those of later ones go before those of earlier ones.
pub(super) fn merged<'r>(records: impl Iterator<Item = &'r Record>) -> Map {
    let mut merged = Map::new();
    for record in records {
        merged.extend(record.fields.iter().map(|(name, value)| (Arc::clone(name), value.clone())));
    }
    merged
}
