//! Rows on their way from a database to where they are kept: few at a time, so that results may be larger than memory.

use std::sync::Arc;

use kapelle_model::{Map, Value};
use tokio::sync::mpsc;

/// Parts that wait to be kept.
const PARTS_WAITING: usize = 2;

/// Bytes of a part, about.
const PART_BYTES: usize = 256 << 10;

/// Columns of a result.
const COLUMNS_MAX: usize = 10_000;

/// What comes.
pub(crate) enum Part {
    /// The names of the columns: there is a result, if only an empty one.
    Columns(Arc<[Arc<str>]>),
    Rows(Vec<Vec<Value>>),
    /// Everything is done.
    End,
}

/// Which results are wanted, where there are several.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Results {
    First,
    All,
}

/// Takes what a statement gives.
pub(crate) struct Rows {
    to: mpsc::Sender<Part>,
    part: Vec<Vec<Value>>,
    bytes: usize,
    per_part: usize,
    results: Results,
    /// There was a result already.
    has_result: bool,
    /// What comes now is wanted by nobody.
    is_over: bool,
}

/// Gets what a statement gives.
pub(crate) type Parts = mpsc::Receiver<Part>;

/// A way for rows, of which so many go at once.
pub(crate) fn way(rows_max: usize, results: Results) -> (Rows, Parts) {
    let (to, parts) = mpsc::channel(PARTS_WAITING);
    let per_part = rows_max.max(1);
    (Rows { to, part: Vec::new(), bytes: 0, per_part, results, has_result: false, is_over: false }, parts)
}

impl Rows {
    /// The same way, for one more statement.
    pub(crate) fn again(&self) -> Self {
        Self { to: self.to.clone(), part: Vec::new(), bytes: 0, has_result: false, is_over: false, ..*self }
    }

    /// There is a result with these columns, and its rows follow.
    pub(crate) async fn columns(
        &mut self,
        names: impl IntoIterator<Item = impl Into<Arc<str>>>,
    ) -> Result<(), String> {
        let names: Arc<[Arc<str>]> = names.into_iter().map(Into::into).collect();
        if names.len() > COLUMNS_MAX {
            return Err(format!("the result has more than {COLUMNS_MAX} columns"));
        }
        self.is_over = self.has_result && self.results == Results::First;
        if self.is_over {
            return Ok(());
        }
        self.has_result = true;
        self.flush().await;
        // Nobody may want it.
        let _gone = self.to.send(Part::Columns(names)).await;
        Ok(())
    }

    /// Takes a row. False if nobody wants more of them.
    pub(crate) async fn row(&mut self, cells: Vec<Value>) -> bool {
        if self.is_over {
            return false;
        }
        self.bytes += cells.iter().map(bytes).sum::<usize>();
        self.part.push(cells);
        if self.part.len() < self.per_part && self.bytes < PART_BYTES {
            return true;
        }
        self.flush().await
    }

    async fn flush(&mut self) -> bool {
        self.bytes = 0;
        let part = std::mem::take(&mut self.part);
        part.is_empty() || self.to.send(Part::Rows(part)).await.is_ok()
    }

    /// The statement is done.
    pub(crate) async fn end(mut self) {
        self.flush().await;
    }

    /// All statements are done.
    pub(crate) async fn all_done(self) {
        let _gone = self.to.send(Part::End).await;
    }
}

/// What a value takes in memory, about.
pub(crate) fn bytes(value: &Value) -> usize {
    const OWN: usize = 32;
    OWN + match value {
        Value::Str(text) => text.expose().len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) => items.iter().map(bytes).sum(),
        Value::Map(map) => map.iter().map(|(key, value)| OWN + key.len() + bytes(value)).sum(),
        Value::Decimal(number) => usize::try_from(number.digits()).unwrap_or_default(),
        _ => 0,
    }
}

/// A row as flows see it. Of columns of one name, the last one counts.
pub(crate) fn map(columns: &[Arc<str>], cells: Vec<Value>) -> Map {
    columns.iter().cloned().zip(cells).collect()
}
