//! Where records come from: a file of rows, or the flow itself.

use std::collections::VecDeque;

use kapelle_core::expression::plain::from_json;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::ion::Rows;
use kapelle_plugin::{Broken, Expr, RunContext};

use super::record::Record;
use super::values::kind_of;

/// What a property says of records.
pub(super) enum Input {
    File(Text),
    Given(VecDeque<Value>),
}

impl Input {
    /// A list of records, one record, either also in JSON, or the address of a file; nothing gives no records.
    pub(super) fn of(cx: &RunContext, property: &Expr<Value>, name: &str) -> Result<Self, Failure> {
        Ok(Self::Given(match cx.typed(property)? {
            Value::Str(text) if cx.host.files().is_address(text.expose().trim()) => {
                return Ok(Self::File(trimmed(text)));
            }
            Value::Str(text) => {
                let opened = from_json(text.expose()).map_err(|_| {
                    Failure::new(format!(
                        "`{}` of `{name}` is neither the address of a file nor a record or a list of records in JSON",
                        shown(&text)
                    ))
                })?;
                records_of(if text.has_secret() { opened.into_secret() } else { opened }, name)?
            }
            value => records_of(value, name)?,
        }))
    }

    pub(super) const fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
    }

    pub(super) fn open(self, cx: &RunContext) -> Result<Records<'_>, Broken> {
        Ok(match self {
            Self::File(address) => {
                Records { cx, file: Some(Rows::open(cx, &address)?), waiting: VecDeque::new(), number: 0 }
            }
            Self::Given(waiting) => Records { cx, file: None, waiting, number: 0 },
        })
    }
}

/// Records that come one after the other.
pub(super) struct Records<'c> {
    cx: &'c RunContext,
    file: Option<Rows<'c>>,
    waiting: VecDeque<Value>,
    number: u64,
}

impl Records<'_> {
    /// The number of the record that came last, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// The next record. Ends early when the attempt has to.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Broken> {
        self.cx.go_on()?;
        loop {
            if let Some(value) = self.waiting.pop_front() {
                self.number += 1;
                return Ok(Some(Record::of(value, self.number).map_err(Failure::new)?));
            }
            let row = match &mut self.file {
                Some(rows) => rows.next()?,
                None => None,
            };
            match row {
                None => return Ok(None),
                // A file may hold one list with all records.
                Some(Value::List(items)) => self.waiting.extend(items.iter().cloned()),
                Some(row) => self.waiting.push_back(row),
            }
        }
    }
}

fn records_of(value: Value, name: &str) -> Result<VecDeque<Value>, Failure> {
    Ok(match value {
        Value::Null => VecDeque::new(),
        Value::List(items) => items.iter().cloned().collect(),
        Value::Map(_) => VecDeque::from([value]),
        Value::Secret(inner) => {
            let records = records_of((*inner).clone(), name)?;
            records.into_iter().map(Value::into_secret).collect()
        }
        other => {
            return Err(Failure::new(format!(
                "`{name}` gives {}, and neither records nor the address of a file with them",
                kind_of(&other)
            )));
        }
    })
}

fn trimmed(text: Text) -> Text {
    let (start, length) =
        (text.expose().len() - text.expose().trim_start().len(), text.expose().trim().len());
    text.slice(start..start + length).unwrap_or(text)
}

/// Characters of a text that messages show.
const SHOWN_MAX: usize = 60;

fn shown(text: &Text) -> String {
    text.masked().chars().take(SHOWN_MAX).collect()
}
