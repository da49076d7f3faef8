//! Bytes of an answer as text.

/// The text, or why there is none. `stated` is a content type with the name of an encoding, which counts more than `usual`.
pub(super) fn text(bytes: Vec<u8>, stated: Option<&str>, usual: &str) -> Result<String, String> {
    let stated = stated.and_then(charset_of);
    let name = stated.as_deref().unwrap_or(usual).to_ascii_lowercase().replace('_', "-");
    let wrong = || {
        format!(
            "the answer is no text in {name}, and only text can be an output; use the task Download instead"
        )
    };
    match name.as_str() {
        "utf-8" | "utf8" | "us-ascii" | "ascii" => String::from_utf8(bytes).map_err(|_| wrong()),
        "iso-8859-1" | "latin1" | "windows-1252" => Ok(bytes.into_iter().map(char::from).collect()),
        "utf-16" | "utf-16le" | "utf-16be" => utf_16(&bytes, name == "utf-16le").ok_or_else(wrong),
        _ => Err(format!(
            "the answer is in the encoding `{name}`, which is not known; use the task Download instead"
        )),
    }
}

fn charset_of(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// A mark at the beginning says which byte comes first.
fn utf_16(bytes: &[u8], is_little: bool) -> Option<String> {
    let (bytes, is_little) = match bytes {
        [0xff, 0xfe, rest @ ..] => (rest, true),
        [0xfe, 0xff, rest @ ..] => (rest, false),
        _ => (bytes, is_little),
    };
    if bytes.len() % 2 == 1 {
        return None;
    }
    let pairs = bytes.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
    let units = pairs.map(|pair| if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) });
    String::from_utf16(&units.collect::<Vec<_>>()).ok()
}
