//! Paths into documents, and what the server finds by them.

use kapelle_core::expression::plain::from_json;
use kapelle_model::{Failure, Value};

/// The whole document.
pub(super) const ROOT: &str = "$";

/// Whether a path may lead to several places.
fn is_for_many(path: &str) -> bool {
    path.contains(['*', '?', ',', ':']) || path.contains("..")
}

/// What stands at a path: where it leads to one place, what is there; else all that was found. The server answers paths that
/// begin with `$` with a list.
pub(super) fn found(path: &str, content: Option<&[u8]>) -> Result<Value, Failure> {
    let Some(content) = content else { return Ok(Value::Null) };
    let text = String::from_utf8_lossy(content);
    let value = from_json(&text)
        .map_err(|reason| Failure::new(format!("the server gives something else than JSON: {reason}")))?;
    match value {
        Value::List(items) if path.starts_with('$') && !is_for_many(path) => {
            Ok(items.first().cloned().unwrap_or(Value::Null))
        }
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_to_one_place_gives_what_is_there() {
        let shown =
            |path: &str, content: &str| format!("{:?}", found(path, Some(content.as_bytes())).unwrap());
        assert_eq!(shown("$", "[{\"a\":1}]"), "Map({\"a\": Int(1)})");
        assert_eq!(shown("$.a", "[]"), "Null");
        assert_eq!(shown("$.*", "[1]"), "List([Int(1)])");
        assert_eq!(shown("$..a", "[1]"), "List([Int(1)])");
        assert_eq!(shown(".a", "[1]"), "List([Int(1)])");
        assert_eq!(found("$", None).unwrap(), Value::Null);
    }
}
