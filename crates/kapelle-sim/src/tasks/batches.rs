//! Cutting a text into batches: for `storage.Split`, and for a file whose lines become executions.

use kapelle_core::pattern::Pattern;
use kapelle_model::{Failure, Text};

use super::properties::unfit;

/// How to cut.
pub(super) enum How {
    /// As many lines as fit into so many bytes, one at least.
    Bytes(u64),
    /// So many batches at most, which get the lines in turn.
    Partitions(usize),
    Rows(usize),
    /// A batch for each text that the first group of the pattern matches; a line that it does not match is left out.
    Pattern(std::sync::Arc<Pattern>),
}

impl How {
    /// Reads the first of the four properties that is there.
    pub(super) fn read(
        property: &dyn Fn(&str) -> Result<Option<Text>, Failure>,
        otherwise: Option<Self>,
    ) -> Result<Self, Failure> {
        if let Some(text) = property("bytes")? {
            return bytes(text.expose()).map(Self::Bytes);
        }
        if let Some(text) = property("partitions")? {
            return count("partitions", &text).map(Self::Partitions);
        }
        if let Some(text) = property("rows")? {
            return count("rows", &text).map(Self::Rows);
        }
        if let Some(text) = property("regexPattern")? {
            let pattern = Pattern::compile(text.expose());
            let pattern =
                pattern.map_err(|_| unfit("regexPattern", &text, "it is no regular expression of Java"))?;
            return Ok(Self::Pattern(pattern));
        }
        otherwise
            .ok_or_else(|| Failure::new("Invalid configuration with no size, count, rows, nor regexPattern"))
    }
}

/// The batches in order; none is empty.
pub(super) fn batches(content: &str, how: &How, separator: &str) -> Result<Vec<String>, Failure> {
    let mut batches: Vec<(String, String)> = Vec::new();
    for (index, line) in lines(content, separator).into_iter().enumerate() {
        let is_new = match how {
            How::Bytes(size) => batches
                .last()
                .is_none_or(|(_, batch)| (batch.len() + line.len() + separator.len()) as u64 > *size),
            How::Rows(rows) => index % rows == 0,
            How::Partitions(count) => index < *count,
            How::Pattern(_) => false,
        };
        let place = match how {
            How::Partitions(count) => index % count,
            How::Pattern(pattern) => {
                let Some(key) = key(pattern, line)? else { continue };
                let known = batches.iter().position(|(known, _)| *known == key);
                known.unwrap_or_else(|| {
                    batches.push((key, String::new()));
                    batches.len() - 1
                })
            }
            How::Bytes(_) | How::Rows(_) => batches.len() - usize::from(!is_new),
        };
        if is_new {
            batches.push((String::new(), String::new()));
        }
        let batch = &mut batches[place].1;
        batch.push_str(line);
        batch.push_str(separator);
    }
    Ok(batches.into_iter().map(|(_, batch)| batch).collect())
}

/// What stands between separators; a separator at the end begins nothing.
pub(super) fn lines<'a>(content: &'a str, separator: &str) -> Vec<&'a str> {
    if separator.is_empty() {
        return if content.is_empty() { Vec::new() } else { vec![content] };
    }
    let mut lines: Vec<&str> = content.split(separator).collect();
    lines.pop_if(|last| last.is_empty());
    lines
}

/// What the first group matches in a line, where it matches first.
fn key(pattern: &Pattern, line: &str) -> Result<Option<String>, Failure> {
    let late = |_| Failure::new("the regular expression takes too long: make it simpler");
    let groups = pattern.first_match(line).map_err(late)?.unwrap_or_default();
    let group = groups.into_iter().nth(1).flatten();
    Ok(group.map(|range| line[range].to_owned()))
}

/// A size such as `10MB`, or a bare number of bytes. There is no unit for bytes alone.
fn bytes(text: &str) -> Result<u64, Failure> {
    let upper = text.to_ascii_uppercase();
    let units = [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)];
    let (digits, factor) = units
        .iter()
        .find_map(|(unit, factor)| Some((upper.strip_suffix(unit)?, *factor)))
        .unwrap_or((&upper, 1));
    let size = digits.parse::<u64>().ok().and_then(|size| size.checked_mul(factor));
    size.ok_or_else(|| Failure::new(format!("Invalid size with value '{text}'")))
}

fn count(name: &str, text: &Text) -> Result<usize, Failure> {
    let count = text.expose().parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| unfit(name, text, "is no number above 0"))
}
