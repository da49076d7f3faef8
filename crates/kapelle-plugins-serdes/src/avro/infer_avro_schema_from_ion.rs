//! `io.kestra.plugin.serdes.avro.InferAvroSchemaFromIon`: makes a schema of rows.

use std::io::Write;

use kapelle_model::Text;
use kapelle_plugin::ion::finish;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::infer::check_names;
use super::properties::inferred;
use crate::converted::{Written, create};

/// # Make a schema of Avro
///
/// Writes the schema that the first rows of a file have. Rows that are lists are the field `value` of a record `root`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InferAvroSchemaFromIon {
    /// The address of the file.
    from: Expr<Text>,
    /// How many rows are looked at; 100 if nothing is said.
    number_of_rows_to_scan: Option<Expr<u64>>,
}

impl Task for InferAvroSchemaFromIon {
    const TYPE: &'static str = "io.kestra.plugin.serdes.avro.InferAvroSchemaFromIon";
    const HAS_EFFECTS: bool = false;
    type Output = Written;

    async fn run(&self, cx: &RunContext) -> Result<Written, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let from = cx.render(&task.from)?;
            let schemas = inferred(cx, &from, cx.filled(task.number_of_rows_to_scan.as_ref())?)?;
            check_names(&schemas.root)?;
            let mut file = create(cx, ".avsc")?;
            write!(file, "{:#}", schemas.root.json())?;
            Ok(Written { uri: finish(file)? })
        })
        .await
    }
}
