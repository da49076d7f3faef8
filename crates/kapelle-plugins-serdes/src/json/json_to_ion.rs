//! `io.kestra.plugin.serdes.json.JsonToIon`: makes rows of a file in JSON.

use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Reader;
use crate::charset::Charset;
use crate::converted::Converted;

/// # Convert JSON to Ion
///
/// Makes rows of a file in JSON: of values one after the other, or of the items of one list. Numbers keep all their
/// digits.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JsonToIon {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of the file; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
    /// Whether the file has a value on each line; it has if nothing is said. Otherwise it is one document, and the items
    /// of a list are rows.
    new_line: Option<Expr<bool>>,
}

impl Task for JsonToIon {
    const TYPE: &'static str = "io.kestra.plugin.serdes.json.JsonToIon";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl JsonToIon {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let charset = Charset::read(cx, self.charset.as_ref())?;
        let has_lines = cx.filled(self.new_line.as_ref())?.unwrap_or(true);
        let mut file = RowFile::create(cx)?;
        let mut values = Reader::new(cx, charset.decode(open(cx, &from)?));
        if has_lines || values.enter_list()? {
            while let Some(row) = values.next()? {
                file.add(&row)?;
            }
        } else {
            file.add(&values.only()?)?;
        }
        Converted::rows(cx, file)
    }
}
