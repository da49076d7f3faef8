//! Addresses of files in commands: each file is fetched, and its path stands where its address was.

use std::collections::BTreeMap;
use std::ops::Range;

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, RunContext};

use super::room::Room;
use super::writer::Writer;
use kapelle_plugin::files;

const SCHEME: &str = "kestra://";

/// Puts paths in the place of addresses, and remembers which file is where.
#[derive(Default)]
pub(crate) struct Fetched(BTreeMap<String, String>);

impl Fetched {
    /// The text with paths. Each file is fetched once.
    pub(crate) fn replace(&mut self, cx: &RunContext, room: &Room, text: &Text) -> Result<Text, Broken> {
        let found = addresses(text.expose());
        if found.is_empty() {
            return Ok(text.clone());
        }
        let (mut writer, mut from) = (Writer::default(), 0);
        for range in found {
            writer.push_part(text, from..range.start);
            let address = text.slice(range.clone()).unwrap_or_default();
            writer.push_str(&self.path(cx, room, &address)?);
            from = range.end;
        }
        writer.push_part(text, from..text.expose().len());
        Ok(writer.finish())
    }

    fn path(&mut self, cx: &RunContext, room: &Room, address: &Text) -> Result<String, Broken> {
        if let Some(path) = self.0.get(address.expose()) {
            return Ok(path.clone());
        }
        let mut content = files::open(cx, address)?;
        let place = room.file(self.0.len(), last_part(address.expose()));
        let mut file = std::fs::File::create(&place)
            .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", place.display())))?;
        files::copy(cx, &mut content, &mut file)?;
        let path = place.display().to_string();
        self.0.insert(address.expose().to_owned(), path.clone());
        Ok(path)
    }
}

fn last_part(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}

/// Where addresses stand in a text.
fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(SCHEME).map(|place| from + place) {
        let length = text[start + SCHEME.len()..].bytes().take_while(|byte| is_of_address(*byte)).count();
        let end = start + SCHEME.len() + length;
        if length > 0 {
            found.push(start..end);
        }
        from = end;
    }
    found
}

fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-%._+~#=/".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_where_something_else_begins() {
        let text = "cat kestra:///a/b-1.txt 'kestra:///c%20d', é kestra:///e\"; kestra:// kestra:///f";
        let found: Vec<&str> = addresses(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["kestra:///a/b-1.txt", "kestra:///c%20d", "kestra:///e", "kestra:///f"]);
        assert!(addresses("file:///a nsfile:///b kestra:/c").is_empty());
    }
}
