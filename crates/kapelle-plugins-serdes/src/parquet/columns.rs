//! Columns that are filled row by row.
//!
//! A value of a column stands beside two levels: how much of its path is there, and at which list of its path it is a
//! further item.

use parquet::basic::Type as Physical;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::Result;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::SchemaDescriptor;
use std::io::Write;

use super::types::Node;
use crate::avro::datum::Datum;
use crate::avro::fit::widened;

/// The values of one column.
enum Values {
    Boolean(Vec<bool>),
    Int(Vec<i32>),
    Long(Vec<i64>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>, usize),
}

struct Column {
    values: Values,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

/// The columns of the rows that are not written yet.
#[expect(clippy::struct_field_names, reason = "columns of columns")]
pub(super) struct Columns {
    columns: Vec<Column>,
    symbols: Vec<Vec<String>>,
    pub(super) rows: usize,
    /// About how many bytes they hold.
    pub(super) bytes: usize,
}

/// Levels of a place: what is there, and which list goes on.
#[derive(Clone, Copy)]
struct Levels {
    definition: i16,
    repetition: i16,
    /// Lists around.
    lists: i16,
}

impl Columns {
    pub(super) fn new(schema: &SchemaDescriptor, symbols: Vec<Vec<String>>) -> Self {
        let column = |column: &parquet::schema::types::ColumnDescPtr| Column {
            values: match column.physical_type() {
                Physical::BOOLEAN => Values::Boolean(Vec::new()),
                Physical::INT32 => Values::Int(Vec::new()),
                Physical::INT64 | Physical::INT96 => Values::Long(Vec::new()),
                Physical::FLOAT => Values::Float(Vec::new()),
                Physical::DOUBLE => Values::Double(Vec::new()),
                Physical::BYTE_ARRAY => Values::Bytes(Vec::new()),
                Physical::FIXED_LEN_BYTE_ARRAY => {
                    Values::Fixed(Vec::new(), usize::try_from(column.type_length()).unwrap_or(0))
                }
            },
            definitions: Vec::new(),
            repetitions: Vec::new(),
        };
        Self { columns: schema.columns().iter().map(column).collect(), symbols, rows: 0, bytes: 0 }
    }

    /// Adds a row.
    pub(super) fn add(&mut self, root: &Node, row: Datum) {
        self.rows += 1;
        self.put(root, Some(row), Levels { definition: 0, repetition: 0, lists: 0 });
    }

    fn put(&mut self, node: &Node, datum: Option<Datum>, levels: Levels) {
        match (node, datum) {
            (Node::Leaf(place), datum) => self.leaf(*place, datum, levels),
            (Node::Optional { inner, value_branch }, Some(Datum::Union(branch, datum)))
                if branch == *value_branch =>
            {
                self.put(inner, Some(*datum), Levels { definition: levels.definition + 1, ..levels });
            }
            (Node::Only(inner), Some(Datum::Union(_, datum))) => self.put(inner, Some(*datum), levels),
            (Node::Optional { inner, .. } | Node::Only(inner), _) => self.put(inner, None, levels),
            (Node::Record(nodes), Some(Datum::Record(fields))) => {
                for (node, field) in nodes.iter().zip(fields) {
                    self.put(node, Some(field), levels);
                }
            }
            (Node::Record(nodes), _) => nodes.iter().for_each(|node| self.put(node, None, levels)),
            (Node::List(element), Some(Datum::Array(items))) if !items.is_empty() => {
                let mut within =
                    Levels { definition: levels.definition + 1, lists: levels.lists + 1, ..levels };
                for item in items {
                    self.put(element, Some(item), within);
                    within.repetition = within.lists;
                }
            }
            (Node::List(element), _) => self.put(element, None, Levels { lists: levels.lists + 1, ..levels }),
            (Node::Map { key, value }, Some(Datum::Map(entries))) if !entries.is_empty() => {
                let mut within =
                    Levels { definition: levels.definition + 1, lists: levels.lists + 1, ..levels };
                for (name, item) in entries {
                    self.put(key, Some(Datum::String(name)), within);
                    self.put(value, Some(item), within);
                    within.repetition = within.lists;
                }
            }
            (Node::Map { key, value }, _) => {
                let within = Levels { lists: levels.lists + 1, ..levels };
                self.put(key, None, within);
                self.put(value, None, within);
            }
        }
    }

    fn leaf(&mut self, place: usize, datum: Option<Datum>, levels: Levels) {
        let column = &mut self.columns[place];
        column.definitions.push(levels.definition);
        column.repetitions.push(levels.repetition);
        self.bytes += 12;
        match (&mut column.values, datum) {
            (Values::Boolean(values), Some(Datum::Boolean(flag))) => values.push(flag),
            (Values::Int(values), Some(Datum::Int(number))) => values.push(number),
            (Values::Long(values), Some(Datum::Long(number))) => values.push(number),
            (Values::Float(values), Some(Datum::Float(number))) => values.push(number),
            (Values::Double(values), Some(Datum::Double(number))) => values.push(number),
            (Values::Bytes(values), Some(Datum::Bytes(bytes))) => {
                self.bytes += bytes.len() + 32;
                values.push(bytes.into());
            }
            (Values::Bytes(values), Some(Datum::String(text))) => {
                self.bytes += text.len() + 32;
                values.push(text.into_bytes().into());
            }
            (Values::Bytes(values), Some(Datum::Enum(symbol))) => {
                let text = self.symbols[place].get(symbol).cloned().unwrap_or_default();
                self.bytes += text.len() + 32;
                values.push(text.into_bytes().into());
            }
            (Values::Fixed(values, size), Some(Datum::Bytes(bytes))) => {
                self.bytes += *size + 32;
                // A decimal may have fewer bytes than its column; all that fit its digits fit its bytes.
                values.push(ByteArray::from(widened(bytes, *size).unwrap_or_default()).into());
            }
            // What is not there has levels only.
            _ => {}
        }
    }

    /// Writes the rows so far.
    pub(super) fn flush<W: Write + Send>(&mut self, to: &mut SerializedFileWriter<W>) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = to.next_row_group()?;
        for column in &mut self.columns {
            let Some(mut writer) = group.next_column()? else { break };
            column.write(writer.untyped())?;
            writer.close()?;
            column.clear();
        }
        group.close()?;
        self.rows = 0;
        self.bytes = 0;
        Ok(())
    }
}

impl Column {
    fn write(&self, to: &mut ColumnWriter<'_>) -> Result<()> {
        let (definitions, repetitions) =
            (Some(self.definitions.as_slice()), Some(self.repetitions.as_slice()));
        match (to, &self.values) {
            (ColumnWriter::BoolColumnWriter(to), Values::Boolean(values)) => {
                to.write_batch(values, definitions, repetitions)?;
            }
            (ColumnWriter::Int32ColumnWriter(to), Values::Int(values)) => {
                to.write_batch(values, definitions, repetitions)?;
            }
            (ColumnWriter::Int64ColumnWriter(to), Values::Long(values)) => {
                to.write_batch(values, definitions, repetitions)?;
            }
            (ColumnWriter::FloatColumnWriter(to), Values::Float(values)) => {
                to.write_batch(values, definitions, repetitions)?;
            }
            (ColumnWriter::DoubleColumnWriter(to), Values::Double(values)) => {
                to.write_batch(values, definitions, repetitions)?;
            }
            (ColumnWriter::ByteArrayColumnWriter(to), Values::Bytes(values)) => {
                to.write_batch(values, definitions, repetitions)?;
            }
            (ColumnWriter::FixedLenByteArrayColumnWriter(to), Values::Fixed(values, _)) => {
                to.write_batch(values, definitions, repetitions)?;
            }
            // Columns are made of the types of their writers.
            _ => {}
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.definitions.clear();
        self.repetitions.clear();
        match &mut self.values {
            Values::Boolean(values) => values.clear(),
            Values::Int(values) => values.clear(),
            Values::Long(values) => values.clear(),
            Values::Float(values) => values.clear(),
            Values::Double(values) => values.clear(),
            Values::Bytes(values) => values.clear(),
            Values::Fixed(values, _) => values.clear(),
        }
    }
}
