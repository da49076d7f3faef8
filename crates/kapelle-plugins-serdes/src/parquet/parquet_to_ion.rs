//! `io.kestra.plugin.serdes.parquet.ParquetToIon`: makes rows of a file of Parquet.

use kapelle_model::{Failure, Text};
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use schemars::JsonSchema;
use serde::Deserialize;

use super::fields::{row, unreadable};
use crate::converted::Converted;
use crate::local::Local;

/// # Convert Parquet to Ion
///
/// Makes rows of a file of Parquet, with dates, times and decimals as its schema says. Pages may be packed with snappy,
/// gzip, zstd or lz4.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct ParquetToIon {
    /// The address of the file.
    from: Expr<Text>,
}

impl Task for ParquetToIon {
    const TYPE: &'static str = "io.kestra.plugin.serdes.parquet.ParquetToIon";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl ParquetToIon {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let local = Local::open(cx, &from)?;
        let told = |error: parquet::errors::ParquetError| {
            Failure::new(format!("it is no file of Parquet that can be read: {error}"))
        };
        let file = SerializedFileReader::new(local.file()?).map_err(told)?;
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        if let Some(reason) = schema.columns().iter().find_map(|column| unreadable(column)) {
            return Err(Broken::new(reason));
        }
        let mut to = RowFile::create(cx)?;
        for (place, found) in RowIter::from_file_into(Box::new(file)).enumerate() {
            let found = row(found.map_err(told)?, schema.root_schema());
            let found = found.ok_or_else(|| {
                Failure::new(format!("row {} has a date or time that does not exist", place + 1))
            })?;
            to.add(&found)?;
        }
        Converted::rows(cx, to)
    }
}
