//! The text that is put in for a match: `$1`, `${name}`, `\$`.

use super::compile::{Failure, Pattern};
use super::engine::Spans;

#[derive(Debug)]
pub(super) struct Replacement {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Group(usize),
}

impl Replacement {
    /// Reads what Java reads, with its complaints.
    pub(super) fn parse(text: &str, pattern: &Pattern) -> Result<Self, Failure> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' => {
                    let escaped = characters.next();
                    plain.push(escaped.ok_or_else(|| wrong("character to be escaped is missing"))?);
                }
                '$' => {
                    let group = if characters.next_if_eq(&'{').is_some() {
                        let mut name = String::new();
                        while let Some(next) = characters.next_if(char::is_ascii_alphanumeric) {
                            name.push(next);
                        }
                        if name.is_empty() || characters.next_if_eq(&'}').is_none() {
                            return Err(wrong("named capturing group is missing trailing '}'"));
                        }
                        if name.starts_with(|first: char| first.is_ascii_digit()) {
                            return Err(wrong(format!(
                                "capturing group name {{{name}}} starts with digit character"
                            )));
                        }
                        pattern
                            .group_named(&name)
                            .ok_or_else(|| wrong(format!("No group with name {{{name}}}")))?
                    } else {
                        group_number(&mut characters, pattern.groups())?
                    };
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(Part::Group(group));
                }
                other => plain.push(other),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    pub(super) fn has_groups(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Group(_)))
    }

    /// Writes the replacement of one match. A group that took no part is empty.
    pub(super) fn write(
        &self,
        text: &str,
        spans: &Spans,
        out: &mut String,
        bytes_max: usize,
    ) -> Result<(), Failure> {
        for part in &self.parts {
            let part = match part {
                Part::Text(part) => part,
                Part::Group(group) => {
                    let span = spans.get(*group).cloned().flatten();
                    span.and_then(|span| text.get(span)).unwrap_or_default()
                }
            };
            if part.len() > bytes_max.saturating_sub(out.len()) {
                return Err(Failure::ResultTooLarge);
            }
            out.push_str(part);
        }
        Ok(())
    }
}

/// The digits behind `$`: one, and more as long as there are that many groups.
fn group_number(
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    groups: usize,
) -> Result<usize, Failure> {
    let digit = |character: char| character.to_digit(10).map(|digit| digit as usize);
    let Some(first) = characters.next() else {
        return Err(wrong("Illegal group reference: group index is missing"));
    };
    let Some(mut group) = digit(first) else {
        return Err(wrong(format!("Illegal group reference: `${first}`")));
    };
    if group > groups {
        return Err(wrong(format!("No group {group}")));
    }
    while let Some(next) = characters.peek().copied().and_then(digit) {
        let longer = group.saturating_mul(10).saturating_add(next);
        if longer > groups {
            break;
        }
        characters.next();
        group = longer;
    }
    Ok(group)
}

fn wrong(reason: impl Into<String>) -> Failure {
    Failure::Replacement(reason.into())
}
