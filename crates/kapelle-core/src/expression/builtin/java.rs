//! What Java calls a value.

use kapelle_model::Value;

use super::{Builtin, Call};
use crate::expression::error::Outcome;

pub(super) const BUILTINS: &[Builtin] = &[Builtin::filter(
    "className",
    "The name of the Java class that Kestra has for a value; all integers are `java.lang.Long`.",
    class_name,
)
.gives("{{ 1.5 | className }}", "java.lang.Double")];

fn class_name(call: &mut Call<'_, '_>) -> Outcome {
    let name = match &call.input {
        Value::Null => return Ok(Value::Null),
        Value::Bool(_) => "java.lang.Boolean",
        Value::Int(_) => "java.lang.Long",
        Value::BigInt(_) => "java.math.BigInteger",
        Value::Float(_) => "java.lang.Double",
        Value::Float32(_) => "java.lang.Float",
        Value::Decimal(_) => "java.math.BigDecimal",
        Value::Str(_) => "java.lang.String",
        Value::List(_) => "java.util.ArrayList",
        Value::Map(_) => "java.util.LinkedHashMap",
        Value::Instant(_) => "java.time.Instant",
        Value::Zoned(_) => "java.time.ZonedDateTime",
        Value::LocalDateTime(_) => "java.time.LocalDateTime",
        Value::LocalDate(_) => "java.time.LocalDate",
        Value::LocalTime(_) => "java.time.LocalTime",
        Value::Duration(_) => "java.time.Duration",
        Value::Bytes(_) => "[B",
        Value::Secret(_) => "java.lang.Object",
    };
    Ok(Value::from(name))
}
