//! How texts become bytes, and bytes texts.

use kapelle_model::Failure;
use kapelle_plugin::{Expr, RunContext};

/// An encoding that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Ascii,
    Latin1,
    Utf16Big,
    Utf16Little,
}

const NAMES: &str = "UTF-8, US-ASCII, ISO-8859-1, UTF-16BE and UTF-16LE";

impl Encoding {
    pub(super) fn read(cx: &RunContext, written: Option<&Expr<String>>) -> Result<Self, Failure> {
        let Some(name) = cx.filled(written)? else { return Ok(Self::Utf8) };
        match name.trim().to_ascii_uppercase().replace('_', "-").as_str() {
            "UTF-8" | "UTF8" => Ok(Self::Utf8),
            "US-ASCII" | "ASCII" => Ok(Self::Ascii),
            "ISO-8859-1" | "LATIN1" => Ok(Self::Latin1),
            "UTF-16" | "UTF-16BE" => Ok(Self::Utf16Big),
            "UTF-16LE" => Ok(Self::Utf16Little),
            _ => Err(Failure::new(format!("`{name}` in `encoding` is not known: there are {NAMES}"))),
        }
    }

    pub(super) fn bytes(self, text: &str) -> Result<Vec<u8>, Failure> {
        let narrow = |limit: u32| {
            let byte =
                |letter: char| u8::try_from(u32::from(letter)).ok().filter(|byte| u32::from(*byte) < limit);
            let bytes: Option<Vec<u8>> = text.chars().map(byte).collect();
            bytes.ok_or_else(|| Failure::new("`payload` has characters that its `encoding` does not have"))
        };
        match self {
            Self::Utf8 => Ok(text.as_bytes().to_vec()),
            Self::Ascii => narrow(0x80),
            Self::Latin1 => narrow(0x100),
            Self::Utf16Big => Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Self::Utf16Little => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        }
    }

    /// The text; what is none has a mark in its place.
    pub(super) fn text(self, bytes: &[u8]) -> String {
        let wide = |unit: fn([u8; 2]) -> u16| {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        };
        match self {
            Self::Utf8 | Self::Ascii => String::from_utf8_lossy(bytes).into_owned(),
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Self::Utf16Big => wide(u16::from_be_bytes),
            Self::Utf16Little => wide(u16::from_le_bytes),
        }
    }

    /// The bytes that end a line.
    pub(super) fn newline(self) -> &'static [u8] {
        match self {
            Self::Utf8 | Self::Ascii | Self::Latin1 => b"\n",
            Self::Utf16Big => b"\0\n",
            Self::Utf16Little => b"\n\0",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_were() {
        for encoding in [Encoding::Utf8, Encoding::Latin1, Encoding::Utf16Big, Encoding::Utf16Little] {
            assert_eq!(encoding.text(&encoding.bytes("grün").unwrap()), "grün", "{encoding:?}");
        }
        assert_eq!(Encoding::Latin1.bytes("ü").unwrap(), [0xfc]);
        assert!(Encoding::Ascii.bytes("ü").is_err() && Encoding::Latin1.bytes("€").is_err());
    }
}
