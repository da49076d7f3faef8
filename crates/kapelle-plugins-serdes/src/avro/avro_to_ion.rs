//! `io.kestra.plugin.serdes.avro.AvroToIon`: makes rows of a file of Avro.

use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::container::{File, rows};
use super::datum;
use crate::converted::{BadRows, Converted, OnBadLines};

/// # Convert Avro to Ion
///
/// Makes rows of a file of Avro, with dates, times and decimals as its schema says. Files may be packed with deflate,
/// snappy, bzip2, xz or zstandard.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AvroToIon {
    /// The address of the file.
    from: Expr<Text>,
    /// What becomes of rows that cannot be read, with the rest of their block; the task fails if nothing is said.
    on_bad_lines: Option<Expr<OnBadLines>>,
}

impl Task for AvroToIon {
    const TYPE: &'static str = "io.kestra.plugin.serdes.avro.AvroToIon";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl AvroToIon {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let mut bad = BadRows::new(cx.filled(self.on_bad_lines.as_ref())?);
        let mut file = File::open(open(cx, &from)?)?;
        let mut to = RowFile::create(cx)?;
        let mut number = 0;
        while let Some((count, block)) = file.block()? {
            let mut reader = rows(&block, &file.schemas);
            for _ in 0..count {
                cx.go_on()?;
                number += 1;
                reader.count = 0;
                match reader.datum(&file.schemas.root, 0) {
                    Ok(datum) => match datum::row(datum, &file.schemas) {
                        Some(row) => to.add(&row)?,
                        None => {
                            bad.meet(cx, &format!("row {number} has a date or time that does not exist"))?;
                        }
                    },
                    Err(reason) => {
                        // Where the next row begins is not known.
                        bad.meet(cx, &format!("row {number}: {reason}"))?;
                        break;
                    }
                }
            }
        }
        bad.tell(cx);
        Converted::rows(cx, to)
    }
}
