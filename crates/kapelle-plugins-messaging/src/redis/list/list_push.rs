//! `io.kestra.plugin.redis.list.ListPush`: puts elements to the head of a list.

use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::records::{Sending, SerdeType};
use crate::redis::connection::{Command, ServerProperties};

/// # Put elements to the head of a list of Redis
///
/// Puts elements to the head of a list, one after the other: the last one is the first of the list. A list that is not
/// there is made.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListPush {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key of the list.
    key: Expr<String>,
    /// The elements: a list, the address of a file of rows, or one element.
    from: Expr<Any>,
    /// How elements are written: as text, or as JSON.
    serde_type: Option<Expr<SerdeType>>,
    /// How many elements are put at once; 500 where it is not said.
    batch_size: Option<Expr<u32>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// How many elements were put.
    count: u64,
}

impl Task for ListPush {
    const TYPE: &'static str = "io.kestra.plugin.redis.list.ListPush";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = cx.render(&self.key)?;
        let serde = cx.filled(self.serde_type.as_ref())?.unwrap_or_default();
        let batch_size = cx.filled(self.batch_size.as_ref())?.unwrap_or(500).clamp(1, 10_000) as usize;
        let Any(from) = cx.render(&self.from)?;
        let mut connection = self.server.open(cx).await?;
        let mut sending = Sending::new(cx, from);
        let mut count = 0;
        loop {
            let batch = sending.batch(batch_size).await?;
            if batch.is_empty() {
                break;
            }
            let mut command = Command::new("LPUSH").arg(&key);
            for record in &batch {
                command = command.arg(serde.write_once(record)?);
            }
            connection.count(command).await?;
            count += batch.len() as u64;
        }
        connection.close().await;
        cx.metric(Metric::count("inserted.records.count", count));
        Ok(Output { count })
    }
}
