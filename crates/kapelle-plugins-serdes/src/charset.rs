//! Charsets of text files: what is read becomes UTF-8, and UTF-8 becomes what is written.
//!
//! Nothing is replaced by question marks: what a charset does not have is an error that says where.

use std::io::{self, Read, Write};

use encoding_rs::{Decoder, DecoderResult, Encoder, EncoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, RunContext};

/// Bytes that are turned at once.
const PART_BYTES: usize = 16 << 10;

/// A charset by its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charset(Kind);

#[derive(Clone, Copy, Debug)]
enum Kind {
    Ascii,
    /// Each byte is the character with its number.
    Latin,
    /// With a mark of the order of bytes in front when it is written.
    Utf16 {
        is_little: bool,
        is_marked: bool,
    },
    Other(&'static Encoding),
}

impl Charset {
    /// The charset of a property; UTF-8 if nothing is said.
    pub(crate) fn read(cx: &RunContext, property: Option<&Expr<String>>) -> Result<Self, Failure> {
        match cx.filled(property)? {
            Some(name) => Self::find(&name),
            None => Ok(Self(Kind::Other(UTF_8))),
        }
    }

    pub(crate) fn find(name: &str) -> Result<Self, Failure> {
        let plain = name.trim().to_ascii_uppercase().replace('_', "-");
        Ok(Self(match plain.as_str() {
            "US-ASCII" | "ASCII" => Kind::Ascii,
            "ISO-8859-1" | "LATIN1" | "ISO8859-1" => Kind::Latin,
            "UTF-16" => Kind::Utf16 { is_little: false, is_marked: true },
            "UTF-16BE" => Kind::Utf16 { is_little: false, is_marked: false },
            "UTF-16LE" => Kind::Utf16 { is_little: true, is_marked: false },
            _ => Kind::Other(
                ["CP", "WINDOWS"]
                    .iter()
                    .find_map(|prefix| plain.strip_prefix(prefix))
                    .and_then(|number| Encoding::for_label(format!("windows-{number}").as_bytes()))
                    .or_else(|| Encoding::for_label(plain.as_bytes()))
                    .ok_or_else(|| {
                        Failure::new(format!(
                            "the charset `{name}` is not known: there are UTF-8, UTF-16, US-ASCII, ISO-8859-1 to -16, \
                             windows-1250 to -1258, Shift_JIS, EUC-JP, EUC-KR, Big5, GBK, GB18030 and others"
                        ))
                    })?,
            ),
        }))
    }

    pub(crate) fn is_utf8(self) -> bool {
        matches!(self.0, Kind::Other(encoding) if encoding == UTF_8)
    }

    /// Its name, as files say it.
    pub(crate) fn name(self) -> &'static str {
        match self.0 {
            Kind::Ascii => "US-ASCII",
            Kind::Latin => "ISO-8859-1",
            Kind::Utf16 { is_marked: true, .. } => "UTF-16",
            Kind::Utf16 { is_little: false, .. } => "UTF-16BE",
            Kind::Utf16 { .. } => "UTF-16LE",
            Kind::Other(encoding) => encoding.name(),
        }
    }

    /// The text of a file as UTF-8. A mark of the order of bytes in front is no part of it, and counts more than the name.
    pub(crate) fn decode(self, from: Box<dyn Read + Send>) -> Decoded {
        let decoder = match self.0 {
            Kind::Ascii | Kind::Latin => None,
            Kind::Utf16 { is_little: true, .. } => Some(UTF_16LE.new_decoder()),
            Kind::Utf16 { .. } => Some(UTF_16BE.new_decoder()),
            Kind::Other(encoding) => Some(encoding.new_decoder()),
        };
        let (input, output) = (vec![0; PART_BYTES], Vec::new());
        Decoded { from, charset: self, decoder, input, left: 0..0, is_last: false, output, at: 0, taken: 0 }
    }

    /// A writer that takes UTF-8.
    pub(crate) fn encode<W: Write>(self, to: W) -> Encoded<W> {
        let encoder = match self.0 {
            Kind::Other(encoding) if encoding != UTF_8 => Some(encoding.new_encoder()),
            _ => None,
        };
        Encoded { to, charset: self, encoder, held: Vec::new(), has_begun: false }
    }

    /// The whole text of a file that has to fit into memory.
    pub(crate) fn text(self, from: Box<dyn Read + Send>, bytes_max: usize) -> Result<String, Broken> {
        let mut text = String::new();
        self.decode(from).take(bytes_max as u64 + 1).read_to_string(&mut text)?;
        if text.len() > bytes_max {
            return Err(Broken::new(format!(
                "the file has more than {} MB, and has to be read as a whole: split it first",
                bytes_max >> 20
            )));
        }
        Ok(text)
    }
}

/// A file as UTF-8.
pub(crate) struct Decoded {
    from: Box<dyn Read + Send>,
    charset: Charset,
    decoder: Option<Decoder>,
    input: Vec<u8>,
    /// What of the input is not yet decoded.
    left: std::ops::Range<usize>,
    is_last: bool,
    output: Vec<u8>,
    at: usize,
    /// Bytes of the file that were decoded.
    taken: u64,
}

impl Decoded {
    /// Whether there is more.
    fn fill(&mut self) -> io::Result<bool> {
        self.output.clear();
        self.at = 0;
        while self.output.is_empty() {
            if self.left.is_empty() {
                if self.is_last {
                    return Ok(false);
                }
                let count = match self.from.read(&mut self.input) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    read => read?,
                };
                self.left = 0..count;
                self.is_last = count == 0;
            }
            self.turn()?;
        }
        Ok(true)
    }

    fn turn(&mut self) -> io::Result<()> {
        let input = &self.input[self.left.clone()];
        let Some(decoder) = &mut self.decoder else {
            let is_ascii = matches!(self.charset.0, Kind::Ascii);
            if let Some(place) = input.iter().position(|byte| is_ascii && !byte.is_ascii()) {
                return Err(self.wrong(place));
            }
            self.output.extend(input.iter().flat_map(|byte| char::from(*byte).to_string().into_bytes()));
            self.taken += input.len() as u64;
            self.left = 0..0;
            return Ok(());
        };
        self.output.resize(input.len() * 3 + 16, 0);
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(input, &mut self.output, self.is_last);
        self.output.truncate(written);
        self.left.start += read;
        if let DecoderResult::Malformed(length, after) = result {
            return Err(self.wrong(read.saturating_sub(usize::from(length + after))));
        }
        self.taken += read as u64;
        Ok(())
    }

    fn wrong(&self, after: usize) -> io::Error {
        let name = self.charset.name();
        let at = self.taken + after as u64;
        let message = format!(
            "the file is no text in {name}: see byte {at}; set `charset` to what it is in, such as windows-1252"
        );
        io::Error::new(io::ErrorKind::InvalidData, message)
    }
}

impl Read for Decoded {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at == self.output.len() && !self.fill()? {
            return Ok(0);
        }
        let count = to.len().min(self.output.len() - self.at);
        to[..count].copy_from_slice(&self.output[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Takes UTF-8 and writes another charset.
pub(crate) struct Encoded<W> {
    to: W,
    charset: Charset,
    encoder: Option<Encoder>,
    /// The beginning of a character whose end is still to come.
    held: Vec<u8>,
    has_begun: bool,
}

impl<W: Write> Encoded<W> {
    /// What is written to, after everything is there.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        if !self.held.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the text ends within a character"));
        }
        if let Some(encoder) = &mut self.encoder {
            let mut end = [0; 64];
            let (_, _, written) = encoder.encode_from_utf8_without_replacement("", &mut end, true);
            self.to.write_all(&end[..written])?;
        }
        Ok(self.to)
    }

    fn put(&mut self, text: &str) -> io::Result<()> {
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        match self.charset.0 {
            Kind::Other(_) => match self.encoder.take() {
                None => self.to.write_all(text.as_bytes()),
                Some(mut encoder) => {
                    let done = self.put_other(&mut encoder, text);
                    self.encoder = Some(encoder);
                    done
                }
            },
            Kind::Utf16 { is_little, is_marked } => {
                let mark = if is_first && is_marked { "\u{feff}" } else { "" };
                let units = mark.encode_utf16().chain(text.encode_utf16());
                let bytes: Vec<u8> = units
                    .flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() })
                    .collect();
                self.to.write_all(&bytes)
            }
            Kind::Ascii | Kind::Latin => {
                let limit = if matches!(self.charset.0, Kind::Ascii) { 0x7f } else { 0xff };
                let byte = |character: char| {
                    let byte = u8::try_from(u32::from(character)).ok().filter(|byte| *byte <= limit);
                    byte.ok_or_else(|| self.absent(character))
                };
                let bytes = text.chars().map(byte).collect::<io::Result<Vec<u8>>>()?;
                self.to.write_all(&bytes)
            }
        }
    }

    fn put_other(&mut self, encoder: &mut Encoder, mut text: &str) -> io::Result<()> {
        let mut part = [0; 4096];
        while !text.is_empty() {
            let (result, read, written) =
                encoder.encode_from_utf8_without_replacement(text, &mut part, false);
            self.to.write_all(&part[..written])?;
            text = text.get(read..).unwrap_or_default();
            if let EncoderResult::Unmappable(character) = result {
                return Err(self.absent(character));
            }
        }
        Ok(())
    }

    fn absent(&self, character: char) -> io::Error {
        let name = self.charset.name();
        let message =
            format!("the character `{character}` does not exist in {name}: write the file in UTF-8");
        io::Error::new(io::ErrorKind::InvalidData, message)
    }
}

impl<W: Write> Write for Encoded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.charset.is_utf8() {
            return self.to.write(bytes);
        }
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let valid = match std::str::from_utf8(&held) {
            Ok(text) => text,
            Err(error) if error.error_len().is_some() => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "what is to be written is no text"));
            }
            Err(error) => std::str::from_utf8(&held[..error.valid_up_to()]).unwrap_or_default(),
        };
        self.put(valid)?;
        self.held = held[valid.len()..].to_vec();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(name: &str, bytes: &[u8]) -> Result<String, String> {
        let mut text = String::new();
        let mut from = Charset::find(name).unwrap().decode(Box::new(io::Cursor::new(bytes.to_vec())));
        from.read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    fn encoded(name: &str, text: &str) -> Result<Vec<u8>, String> {
        let mut to = Charset::find(name).unwrap().encode(Vec::new());
        // Byte by byte, so that characters are cut.
        for byte in text.as_bytes() {
            to.write_all(&[*byte]).map_err(|error| error.to_string())?;
        }
        to.finish().map_err(|error| error.to_string())
    }

    #[test]
    fn texts_survive_in_charsets_that_have_their_characters() {
        for (name, text) in [
            ("UTF-8", "aé€😀"),
            ("UTF-16", "aé€😀"),
            ("utf_16le", "aé€😀"),
            ("UTF-16BE", "aé€😀"),
            ("US-ASCII", "a~"),
            ("ISO-8859-1", "aé\u{80}\u{9f}ÿ"),
            ("ISO-8859-15", "aé€"),
            ("windows-1252", "aé€"),
            ("Cp1252", "aé€"),
            ("windows-1250", "ąść"),
            ("Shift_JIS", "日本語"),
            ("GB18030", "中文€😀"),
            ("ISO-2022-JP", "日本語"),
        ] {
            assert_eq!(decoded(name, &encoded(name, text).unwrap()), Ok(text.to_owned()), "{name}");
        }
        assert_eq!(encoded("UTF-16", "a"), Ok(vec![0xfe, 0xff, 0, b'a']));
    }

    #[test]
    fn a_mark_in_front_is_no_text_and_names_the_charset() {
        assert_eq!(decoded("UTF-8", b"\xef\xbb\xbfa"), Ok("a".to_owned()));
        assert_eq!(decoded("UTF-8", b"\xff\xfea\0"), Ok("a".to_owned()));
        assert_eq!(decoded("UTF-16", b"\xff\xfea\0"), Ok("a".to_owned()));
    }

    #[test]
    fn nothing_is_replaced_in_silence() {
        assert!(decoded("UTF-8", b"abc\xe9").unwrap_err().contains("see byte"), "cut");
        assert!(decoded("UTF-8", b"abc\xe9def").unwrap_err().contains("windows-1252"));
        assert!(decoded("US-ASCII", b"abc\xe9").unwrap_err().contains("byte 3"));
        assert!(encoded("ISO-8859-1", "a€").unwrap_err().contains('€'));
        assert!(encoded("windows-1252", "a日").unwrap_err().contains('日'));
        assert!(Charset::find("EBCDIC-7").is_err());
    }
}
