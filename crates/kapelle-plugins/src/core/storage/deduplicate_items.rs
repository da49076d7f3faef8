//! `io.kestra.plugin.core.storage.DeduplicateItems`: keeps the last item of each key.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items::{Items, Kept};

/// # Remove duplicates from a file
///
/// Writes the items of a file into a new one, of those with the same key only the last. Items are maps in Ion or JSON,
/// one on each line; they stay as they are written. The keys have to fit into memory.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct DeduplicateItems {
    /// The address of the file.
    from: Expr<Text>,
    /// The key of an item; its fields are variables in it.
    expr: Expr<String>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The address of the new file.
    uri: String,
    /// How many keys there are.
    num_keys: u64,
    /// How many items there were.
    processed_items_total: u64,
    /// How many of them were left out.
    dropped_items_total: u64,
}

impl Task for DeduplicateItems {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.DeduplicateItems";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl DeduplicateItems {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let from = cx.render(&self.from)?;
        let last = self.last_of_each(cx, &from)?;
        let mut items = Items::open(cx, &from)?;
        let mut kept = Kept::begin(cx)?;
        while let Some(line) = items.next()? {
            let is_kept = last.contains(&kept.processed);
            kept.decide(&line, is_kept)?;
        }
        let (processed_items_total, dropped_items_total) = (kept.processed, kept.dropped);
        let num_keys = last.len() as u64;
        Ok(Output { uri: kept.finish()?, num_keys, processed_items_total, dropped_items_total })
    }

    /// The places of the last items of all keys.
    fn last_of_each(&self, cx: &RunContext, from: &Text) -> Result<BTreeSet<u64>, Broken> {
        let mut items = Items::open(cx, from)?;
        let mut last: BTreeMap<String, u64> = BTreeMap::new();
        let mut place = 0;
        while let Some(line) = items.next()? {
            last.insert(items.rendered(&self.expr, &line)?.unwrap_or_default(), place);
            place += 1;
        }
        Ok(last.into_values().collect())
    }
}
