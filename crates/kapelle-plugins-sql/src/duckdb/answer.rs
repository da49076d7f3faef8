//! The rows that the program writes: fields with `|` between them, texts in single quotes.

use kapelle_model::Value;

/// One cell as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Null,
    /// In quotes.
    Text(String),
    /// Without: a number, or yes and no.
    Bare(String),
}

/// Whether a row ends with this line, or a text in it goes on.
pub(super) fn is_whole(row: &[u8]) -> bool {
    row.iter().fold(true, |is_outside, byte| is_outside != (*byte == b'\''))
}

/// The fields of a whole row, with or without the end of its line.
pub(super) fn fields(row: &[u8]) -> Result<Vec<Field>, String> {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    let row =
        std::str::from_utf8(row).map_err(|_| "a row is no text in UTF-8: cast what has bytes to a blob")?;
    let mut fields = Vec::new();
    let mut rest = row;
    loop {
        let (field, after) = field(rest)?;
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return Ok(fields),
        }
    }
}

/// The first field, and what follows behind a `|`.
fn field(text: &str) -> Result<(Field, Option<&str>), String> {
    let Some(quoted) = text.strip_prefix('\'') else {
        let (bare, after) = match text.split_once('|') {
            Some((bare, after)) => (bare, Some(after)),
            None => (text, None),
        };
        return Ok((if bare == "NULL" { Field::Null } else { Field::Bare(bare.to_owned()) }, after));
    };
    let mut content = String::new();
    let mut rest = quoted;
    loop {
        let (part, after) = rest.split_once('\'').ok_or("a row is not in the form that was asked for")?;
        content.push_str(part);
        match after.strip_prefix('\'') {
            Some(more) => {
                content.push('\'');
                rest = more;
            }
            None if after.is_empty() => return Ok((Field::Text(content), None)),
            None => {
                let after = after.strip_prefix('|').ok_or("a row is not in the form that was asked for")?;
                return Ok((Field::Text(content), Some(after)));
            }
        }
    }
}

impl Field {
    /// What it says, whatever its form.
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) | Self::Bare(text) => Some(text),
        }
    }

    /// Its value where the type of its column is not known.
    pub(super) fn value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => Value::from(text.as_str()),
            Self::Bare(bare) => match (bare.as_str(), bare.parse(), bare.parse()) {
                ("true", ..) => Value::Bool(true),
                ("false", ..) => Value::Bool(false),
                (_, Ok(number), _) => Value::Int(number),
                (_, _, Ok(number)) => Value::Float(number),
                (text, ..) => Value::from(text),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Field {
        Field::Text(text.to_owned())
    }

    #[test]
    fn rows_are_taken_apart() {
        assert_eq!(
            fields(b"'it''s'|NULL|'NULL'|1.5|''\n").unwrap(),
            [text("it's"), Field::Null, text("NULL"), Field::Bare("1.5".to_owned()), text("")]
        );
        assert_eq!(fields(b"'a|''b'|'n\nl'").unwrap(), [text("a|'b"), text("n\nl")]);
        assert!(is_whole(b"'a''b'\n") && !is_whole(b"'a\n"));
        assert!(fields(b"'a'b").is_err() && fields(b"'\xff'").is_err());
    }

    #[test]
    fn fields_without_a_type_are_what_they_look_like() {
        for (row, value) in [
            ("1", Value::Int(1)),
            ("-1.5", Value::Float(-1.5)),
            ("true", Value::Bool(true)),
            ("'1'", Value::from("1")),
            ("NULL", Value::Null),
            (
                "170141183460469231731687303715884105727x",
                Value::from("170141183460469231731687303715884105727x"),
            ),
        ] {
            assert_eq!(fields(row.as_bytes()).unwrap().remove(0).value(), value);
        }
    }
}
