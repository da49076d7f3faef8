//! `${NAME:default}` inside values.

/// How deep defaults may hold further placeholders.
const DEPTH_MAX: usize = 16;

/// Replaces every placeholder of a text. `find` knows variables and other keys; the error is a sentence.
pub(super) fn expand(text: &str, find: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    expand_at(text, find, 0)
}

fn expand_at(text: &str, find: &dyn Fn(&str) -> Option<String>, depth: usize) -> Result<String, String> {
    if depth > DEPTH_MAX {
        return Err(format!("more than {DEPTH_MAX} placeholders lie inside each other"));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        out.push_str(&rest[..start]);
        let inner = &rest[start + 2..];
        let Some(end) = end(inner) else {
            return Err("a placeholder that begins with `${` has no `}`".to_owned());
        };
        out.push_str(&value(&inner[..end], find, depth)?);
        rest = &inner[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn value(inner: &str, find: &dyn Fn(&str) -> Option<String>, depth: usize) -> Result<String, String> {
    let (name, default) = match inner.split_once(':') {
        Some((name, default)) => (name.trim(), Some(default)),
        None => (inner.trim(), None),
    };
    match (find(name), default) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => {
            let bare = default.strip_prefix('`').and_then(|default| default.strip_suffix('`'));
            expand_at(bare.unwrap_or(default), find, depth + 1)
        }
        (None, None) => Err(format!(
            "`${{{name}}}` is nowhere set: set the variable {name}, or write a default as `${{{name}:value}}`"
        )),
    }
}

/// Where the placeholder ends whose inside this is.
fn end(inner: &str) -> Option<usize> {
    let mut open = 0;
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return Some(at),
            b'}' => open -= 1,
            _ => {}
        }
    }
    None
}
