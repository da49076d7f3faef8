//! Certificates and keys, which flows write as they are, or as the path of a file.

use std::io::Read;

use kapelle_model::{Failure, Text};
use kapelle_plugin::RunContext;
use kapelle_plugin::files::open;

/// Bytes that they may have.
const BYTES_MAX: u64 = 1 << 20;

/// What is written in a property, or stands in the file that it names.
pub(crate) fn written(cx: &RunContext, text: Text, property: &str) -> Result<Text, Failure> {
    if text.expose().contains("-----BEGIN") {
        return Ok(text);
    }
    let path = text.expose().trim();
    let address = if cx.host.files().is_address(path) { path.to_owned() } else { format!("file://{path}") };
    let mut content = String::new();
    let file = open(cx, &Text::from(address.as_str()));
    let read = file.and_then(|file| {
        file.take(BYTES_MAX).read_to_string(&mut content).map_err(|error| Failure::new(error.to_string()))
    });
    // What it says might be a part of a key that lost its first line.
    read.map_err(|_| {
        Failure::new(format!("`{property}` is neither a text that begins with `-----BEGIN` nor the path of a file that can be read"))
    })?;
    Ok(Text::from(content.as_str()).into_secret())
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[test]
    fn credentials_are_written_or_stand_in_files() {
        let stage = Stage::new();
        let cx = stage.context();
        let read = |text: &str| written(&cx, Text::from(text), "crt");
        assert_eq!(read("-----BEGIN X-----").unwrap().expose(), "-----BEGIN X-----");
        let uri = stage.put_file("ca.crt", b"content");
        let content = read(&uri).unwrap();
        assert!(content.expose() == "content" && content.has_secret());
        let told = read("hunter2").unwrap_err().to_string();
        assert!(told.contains("`crt`") && !told.contains("hunter2"), "{told}");
    }
}
