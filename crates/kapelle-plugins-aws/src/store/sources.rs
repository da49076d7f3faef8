//! Which files are to be written, from all forms in which a flow may say it.

use kapelle_core::expression::plain::from_json;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Text, Value};

/// Files that one task writes.
const FILES_MAX: usize = 10_000;

/// A file that is to be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) from: Text,
}

/// One file, or several with their names. A list or map of one file is one: it gets the key as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sources {
    One(Text),
    Many(Vec<Source>),
}

impl Sources {
    pub(crate) fn read(from: Value) -> Result<Self, Failure> {
        let many: Result<Vec<Source>, Failure> = match from {
            Value::Str(text) if text.expose().trim_start().starts_with(['[', '{']) => {
                let opened = from_json(text.expose()).map_err(|_| {
                    Failure::new(
                        "the text in `from` is neither an address nor a list or map of addresses in JSON",
                    )
                })?;
                return Self::read(if text.has_secret() { opened.into_secret() } else { opened });
            }
            Value::List(items) => items.iter().map(|item| Ok(Source::of(address(item)?))).collect(),
            Value::Map(map) => map
                .iter()
                .map(|(name, item)| Ok(Source { name: name.to_string(), from: address(item)? }))
                .collect(),
            Value::Secret(inner) => {
                return Ok(match Self::read((*inner).clone())? {
                    Self::One(from) => Self::One(from.into_secret()),
                    Self::Many(many) => Self::Many(
                        many.into_iter()
                            .map(|source| Source { from: source.from.into_secret(), ..source })
                            .collect(),
                    ),
                });
            }
            one => return Ok(Self::One(address(&one)?)),
        };
        let mut many = many?;
        match many.len() {
            0 => Err(Failure::new("`from` gives no file: the list or map is empty")),
            1 => Ok(Self::One(many.remove(0).from)),
            2..=FILES_MAX => Ok(Self::Many(many)),
            _ => Err(Failure::new(format!("`from` has more than {FILES_MAX} files"))),
        }
    }
}

fn address(value: &Value) -> Result<Text, Failure> {
    let text = text_of(value).map_err(|error| Failure::new(error.text()))?;
    if text.expose().trim().is_empty() {
        return Err(Failure::new(
            "`from` gives no file: write the address of one, such as `{{ outputs.task.uri }}`",
        ));
    }
    Ok(text)
}

impl Source {
    /// A file that is called as its address ends.
    pub(crate) fn of(from: Text) -> Self {
        Self { name: from.expose().rsplit('/').next().unwrap_or_default().to_owned(), from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_their_addresses_or_by_the_flow() {
        let read = |json: &str| match Sources::read(from_json(json).unwrap()) {
            Ok(Sources::One(from)) => from.masked(),
            Ok(Sources::Many(many)) => many
                .iter()
                .map(|source| format!("{}={}", source.name, source.from.masked()))
                .collect::<Vec<_>>()
                .join(" "),
            Err(failure) => failure.to_string(),
        };
        assert_eq!(read("\"kestra:///a/b.csv\""), "kestra:///a/b.csv");
        assert_eq!(read("[\"kestra:///a/b.csv\", \"nsfile:///c\"]"), "b.csv=kestra:///a/b.csv c=nsfile:///c");
        assert_eq!(
            read("{\"x/y\": \"kestra:///a\", \"z\": \"kestra:///b\"}"),
            "x/y=kestra:///a z=kestra:///b"
        );
        assert_eq!(read("\"[\\\"kestra:///a\\\",\\\"kestra:///b\\\"]\""), "a=kestra:///a b=kestra:///b");
        for one in ["[\"kestra:///a\"]", "{\"x\": \"kestra:///a\"}", "\"[\\\"kestra:///a\\\"]\""] {
            assert_eq!(read(one), "kestra:///a");
        }
        for none in ["[]", "{}", "\"[]\""] {
            assert!(read(none).contains("is empty"), "{none}");
        }
        assert!(read("\"[kestra\"").contains("neither"));
        assert!(read("\" \"").contains("gives no file") && read("[\"\"]").contains("gives no file"));
    }
}
