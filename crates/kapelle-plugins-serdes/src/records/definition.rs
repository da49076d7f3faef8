//! How fields are written that are made of expressions: an expression, or a map with one and with the type of the field.

use std::sync::Arc;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Expr, FromRendered, RunContext};

use super::expression::{Expression, Scope};
use super::field_type::FieldType;
use super::values::kind_of;

/// A field as it is written.
pub(super) struct Definition {
    pub(super) name: Arc<str>,
    pub(super) expression: String,
    pub(super) kind: Option<FieldType>,
    is_optional: bool,
}

/// The fields of a property, which has to have one.
pub(super) fn definitions(
    cx: &RunContext,
    property: &Expr<Map>,
    name: &str,
) -> Result<Vec<Definition>, Failure> {
    let written = cx.render(property)?;
    if written.is_empty() {
        return Err(Failure::new(format!("`{name}` has no field")));
    }
    let read = |(field, value): (Arc<str>, Value)| {
        read(cx, Arc::clone(&field), &value)
            .map_err(|reason| Failure::new(format!("the field `{field}` of `{name}`: {reason}")))
    };
    written.into_iter().map(read).collect()
}

fn read(cx: &RunContext, name: Arc<str>, value: &Value) -> Result<Definition, String> {
    let map = match value {
        Value::Str(text) => {
            let expression = filled(text.expose())?;
            return Ok(Definition { name, expression, kind: None, is_optional: false });
        }
        Value::Map(map) => map,
        other => return Err(format!("an expression is expected, and there is {}", kind_of(other))),
    };
    for key in map.keys().filter(|key| !["expr", "type", "optional"].contains(&&***key)) {
        let told =
            format!("`{key}` of the field `{name}` means nothing: there are `expr`, `type` and `optional`");
        cx.log(Level::Warn, told);
    }
    let text = |key: &str| match map.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => String::from_rendered(value.clone()).map(Some),
    };
    let kind = text("type")?.map(|kind| FieldType::named(&kind)).transpose()?;
    let is_optional = match map.get("optional") {
        None | Some(Value::Null) => false,
        Some(value) => {
            bool::from_rendered(value.clone()).map_err(|reason| format!("`optional`: {reason}"))?
        }
    };
    Ok(Definition { name, expression: filled(&text("expr")?.unwrap_or_default())?, kind, is_optional })
}

fn filled(expression: &str) -> Result<String, String> {
    if expression.trim().is_empty() {
        return Err("there is no expression: write one, or `expr` with one".to_owned());
    }
    Ok(expression.to_owned())
}

/// A field of a record that is made of another one.
pub(super) struct Field {
    pub(super) name: Arc<str>,
    expression: Expression,
    kind: Option<FieldType>,
    is_optional: bool,
}

/// The fields of a property. So many records stand side by side.
pub(super) fn fields(
    cx: &RunContext,
    property: &Expr<Map>,
    name: &str,
    inputs: usize,
) -> Result<Vec<Field>, Failure> {
    let field = |definition: Definition| {
        let expression = Expression::parse(&definition.expression, inputs).map_err(|reason| {
            Failure::new(format!("the field `{}` of `{name}`, {reason}", definition.name))
        })?;
        let Definition { name, kind, is_optional, .. } = definition;
        Ok(Field { name, expression, kind, is_optional })
    };
    definitions(cx, property, name)?.into_iter().map(field).collect()
}

impl Field {
    /// The value of the field. Nothing is a value only of a field that is optional.
    pub(super) fn value(&self, scope: Scope<'_>) -> Result<Value, String> {
        let value = self.expression.evaluate(scope).map_err(|reason| self.named(&reason))?;
        match (value, self.kind) {
            (Value::Null, _) if !self.is_optional => {
                Err(self.named("there is no value: with `optional: true` it may be missing"))
            }
            (value, Some(kind)) => kind.cast(value).map_err(|reason| self.named(&reason)),
            (value, None) => Ok(value),
        }
    }

    fn named(&self, reason: &str) -> String {
        format!("field `{}`: {reason}", self.name)
    }
}
