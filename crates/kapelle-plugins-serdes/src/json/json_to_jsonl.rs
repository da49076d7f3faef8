//! `io.kestra.plugin.serdes.json.JsonToJsonl`: writes the items of a list on lines of their own.

use jiff::tz::TimeZone;
use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Items, Reader};
use crate::charset::Charset;
use crate::converted::{Converted, create};

/// # Convert JSON to JSON lines
///
/// Writes the items of a list in JSON on lines of their own. What is no list becomes one line, and several values become
/// one line each.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct JsonToJsonl {
    /// The charset of both files; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
    /// The address of the file.
    from: Expr<Text>,
}

impl Task for JsonToJsonl {
    const TYPE: &'static str = "io.kestra.plugin.serdes.json.JsonToJsonl";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl JsonToJsonl {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let charset = Charset::read(cx, self.charset.as_ref())?;
        let mut items = Items::new(charset.encode(create(cx, ".jsonl")?), TimeZone::UTC, false);
        let mut values = Reader::new(cx, charset.decode(open(cx, &from)?));
        values.enter_list()?;
        while let Some(value) = values.next()? {
            items.add(&value)?;
        }
        let count = items.count;
        Converted::file(cx, items.finish()?.finish()?, count)
    }
}
