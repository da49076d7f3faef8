//! Where records go: into a file of rows, or into outputs.

use kapelle_model::{Failure, Value};
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::Record;
use super::values::weight;

/// Bytes of records that outputs may hold, about.
const OUTPUT_BYTES_MAX: usize = 32 << 20;

/// Whether records become outputs or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum OutputType {
    /// A file if they come from one, else outputs.
    Auto,
    Records,
    Store,
}

impl Word for OutputType {}

/// How files are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum OutputFormat {
    Text,
    Binary,
}

impl Word for OutputFormat {}

/// Properties that say it.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutputProperties {
    /// How a file is written: `TEXT`, a row in Ion on each line, or `BINARY`, Ion in its binary form, which every task that reads
    /// rows takes as well; `TEXT` if nothing is said.
    output_format: Option<Expr<OutputFormat>>,
    /// Where the records go: `STORE` writes a file, `RECORDS` puts them into outputs, `AUTO` does the first if any of them come
    /// from a file, and the second if not; `AUTO` if nothing is said.
    output_type: Option<Expr<OutputType>>,
}

/// Records that a task made.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The address of the new file, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    /// The records, if there is no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<Vec<Any>>,
}

/// Takes records, one after the other.
pub(super) enum Sink<'c> {
    Records { records: Vec<Any>, bytes: usize },
    File(Box<RowFile<'c>>),
}

impl OutputProperties {
    pub(super) fn begin<'c>(&self, cx: &'c RunContext, is_from_file: bool) -> Result<Sink<'c>, Failure> {
        let format = cx.filled(self.output_format.as_ref())?.unwrap_or(OutputFormat::Text);
        let kind = cx.filled(self.output_type.as_ref())?.unwrap_or(OutputType::Auto);
        let is_file = kind == OutputType::Store || (kind == OutputType::Auto && is_from_file);
        Ok(match (is_file, format) {
            (false, _) => Sink::Records { records: Vec::new(), bytes: 0 },
            (true, OutputFormat::Text) => Sink::File(Box::new(RowFile::create(cx)?)),
            (true, OutputFormat::Binary) => Sink::File(Box::new(RowFile::create_binary(cx)?)),
        })
    }
}

impl Sink<'_> {
    pub(super) fn add(&mut self, record: Record) -> Result<(), Broken> {
        match self {
            Self::File(file) => file.add(&Value::Map(record.fields)),
            Self::Records { records, bytes } => {
                let value = record.value();
                *bytes += weight(&value);
                if *bytes > OUTPUT_BYTES_MAX {
                    return Err(Broken::new(format!(
                        "the {} records so far have more than {} MB, which is too much for outputs: write `outputType: STORE` to get them as a file",
                        records.len(),
                        OUTPUT_BYTES_MAX >> 20
                    )));
                }
                records.push(Any(value));
                Ok(())
            }
        }
    }

    pub(super) fn finish(self) -> Result<Output, Broken> {
        Ok(match self {
            Self::Records { records, .. } => Output { uri: None, records: Some(records) },
            Self::File(file) => Output { uri: Some(file.finish()?), records: None },
        })
    }
}
