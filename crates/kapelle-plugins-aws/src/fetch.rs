//! Rows that come one after the other, and what becomes of them: a file, outputs, or nothing.

use kapelle_model::Value;
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Any, Broken, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

/// Rows that may be outputs: they are kept with the execution.
const ROWS_MAX: usize = 100_000;

/// What becomes of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum FetchType {
    /// They go into a file.
    Store,
    /// They are outputs.
    Fetch,
    /// The first one is an output.
    FetchOne,
    None,
}

impl Word for FetchType {}

/// Takes rows.
pub(crate) struct Collector<'c> {
    fetch: FetchType,
    file: Option<RowFile<'c>>,
    rows: Vec<Any>,
    size: u64,
}

/// What was taken.
#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) rows: Option<Vec<Any>>,
    pub(crate) row: Option<Any>,
    pub(crate) uri: Option<String>,
    pub(crate) size: u64,
}

impl<'c> Collector<'c> {
    pub(crate) fn new(cx: &'c RunContext, fetch: FetchType) -> Result<Self, Broken> {
        let file = (fetch == FetchType::Store).then(|| RowFile::create(cx)).transpose()?;
        Ok(Self { fetch, file, rows: Vec::new(), size: 0 })
    }

    pub(crate) fn add(&mut self, row: Value) -> Result<(), Broken> {
        self.size += 1;
        match (&mut self.file, self.fetch) {
            (Some(file), _) => file.add(&row)?,
            (None, FetchType::None) => {}
            (None, _) => self.rows.push(row.into()),
        }
        if self.rows.len() > ROWS_MAX {
            return Err(Broken::new(format!(
                "there are more than {ROWS_MAX} rows: `fetchType: STORE` writes them into a file"
            )));
        }
        Ok(())
    }

    /// How many rows were taken.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Whether more rows change nothing.
    pub(crate) fn is_full(&self) -> bool {
        self.fetch == FetchType::FetchOne && self.size > 0
    }

    pub(crate) fn finish(self) -> Result<Collected, Broken> {
        let uri = self.file.map(RowFile::finish).transpose()?;
        let mut collected = Collected { uri, size: self.size, ..Collected::default() };
        match self.fetch {
            FetchType::Fetch => collected.rows = Some(self.rows),
            FetchType::FetchOne => collected.row = self.rows.into_iter().next(),
            FetchType::Store | FetchType::None => {}
        }
        Ok(collected)
    }
}
