//! What a flow hands over to be sent: maps, lists of them, or a file of rows, read as they are needed.

use kapelle_core::expression::plain::from_json;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::ion::Feed;
use kapelle_plugin::{Broken, FromRendered, RunContext};

/// Rows on their way.
pub(crate) struct Sending {
    rows: Feed,
    ahead: Option<Map>,
}

impl Sending {
    /// Begins to read. What a flow hands over is a map, a list, either in JSON, or the address of a file.
    pub(crate) fn new(cx: &RunContext, from: Value) -> Result<Self, Failure> {
        let all = match from {
            Value::Str(text) if cx.host.files().is_address(text.expose()) => {
                return Ok(Self { rows: Feed::open(cx, text), ahead: None });
            }
            Value::Str(text) => {
                let opened = from_json(text.expose()).map_err(|_| {
                    Failure::new(
                        "what is to be sent is neither the address of a file, nor a map or a list in JSON",
                    )
                })?;
                if text.has_secret() { opened.into_secret() } else { opened }
            }
            other => other,
        };
        let all = match all {
            Value::Map(map) => vec![Value::Map(map)],
            other => Vec::from_rendered(other).map_err(|reason| {
                Failure::new(format!("what is to be sent is neither a map nor a list of maps: {reason}"))
            })?,
        };
        Ok(Self { rows: Feed::of(cx, all), ahead: None })
    }

    /// The next rows: so many at most, and no more than fit together into so many bytes as `size` counts them.
    pub(crate) async fn batch(
        &mut self,
        count_max: usize,
        bytes_max: usize,
        size: impl Fn(&Map) -> usize,
    ) -> Result<Vec<Map>, Broken> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < count_max {
            let row = match self.ahead.take() {
                Some(row) => row,
                None => match self.rows.next().await? {
                    None => break,
                    Some(row) => row_of(row)?,
                },
            };
            bytes += size(&row);
            if bytes > bytes_max && !batch.is_empty() {
                self.ahead = Some(row);
                break;
            }
            batch.push(row);
        }
        Ok(batch)
    }
}

fn row_of(value: Value) -> Result<Map, Failure> {
    Map::from_rendered(value)
        .map_err(|reason| Failure::new(format!("a row that is to be sent is no map: {reason}")))
}
