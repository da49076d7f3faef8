//! Encodings of text files.

use kapelle_model::Failure;

/// The bytes of a separator in an encoding in which a byte means the same wherever it stands.
pub(super) fn encoded(separator: &str, charset: &str) -> Result<Vec<u8>, Failure> {
    let name = charset.trim().to_ascii_uppercase().replace('_', "-");
    let limit = match name.as_str() {
        "UTF-8" | "UTF8" => return Ok(separator.as_bytes().to_vec()),
        "US-ASCII" | "ASCII" => 0x7f,
        "ISO-8859-1" | "LATIN1" => 0xff,
        _ => {
            return Err(Failure::new(format!(
                "the charset `{charset}` is not known here: there are UTF-8, US-ASCII, ISO-8859-1"
            )));
        }
    };
    let byte = |character: char| u8::try_from(u32::from(character)).ok().filter(|byte| *byte <= limit);
    let bytes: Option<Vec<u8>> = separator.chars().map(byte).collect();
    bytes.ok_or_else(|| Failure::new(format!("the separator has characters that `{charset}` does not have")))
}
