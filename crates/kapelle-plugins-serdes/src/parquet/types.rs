//! Types of Parquet for a schema, and the way values take into columns.

use std::sync::Arc;

use kapelle_model::Failure;
use parquet::basic::{DecimalType, TimestampType};
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::{Type, TypePtr};

use crate::avro::schema::{Schema, Schemas, Unit};

/// Where a value goes.
#[derive(Debug)]
pub(super) enum Node {
    /// A column, by its place.
    Leaf(usize),
    /// Null, or what is within: the branches of a union that are null and not.
    Optional {
        inner: Box<Node>,
        value_branch: usize,
    },
    /// A union of one type.
    Only(Box<Node>),
    Record(Vec<Node>),
    List(Box<Node>),
    Map {
        key: Box<Node>,
        value: Box<Node>,
    },
}

pub(super) struct Shape {
    pub(super) root: Node,
    pub(super) schema: TypePtr,
    pub(super) columns: usize,
}

type Made = Result<(Type, Node), String>;

/// The shape of a schema, which has to be a record.
pub(super) fn shape(schemas: &Schemas) -> Result<Shape, Failure> {
    let Schema::Record(record) = schemas.resolve(&schemas.root) else {
        return Err(Failure::new("the schema has to be a record, whose fields are the columns"));
    };
    let mut making = Making { schemas, columns: 0, depth: 0 };
    let mut fields = Vec::new();
    let mut nodes = Vec::new();
    for field in &record.fields {
        let (made, node) = making.made(&field.name, &field.schema).map_err(|reason| {
            Failure::new(format!("the field `{}` cannot be a column: {reason}", field.name))
        })?;
        fields.push(Arc::new(made));
        nodes.push(node);
    }
    let schema = Type::group_type_builder("schema").with_fields(fields).build();
    let schema = schema.map_err(|error| Failure::new(format!("the schema is wrong: {error}")))?;
    Ok(Shape { root: Node::Record(nodes), schema: Arc::new(schema), columns: making.columns })
}

struct Making<'m> {
    schemas: &'m Schemas,
    columns: usize,
    depth: usize,
}

impl Making<'_> {
    /// A field that has to be there, unless its schema says that it may be null.
    fn made(&mut self, name: &str, schema: &Schema) -> Made {
        match self.schemas.resolve(schema) {
            Schema::Union(branches) => {
                let mut values = branches
                    .iter()
                    .enumerate()
                    .filter(|(_, branch)| *self.schemas.resolve(branch) != Schema::Null);
                let (Some((value_branch, branch)), None) = (values.next(), values.next()) else {
                    return Err("a column has one type; a union may only be of one and null".to_owned());
                };
                if branches.len() == 1 {
                    let (made, node) = self.typed(name, branch, Repetition::REQUIRED)?;
                    return Ok((made, Node::Only(Box::new(node))));
                }
                let (made, node) = self.typed(name, branch, Repetition::OPTIONAL)?;
                Ok((made, Node::Optional { inner: Box::new(node), value_branch }))
            }
            schema => self.typed(name, schema, Repetition::REQUIRED),
        }
    }

    fn typed(&mut self, name: &str, schema: &Schema, repetition: Repetition) -> Made {
        self.depth += 1;
        if self.depth > 32 {
            return Err("types are too deep inside of each other, or name themselves".to_owned());
        }
        let made = self.typed_within(name, schema, repetition);
        self.depth -= 1;
        made
    }

    fn typed_within(&mut self, name: &str, schema: &Schema, repetition: Repetition) -> Made {
        let group = |name: &str, repetition, logical: Option<LogicalType>, fields: Vec<Type>| {
            let fields = fields.into_iter().map(Arc::new).collect();
            let builder =
                Type::group_type_builder(name).with_repetition(repetition).with_logical_type(logical);
            builder.with_fields(fields).build().map_err(|error| error.to_string())
        };
        match self.schemas.resolve(schema) {
            Schema::Record(record) => {
                if record.fields.is_empty() {
                    return Err("a record without fields has no columns".to_owned());
                }
                let mut fields = Vec::new();
                let mut nodes = Vec::new();
                for field in &record.fields {
                    let (made, node) = self.made(&field.name, &field.schema)?;
                    fields.push(made);
                    nodes.push(node);
                }
                Ok((group(name, repetition, None, fields)?, Node::Record(nodes)))
            }
            Schema::Array(of) => {
                let (element, node) = self.made("element", of)?;
                let list = group("list", Repetition::REPEATED, None, vec![element])?;
                Ok((
                    group(name, repetition, Some(LogicalType::List), vec![list])?,
                    Node::List(Box::new(node)),
                ))
            }
            Schema::Map(of) => {
                let (key, key_node) = self.typed("key", &Schema::String, Repetition::REQUIRED)?;
                let (value, value_node) = self.made("value", of)?;
                let entries = group("key_value", Repetition::REPEATED, None, vec![key, value])?;
                let node = Node::Map { key: Box::new(key_node), value: Box::new(value_node) };
                Ok((group(name, repetition, Some(LogicalType::Map), vec![entries])?, node))
            }
            schema => {
                let made = leaf(name, schema, repetition)?;
                self.columns += 1;
                Ok((made, Node::Leaf(self.columns - 1)))
            }
        }
    }
}

fn leaf(name: &str, schema: &Schema, repetition: Repetition) -> Result<Type, String> {
    let time_unit = |unit: Unit| match unit {
        Unit::Millis => TimeUnit::MILLIS,
        Unit::Micros => TimeUnit::MICROS,
        Unit::Nanos => TimeUnit::NANOS,
    };
    let time = |unit| LogicalType::Time(TimestampType { is_adjusted_to_u_t_c: false, unit });
    let (physical, logical, length, digits) = match schema {
        Schema::Boolean => (Physical::BOOLEAN, None, 0, (0, 0)),
        Schema::Int => (Physical::INT32, None, 0, (0, 0)),
        Schema::Long => (Physical::INT64, None, 0, (0, 0)),
        Schema::Float => (Physical::FLOAT, None, 0, (0, 0)),
        Schema::Double => (Physical::DOUBLE, None, 0, (0, 0)),
        Schema::Bytes => (Physical::BYTE_ARRAY, None, 0, (0, 0)),
        Schema::String | Schema::Uuid | Schema::Enum { .. } => {
            (Physical::BYTE_ARRAY, Some(LogicalType::String), 0, (0, 0))
        }
        Schema::Fixed { size, .. } => (Physical::FIXED_LEN_BYTE_ARRAY, None, *size, (0, 0)),
        Schema::Decimal { precision, scale, of } => {
            let digits = (*precision as i32, *scale as i32);
            let logical = LogicalType::Decimal(DecimalType { scale: digits.1, precision: digits.0 });
            let size = match **of {
                Schema::Fixed { size, .. } => size,
                _ => decimal_bytes(*precision),
            };
            (Physical::FIXED_LEN_BYTE_ARRAY, Some(logical), size, digits)
        }
        Schema::Date => (Physical::INT32, Some(LogicalType::Date), 0, (0, 0)),
        Schema::TimeMillis => (Physical::INT32, Some(time(TimeUnit::MILLIS)), 0, (0, 0)),
        Schema::TimeMicros => (Physical::INT64, Some(time(TimeUnit::MICROS)), 0, (0, 0)),
        Schema::Timestamp { unit, is_local } => {
            let kind = TimestampType { is_adjusted_to_u_t_c: !is_local, unit: time_unit(*unit) };
            (Physical::INT64, Some(LogicalType::Timestamp(kind)), 0, (0, 0))
        }
        other => return Err(format!("it is {}", other.told())),
    };
    Type::primitive_type_builder(name, physical)
        .with_repetition(repetition)
        .with_logical_type(logical)
        .with_length(length as i32)
        .with_precision(digits.0)
        .with_scale(digits.1)
        .build()
        .map_err(|error| error.to_string())
}

/// Bytes that hold every number of so many digits.
fn decimal_bytes(precision: u32) -> usize {
    // A digit takes 3.322 bits, and one bit is the sign.
    let bits = precision as usize * 3_322 / 1_000 + 2;
    bits.div_ceil(8)
}
