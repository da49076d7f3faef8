//! Lists, structs and maps as DuckDB writes them: `[1, 2]`, `{'a': 1}`, `(1, 2)`, `{k=1}`. Texts in them stand in quotes
//! where they could be misread.

use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_core::property::text_of;
use kapelle_model::{Map, Value};
use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::cells::cell;
use super::types::Type;

/// The value of all of a text. Nothing if it is not written as its type says.
pub(super) fn read(text: &str, ty: &Type, zone: &TimeZone) -> Option<Value> {
    let mut reader = Reader { rest: text, zone };
    let value = reader.value(ty)?;
    reader.rest.is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
    zone: &'t TimeZone,
}

impl Reader<'_> {
    // Types have a greatest depth, so that this has one too.
    fn value(&mut self, ty: &Type) -> Option<Value> {
        if let Some(rest) = self.rest.strip_prefix("NULL")
            && rest.chars().next().is_none_or(is_end)
        {
            self.rest = rest;
            return Some(Value::Null);
        }
        match ty {
            Type::List(inner) => {
                let mut items = Vec::new();
                self.all("[", "]", |reader, _| {
                    items.push(reader.value(inner)?);
                    Some(())
                })?;
                Some(Value::List(Arc::new(items)))
            }
            Type::Struct(fields) => self.fields(fields),
            Type::Map(keys, values) => {
                let mut map = Map::new();
                self.all("{", "}", |reader, _| {
                    let key = reader.value(keys)?;
                    reader.take("=")?;
                    map.insert(text_of(&key).ok()?.expose().into(), reader.value(values)?);
                    Some(())
                })?;
                Some(Value::Map(Arc::new(map)))
            }
            _ => {
                let text = self.text(ty)?;
                Some(cell(&text, ty, self.zone))
            }
        }
    }

    /// A struct; an unnamed one is a list.
    fn fields(&mut self, fields: &[(String, Type)]) -> Option<Value> {
        if self.rest.starts_with('(') {
            let mut items = Vec::new();
            self.all("(", ")", |reader, at| {
                items.push(reader.value(&fields.get(at)?.1)?);
                Some(())
            })?;
            return Some(Value::List(Arc::new(items)));
        }
        let mut map = Map::new();
        self.all("{", "}", |reader, at| {
            let (name, ty) = fields.get(at)?;
            reader.quoted()?;
            reader.take(": ")?;
            map.insert(name.as_str().into(), reader.value(ty)?);
            Some(())
        })?;
        Some(Value::Map(Arc::new(map)))
    }

    /// Everything between two signs, with its number.
    fn all(
        &mut self,
        open: &str,
        close: &str,
        mut each: impl FnMut(&mut Self, usize) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        if self.take(close).is_some() {
            return Some(());
        }
        for at in 0.. {
            each(self, at)?;
            if self.take(close).is_some() {
                return Some(());
            }
            self.take(", ")?;
        }
        None
    }

    /// The text of something that is no list, struct or map.
    fn text(&mut self, ty: &Type) -> Option<String> {
        if self.rest.starts_with('\'') {
            return self.quoted();
        }
        let end = if *ty == Type::Json {
            self.json_end()?
        } else {
            self.rest.find(is_end).unwrap_or(self.rest.len())
        };
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(text.to_owned())
    }

    /// JSON is never put into quotes.
    fn json_end(&self) -> Option<usize> {
        let mut values = Deserializer::from_str(self.rest).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(values.byte_offset())
    }

    fn quoted(&mut self) -> Option<String> {
        let quoted = self.rest.strip_prefix('\'')?;
        let mut text = String::new();
        let mut signs = quoted.char_indices();
        loop {
            match signs.next()? {
                (at, '\'') => {
                    self.rest = &quoted[at + 1..];
                    return Some(text);
                }
                (_, '\\') => text.push(signs.next()?.1),
                (_, sign) => text.push(sign),
            }
        }
    }

    fn take(&mut self, sign: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(sign)?;
        Some(())
    }
}

/// Texts that have one of these stand in quotes.
fn is_end(sign: char) -> bool {
    matches!(sign, ',' | ']' | '}' | ')' | '=')
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain;

    use super::*;

    fn told(text: &str, ty: &str) -> Option<String> {
        let value = read(text, &Type::read(ty), &TimeZone::UTC)?;
        Some(plain::to_json(&value, &TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned())
    }

    #[test]
    fn nested_values_are_read_as_they_are_written() {
        for (text, ty, json) in [
            ("[]", "INTEGER[]", "[]"),
            ("[1, NULL, 3]", "INTEGER[]", "[1,null,3]"),
            (
                "['NULL', NULL, '', x y, \\x, 'a]', 'a\\\\\\'b']",
                "VARCHAR[]",
                r#"["NULL",null,"","x y","\\x","a]","a\\'b"]"#,
            ),
            ("[[1], NULL]", "INTEGER[][]", "[[1],null]"),
            ("[2020-01-01]", "DATE[]", r#"["2020-01-01"]"#),
            (
                "{'a': 1.50, 'b c': [x]}",
                "STRUCT(a DECIMAL(3,2), \"b c\" VARCHAR[])",
                r#"{"a":1.50,"b c":["x"]}"#,
            ),
            ("{'c\\'d': 'a: b'}", "STRUCT(\"c'd\" VARCHAR)", r#"{"c'd":"a: b"}"#),
            ("(1, x)", "STRUCT(INTEGER, VARCHAR)", r#"[1,"x"]"#),
            ("{'a=1'=x, b=NULL}", "MAP(VARCHAR, VARCHAR)", r#"{"a=1":"x","b":null}"#),
            ("{[1]=2}", "MAP(INTEGER[], INTEGER)", r#"{"[1]":2}"#),
            ("{}", "MAP(INTEGER, INTEGER)", "{}"),
            (r#"[{"a": "x, y"}, 1]"#, "JSON[]", r#"[{"a":"x, y"},1]"#),
        ] {
            assert_eq!(told(text, ty).as_deref(), Some(json), "{text}");
        }
    }

    #[test]
    fn what_is_written_otherwise_is_not_guessed() {
        for (text, ty) in [
            ("[1", "INTEGER[]"),
            ("[1]x", "INTEGER[]"),
            ("{'u': a,b}", "STRUCT(u UNION(k VARCHAR))"),
            ("{a=1", "MAP(VARCHAR, INTEGER)"),
            ("(1, 2, 3)", "STRUCT(INTEGER, INTEGER)"),
        ] {
            assert_eq!(told(text, ty), None, "{text}");
        }
    }
}
