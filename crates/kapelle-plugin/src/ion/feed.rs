//! Rows that are read while others work with those before.

use kapelle_model::{Text, Value};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Rows;
use crate::{Broken, RunContext};

/// Rows that wait to be taken.
const WAITING_MAX: usize = 100;

/// Rows, one after the other.
pub struct Feed {
    at_hand: std::vec::IntoIter<Value>,
    file: Option<mpsc::Receiver<Result<Value, Broken>>>,
    stop: CancellationToken,
}

impl Feed {
    /// Rows that are there.
    pub fn of(cx: &RunContext, rows: Vec<Value>) -> Self {
        Self { at_hand: rows.into_iter(), file: None, stop: cx.stop.clone() }
    }

    /// Begins to read the file of an address that a flow gave. It may hold one list with all rows.
    pub fn open(cx: &RunContext, from: Text) -> Self {
        let (sender, rows) = mpsc::channel(WAITING_MAX);
        let (stop, cx) = (cx.stop.clone(), cx.clone());
        // It ends by itself when nobody takes any more.
        let _detached = tokio::task::spawn_blocking(move || {
            if let Err(broken) = pump(&cx, &from, &sender) {
                let _gone = sender.blocking_send(Err(broken));
            }
        });
        Self { at_hand: Vec::new().into_iter(), file: Some(rows), stop }
    }

    /// The next row. Ends early when the attempt has to.
    pub async fn next(&mut self) -> Result<Option<Value>, Broken> {
        match (self.at_hand.next(), &mut self.file) {
            (None, Some(file)) => {
                self.stop.run_until_cancelled(file.recv()).await.ok_or_else(Broken::killed)?.transpose()
            }
            _ if self.stop.is_cancelled() => Err(Broken::killed()),
            (row, _) => Ok(row),
        }
    }
}

fn pump(cx: &RunContext, from: &Text, sender: &mpsc::Sender<Result<Value, Broken>>) -> Result<(), Broken> {
    let mut rows = Rows::open(cx, from)?;
    while let Some(row) = rows.next()? {
        for row in rows_of(row) {
            if sender.blocking_send(Ok(row)).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The rows of a list; else the value itself.
pub fn rows_of(value: Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.to_vec(),
        Value::Secret(inner) => match &*inner {
            Value::List(items) => items.iter().cloned().map(Value::into_secret).collect(),
            _ => vec![Value::Secret(inner)],
        },
        other => vec![other],
    }
}
