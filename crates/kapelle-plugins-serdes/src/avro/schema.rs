//! Schemas of Avro.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::Failure;
use serde_json::{Map as Json, Value as JsonValue, json};

/// Types inside of each other, and types of a schema.
const DEPTH_MAX: usize = 64;
const TYPES_MAX: usize = 100_000;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Schema {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed {
        name: String,
        size: usize,
    },
    Enum {
        name: String,
        symbols: Vec<String>,
    },
    Array(Box<Schema>),
    Map(Box<Schema>),
    Record(Arc<Record>),
    Union(Vec<Schema>),
    /// A type that was described before, by its full name.
    Named(String),
    Decimal {
        precision: u32,
        scale: u32,
        of: Box<Schema>,
    },
    Date,
    TimeMillis,
    TimeMicros,
    Timestamp {
        unit: Unit,
        is_local: bool,
    },
    Uuid,
}

/// What a moment counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Millis,
    Micros,
    Nanos,
}

/// The names of the record that stands for rows that are lists, and of its one field.
pub(crate) const LIST: &str = "root";
pub(crate) const LIST_FIELD: &str = "value";

#[derive(Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) fields: Vec<Field>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) schema: Schema,
    /// The value of a field that a row does not have.
    pub(crate) default: Option<JsonValue>,
    /// Names under which rows may have it too.
    pub(crate) aliases: Vec<String>,
}

/// A schema with the types that have names.
#[derive(Clone, Debug)]
pub(crate) struct Schemas {
    pub(crate) root: Schema,
    pub(crate) named: BTreeMap<String, Schema>,
}

impl Schemas {
    /// Reads a schema.
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let json: JsonValue = serde_json::from_str(text)
            .map_err(|error| Failure::new(format!("the schema is no JSON: {error}")))?;
        let mut reading = Reading { named: BTreeMap::new(), count: 0 };
        let root = reading
            .schema(&json, "", 0)
            .map_err(|reason| Failure::new(format!("the schema is wrong: {reason}")))?;
        Ok(Self { root, named: reading.named })
    }

    /// The type itself where only its name is said.
    pub(crate) fn resolve<'s>(&'s self, schema: &'s Schema) -> &'s Schema {
        match schema {
            Schema::Named(name) => self.named.get(name).unwrap_or(schema),
            schema => schema,
        }
    }
}

impl Record {
    /// The field of a record that has but one, if that is a list which cannot be null.
    pub(crate) fn only_list(&self) -> Option<&Field> {
        match &self.fields[..] {
            [field] if matches!(field.schema, Schema::Array(_)) => Some(field),
            _ => None,
        }
    }

    /// Whether the record stands for a row that is a list, whatever its namespace is.
    pub(crate) fn is_list(&self) -> bool {
        self.name.rsplit('.').next() == Some(LIST)
            && self.only_list().is_some_and(|field| field.name == LIST_FIELD)
    }
}

struct Reading {
    named: BTreeMap<String, Schema>,
    count: usize,
}

impl Reading {
    fn schema(&mut self, json: &JsonValue, space: &str, depth: usize) -> Result<Schema, String> {
        self.count += 1;
        if depth > DEPTH_MAX || self.count > TYPES_MAX {
            return Err("it has too many types, or too many inside of each other".to_owned());
        }
        match json {
            JsonValue::String(name) => self.by_name(name, space),
            JsonValue::Array(branches) => {
                let branches = branches.iter().map(|branch| self.schema(branch, space, depth + 1));
                let branches = branches.collect::<Result<Vec<_>, _>>()?;
                if branches.is_empty() {
                    return Err("a union has no types".to_owned());
                }
                Ok(Schema::Union(branches))
            }
            JsonValue::Object(object) => self.object(object, space, depth),
            _ => Err(format!("`{json}` is no type")),
        }
    }

    fn by_name(&self, name: &str, space: &str) -> Result<Schema, String> {
        Ok(match name {
            "null" => Schema::Null,
            "boolean" => Schema::Boolean,
            "int" => Schema::Int,
            "long" => Schema::Long,
            "float" => Schema::Float,
            "double" => Schema::Double,
            "bytes" => Schema::Bytes,
            "string" => Schema::String,
            _ => {
                let full = full_name(name, space);
                let known = [full, name.to_owned()].into_iter().find(|name| self.named.contains_key(name));
                return known.map(Schema::Named).ok_or_else(|| format!("there is no type `{name}`"));
            }
        })
    }

    fn object(
        &mut self,
        object: &Json<String, JsonValue>,
        space: &str,
        depth: usize,
    ) -> Result<Schema, String> {
        let text = |key: &str| object.get(key).and_then(JsonValue::as_str);
        let number = |key: &str| object.get(key).and_then(JsonValue::as_u64);
        let kind = object.get("type").ok_or("a type says no `type`")?;
        let JsonValue::String(kind) = kind else { return self.schema(kind, space, depth + 1) };
        let space = text("namespace").unwrap_or(space);
        let name = || {
            let name = text("name").ok_or_else(|| format!("a type `{kind}` has no `name`"))?;
            Ok::<_, String>(full_name(name, space))
        };
        let schema = match kind.as_str() {
            "record" | "error" => {
                let name = name()?;
                let space = name.rsplit_once('.').map_or("", |(space, _)| space).to_owned();
                self.named.insert(name.clone(), Schema::Named(name.clone()));
                let fields = object.get("fields").and_then(JsonValue::as_array);
                let fields = fields.ok_or_else(|| format!("the record `{name}` has no `fields`"))?;
                let fields = fields
                    .iter()
                    .map(|field| self.field(field, &space, depth))
                    .collect::<Result<Vec<_>, _>>()?;
                let record = Schema::Record(Arc::new(Record { name: name.clone(), fields }));
                self.named.insert(name, record.clone());
                record
            }
            "enum" => {
                let symbols =
                    object.get("symbols").and_then(JsonValue::as_array).ok_or("an enum has no `symbols`")?;
                let symbols = symbols.iter().filter_map(JsonValue::as_str).map(str::to_owned).collect();
                let schema = Schema::Enum { name: name()?, symbols };
                self.named.insert(name()?, schema.clone());
                schema
            }
            "fixed" => {
                let size = number("size")
                    .filter(|size| *size <= 1 << 20)
                    .ok_or("a fixed has no `size` that fits")?;
                let schema = Schema::Fixed { name: name()?, size: size as usize };
                self.named.insert(name()?, schema.clone());
                schema
            }
            "array" => {
                let items = object.get("items").ok_or("an array has no `items`")?;
                Schema::Array(Box::new(self.schema(items, space, depth + 1)?))
            }
            "map" => {
                let values = object.get("values").ok_or("a map has no `values`")?;
                Schema::Map(Box::new(self.schema(values, space, depth + 1)?))
            }
            kind => self.by_name(kind, space)?,
        };
        let local = |unit| Schema::Timestamp { unit, is_local: true };
        let global = |unit| Schema::Timestamp { unit, is_local: false };
        Ok(match (text("logicalType"), schema) {
            (Some("decimal"), schema @ (Schema::Bytes | Schema::Fixed { .. })) => {
                let precision = number("precision").ok_or("a decimal has no `precision`")? as u32;
                let scale = number("scale").unwrap_or(0) as u32;
                if precision == 0 || scale > precision || precision > 1000 {
                    return Err(format!("a decimal has the precision {precision} and the scale {scale}"));
                }
                Schema::Decimal { precision, scale, of: Box::new(schema) }
            }
            (Some("date"), Schema::Int) => Schema::Date,
            (Some("time-millis"), Schema::Int) => Schema::TimeMillis,
            (Some("time-micros"), Schema::Long) => Schema::TimeMicros,
            (Some("timestamp-millis"), Schema::Long) => global(Unit::Millis),
            (Some("timestamp-micros"), Schema::Long) => global(Unit::Micros),
            (Some("timestamp-nanos"), Schema::Long) => global(Unit::Nanos),
            (Some("local-timestamp-millis"), Schema::Long) => local(Unit::Millis),
            (Some("local-timestamp-micros"), Schema::Long) => local(Unit::Micros),
            (Some("local-timestamp-nanos"), Schema::Long) => local(Unit::Nanos),
            (Some("uuid"), Schema::String) => Schema::Uuid,
            (_, schema) => schema,
        })
    }

    fn field(&mut self, field: &JsonValue, space: &str, depth: usize) -> Result<Field, String> {
        let name = field.get("name").and_then(JsonValue::as_str).ok_or("a field has no `name`")?;
        let kind = field.get("type").ok_or_else(|| format!("the field `{name}` has no `type`"))?;
        // A logical type may stand beside the type of a field by mistake; it means nothing there, as for other readers.
        let schema =
            self.schema(kind, space, depth + 1).map_err(|reason| format!("the field `{name}`: {reason}"))?;
        let aliases = field.get("aliases").and_then(JsonValue::as_array);
        let aliases =
            aliases.into_iter().flatten().filter_map(JsonValue::as_str).map(str::to_owned).collect();
        Ok(Field { name: name.to_owned(), schema, default: field.get("default").cloned(), aliases })
    }
}

fn full_name(name: &str, space: &str) -> String {
    if name.contains('.') || space.is_empty() { name.to_owned() } else { format!("{space}.{name}") }
}

impl Schema {
    /// The schema as it is written. Named types are described where they first come.
    pub(crate) fn json(&self) -> JsonValue {
        let simple = |name: &str| JsonValue::String(name.to_owned());
        let logical = |kind: &str, logical: &str| json!({"type": kind, "logicalType": logical});
        match self {
            Self::Null => simple("null"),
            Self::Boolean => simple("boolean"),
            Self::Int => simple("int"),
            Self::Long => simple("long"),
            Self::Float => simple("float"),
            Self::Double => simple("double"),
            Self::Bytes => simple("bytes"),
            Self::String => simple("string"),
            Self::Named(name) => simple(name),
            Self::Fixed { name, size } => json!({"type": "fixed", "name": name, "size": size}),
            Self::Enum { name, symbols } => json!({"type": "enum", "name": name, "symbols": symbols}),
            Self::Array(items) => json!({"type": "array", "items": items.json()}),
            Self::Map(values) => json!({"type": "map", "values": values.json()}),
            Self::Union(branches) => branches.iter().map(Self::json).collect(),
            Self::Record(record) => {
                let field = |field: &Field| {
                    let mut json = json!({"name": field.name, "type": field.schema.json()});
                    if let (Some(default), Some(object)) = (&field.default, json.as_object_mut()) {
                        object.insert("default".to_owned(), default.clone());
                    }
                    if let (false, Some(object)) = (field.aliases.is_empty(), json.as_object_mut()) {
                        object.insert("aliases".to_owned(), field.aliases.clone().into());
                    }
                    json
                };
                let fields: Vec<JsonValue> = record.fields.iter().map(field).collect();
                json!({"type": "record", "name": record.name, "fields": fields})
            }
            Self::Decimal { precision, scale, of } => {
                let mut json = match of.json() {
                    JsonValue::Object(object) => object,
                    other => Json::from_iter([("type".to_owned(), other)]),
                };
                json.insert("logicalType".to_owned(), "decimal".into());
                json.insert("precision".to_owned(), (*precision).into());
                json.insert("scale".to_owned(), (*scale).into());
                JsonValue::Object(json)
            }
            Self::Date => logical("int", "date"),
            Self::TimeMillis => logical("int", "time-millis"),
            Self::TimeMicros => logical("long", "time-micros"),
            Self::Timestamp { unit, is_local } => {
                let unit = match unit {
                    Unit::Millis => "millis",
                    Unit::Micros => "micros",
                    Unit::Nanos => "nanos",
                };
                let local = if *is_local { "local-" } else { "" };
                logical("long", &format!("{local}timestamp-{unit}"))
            }
            Self::Uuid => logical("string", "uuid"),
        }
    }

    /// What it is called in messages.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Union(branches) => branches.iter().map(Self::told).collect::<Vec<_>>().join(" or "),
            Self::Record(record) => format!("record {}", record.name),
            Self::Named(name) | Self::Fixed { name, .. } | Self::Enum { name, .. } => name.clone(),
            Self::Array(_) => "array".to_owned(),
            Self::Map(_) => "map".to_owned(),
            Self::Decimal { precision, scale, .. } => format!("decimal({precision}, {scale})"),
            other => match other.json() {
                JsonValue::Object(object) => object["logicalType"].as_str().unwrap_or_default().to_owned(),
                json => json.as_str().unwrap_or_default().to_owned(),
            },
        }
    }
}
