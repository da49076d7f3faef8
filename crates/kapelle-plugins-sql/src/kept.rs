//! What is kept of the rows of a statement.

use std::io::Write;
use std::sync::Arc;

use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Any, Broken, Name, RunContext, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ion::Ion;
use crate::rows::{Part, Parts, bytes, map};

/// Bytes of rows that outputs may hold, about.
const FETCHED_BYTES_MAX: usize = 32 << 20;

/// Bytes of lines that are written at once.
const HELD_BYTES: usize = 64 << 10;

/// What is done with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum FetchType {
    /// They go into a file of the internal storage, a map in Ion on each line.
    Store,
    /// All of them are outputs.
    Fetch,
    /// The first one is an output.
    FetchOne,
    /// Nothing is kept.
    None,
}

impl Word for FetchType {}

/// What a statement gave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The first row, with `FETCH_ONE`; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) row: Option<Any>,
    /// All rows, with `FETCH`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<Vec<Any>>,
    /// The file with the rows, with `STORE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri: Option<String>,
    /// How many rows were kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
}

/// Keeps the rows of what is done, of all results one after the other. Nothing, if there was no result, or if it did not come
/// to its end.
pub(crate) fn keep(cx: &RunContext, mut parts: Parts, fetch: FetchType) -> Result<Option<Output>, Broken> {
    let Some(Part::Columns(mut columns)) = parts.blocking_recv() else { return Ok(None) };
    let mut kept = Kept::begin(cx, fetch)?;
    let mut count = 0;
    loop {
        // Whoever sends them notices that nobody wants more.
        if kept.is_full() {
            return kept.finish(count).map(Some);
        }
        let rows = match parts.blocking_recv() {
            Some(Part::Rows(rows)) => rows,
            // The first row is that of the first result.
            Some(Part::Columns(_)) if fetch == FetchType::FetchOne => return kept.finish(count).map(Some),
            Some(Part::Columns(next)) => {
                columns = next;
                continue;
            }
            Some(Part::End) => return kept.finish(count).map(Some),
            None => return Ok(None),
        };
        cx.go_on()?;
        for cells in rows {
            count += 1;
            kept.take(map(&columns, cells))?;
        }
    }
}

enum Kept<'c> {
    Nothing,
    First(Option<Map>),
    All { rows: Vec<Any>, bytes: usize },
    File { ion: Box<Ion<'c>>, file: Box<dyn kapelle_plugin::NewFile>, held: Vec<u8> },
}

impl<'c> Kept<'c> {
    fn begin(cx: &'c RunContext, fetch: FetchType) -> Result<Self, Failure> {
        Ok(match fetch {
            FetchType::None => Self::Nothing,
            FetchType::FetchOne => Self::First(None),
            FetchType::Fetch => Self::All { rows: Vec::new(), bytes: 0 },
            FetchType::Store => {
                let file = cx.host.files().create(Name::Ending(".ion"))?;
                Self::File { ion: Box::new(Ion::new(cx)?), file, held: Vec::new() }
            }
        })
    }

    const fn is_full(&self) -> bool {
        matches!(self, Self::Nothing | Self::First(Some(_)))
    }

    fn take(&mut self, row: Map) -> Result<(), Broken> {
        match self {
            Self::Nothing => {}
            Self::First(first) => {
                first.get_or_insert(row);
            }
            Self::All { rows, bytes: total } => {
                let row = Value::Map(Arc::new(row));
                *total += bytes(&row);
                if *total > FETCHED_BYTES_MAX {
                    return Err(Broken::new(format!(
                        "the {} rows so far have more than {} MB, which is too much for outputs: ask for fewer, or write `fetchType: STORE` to get them as a file",
                        rows.len(),
                        FETCHED_BYTES_MAX >> 20
                    )));
                }
                rows.push(Any(row));
            }
            Self::File { ion, file, held } => {
                ion.write(row, held)?;
                if held.len() > HELD_BYTES {
                    file.write_all(held)?;
                    held.clear();
                }
            }
        }
        Ok(())
    }

    fn finish(self, count: u64) -> Result<Output, Broken> {
        Ok(match self {
            Self::Nothing => Output::default(),
            Self::First(first) => {
                let size = u64::from(first.is_some());
                Output { row: first.map(Any::from), size: Some(size), ..Output::default() }
            }
            Self::All { rows, .. } => Output { rows: Some(rows), size: Some(count), ..Output::default() },
            Self::File { mut file, held, .. } => {
                file.write_all(&held)?;
                Output { uri: Some(file.finish()?), size: Some(count), ..Output::default() }
            }
        })
    }
}
