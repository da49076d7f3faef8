//! `io.kestra.plugin.serdes.parquet.IonToParquet`: writes rows as a file of Parquet.

use std::sync::Arc;

use kapelle_model::{Failure, Text};
use kapelle_plugin::ion::Rows;
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::SchemaDescriptor;
use schemars::JsonSchema;
use serde::Deserialize;

use super::columns::Columns;
use super::types::shape;
use crate::avro::fit::Fitting;
use crate::avro::properties::TypeProperties;
use crate::avro::schema::{Schema, Schemas};
use crate::converted::{BadRows, Converted, OnBadLines, create};

/// Bytes of a group of rows that are held in memory, whatever the flow wants.
const GROUP_BYTES_MAX: usize = 128 << 20;

/// Bytes of a page, where the flow does not say it.
const PAGE_BYTES_USUAL: u32 = 1 << 20;

/// # Convert Ion to Parquet
///
/// Writes rows as a file of Parquet. Without a schema it is made of the first rows: every column may be null, decimals keep
/// their digits, dates and times keep microseconds.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IonToParquet {
    #[serde(flatten)]
    types: TypeProperties,
    /// What becomes of values that do not fit the schema: the task fails if nothing is said, else they are null, or their row is
    /// left out where null does not fit.
    on_bad_lines: Option<Expr<OnBadLines>>,
    /// The address of the file.
    from: Expr<Text>,
    /// How pages are packed; with gzip if nothing is said.
    compression_codec: Option<Expr<Codec>>,
    /// The version of the format; 2 if nothing is said.
    parquet_version: Option<Expr<Version>>,
    /// Bytes of a group of rows; 128 MB if nothing is said, which is also the most.
    row_group_size: Option<Expr<u64>>,
    /// Bytes of a page; 1 MB if nothing is said.
    page_size: Option<Expr<u32>>,
    /// Bytes of a page of values that come often; 1 MB if nothing is said.
    dictionary_page_size: Option<Expr<u32>>,
}

/// How pages are packed.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Codec {
    /// Not at all.
    Uncompressed,
    /// Snappy.
    Snappy,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Word for Codec {}

/// A version of the format.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Version {
    /// 1.0.
    V1,
    /// 2.0.
    V2,
}

impl Word for Version {}

impl Task for IonToParquet {
    const TYPE: &'static str = "io.kestra.plugin.serdes.parquet.IonToParquet";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl IonToParquet {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let mut bad = BadRows::new(cx.filled(self.on_bad_lines.as_ref())?);
        let manner = self.types.manner(cx, bad.forgives())?;
        let group_bytes = cx.filled(self.row_group_size.as_ref())?.unwrap_or(GROUP_BYTES_MAX as u64);
        let group_bytes = usize::try_from(group_bytes).unwrap_or(GROUP_BYTES_MAX).min(GROUP_BYTES_MAX);
        let properties = Arc::new(self.properties(cx)?);
        let schemas = self.types.schemas(cx, &from)?;
        let shape = shape(&schemas)?;
        let told = |error: parquet::errors::ParquetError| {
            Failure::new(format!("the file cannot be written: {error}"))
        };
        let mut symbols = Vec::with_capacity(shape.columns);
        gather(&schemas.root, &schemas, &mut symbols);
        let mut columns = Columns::new(&SchemaDescriptor::new(Arc::clone(&shape.schema)), symbols);
        let mut file =
            SerializedFileWriter::new(create(cx, ".parquet")?, Arc::clone(&shape.schema), properties)
                .map_err(told)?;
        let fitting = Fitting { manner: &manner, schemas: &schemas };
        let mut rows = Rows::open(cx, &from)?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            match fitting.row(&row) {
                Ok(fitted) => {
                    bad.forgive(cx, rows.number(), &fitted.forgiven);
                    columns.add(&shape.root, fitted.datum);
                    count += 1;
                }
                Err(reason) => bad.meet(cx, &format!("row {}{reason}", rows.number()))?,
            }
            if columns.bytes > group_bytes {
                columns.flush(&mut file).map_err(told)?;
            }
        }
        columns.flush(&mut file).map_err(told)?;
        bad.tell(cx);
        Converted::file(cx, file.into_inner().map_err(told)?, count)
    }

    fn properties(&self, cx: &RunContext) -> Result<WriterProperties, Failure> {
        let codec = cx.filled(self.compression_codec.as_ref())?.unwrap_or(Codec::Gzip);
        let version = cx.filled(self.parquet_version.as_ref())?.unwrap_or(Version::V2);
        let size = |bytes: Option<u32>| bytes.unwrap_or(PAGE_BYTES_USUAL).max(1) as usize;
        Ok(WriterProperties::builder()
            .set_created_by("kapelle".to_owned())
            .set_writer_version(match version {
                Version::V1 => WriterVersion::PARQUET_1_0,
                Version::V2 => WriterVersion::PARQUET_2_0,
            })
            .set_compression(match codec {
                Codec::Uncompressed => Compression::UNCOMPRESSED,
                Codec::Snappy => Compression::SNAPPY,
                Codec::Gzip => Compression::GZIP(GzipLevel::default()),
                Codec::Zstd => Compression::ZSTD(ZstdLevel::default()),
            })
            .set_data_page_size_limit(size(cx.filled(self.page_size.as_ref())?))
            .set_dictionary_page_size_limit(size(cx.filled(self.dictionary_page_size.as_ref())?))
            .build())
    }
}

/// The symbols of each column, in the order of the columns.
fn gather(schema: &Schema, schemas: &Schemas, symbols: &mut Vec<Vec<String>>) {
    match schemas.resolve(schema) {
        Schema::Union(branches) => {
            for branch in branches.iter().filter(|branch| **branch != Schema::Null) {
                gather(branch, schemas, symbols);
            }
        }
        Schema::Record(record) => {
            record.fields.iter().for_each(|field| gather(&field.schema, schemas, symbols));
        }
        Schema::Array(of) => gather(of, schemas, symbols),
        Schema::Map(of) => {
            symbols.push(Vec::new());
            gather(of, schemas, symbols);
        }
        Schema::Enum { symbols: own, .. } => symbols.push(own.clone()),
        _ => symbols.push(Vec::new()),
    }
}
