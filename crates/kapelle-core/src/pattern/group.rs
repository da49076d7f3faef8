//! Groups: what stands behind `(`, and which of them are open.

use std::collections::HashSet;

use super::Fault;
use super::scan::Scan;

#[derive(Default)]
pub(super) struct Groups {
    open: Vec<Open>,
    names: HashSet<String>,
}

struct Open {
    at: usize,
    /// The flag as it was before the group, which may set it for itself.
    comments: bool,
}

impl Groups {
    /// Reads what stands behind the `(` at `at`.
    pub(super) fn open(&mut self, scan: &mut Scan, at: usize) -> Result<(), Fault> {
        let comments = scan.comments;
        if scan.take('?') {
            let Some(kind) = scan.next() else {
                return Err((unclosed(), at));
            };
            match kind.character {
                ':' | '=' | '!' | '>' => {}
                '<' => {
                    let behind = scan.peek_significant().map(|token| token.character);
                    if matches!(behind, Some('=' | '!')) {
                        scan.next();
                    } else {
                        let name = take_name(scan, at)?;
                        if self.names.contains(&name) {
                            return Err((format!("there are two groups of the name `{name}`"), at));
                        }
                        self.names.insert(name);
                    }
                }
                'P' => return Err(("a named group is written `(?<name>…)`, without P".into(), at)),
                _ => {
                    scan.go_back(scan.place() - 1);
                    if flags(scan, at)? {
                        // The flags alone: no group was opened, they last to the end of the one around.
                        return Ok(());
                    }
                }
            }
        }
        self.open.push(Open { at, comments });
        Ok(())
    }

    pub(super) fn close(&mut self, scan: &mut Scan, at: usize) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Err(("`)` closes no group; for the character itself write `\\)`".into(), at));
        };
        scan.comments = open.comments;
        Ok(())
    }

    pub(super) fn end(&self) -> Result<(), Fault> {
        match self.open.last() {
            Some(open) => Err((unclosed(), open.at)),
            None => Ok(()),
        }
    }

    /// Whether a group of this name was opened before.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

fn unclosed() -> String {
    "the group is not closed: `)` is missing; for the character itself write `\\(`".into()
}

/// Takes the name of a group and the `>` behind it.
pub(super) fn take_name(scan: &mut Scan, at: usize) -> Result<String, Fault> {
    let mut name = String::new();
    while let Some(token) = scan.peek_significant().filter(|token| token.character.is_ascii_alphanumeric()) {
        name.push(token.character);
        scan.next();
    }
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Err(("the name of a group starts with a letter from A to Z".into(), at));
    }
    if !scan.take('>') {
        return Err((
            format!("`>` is missing after the name `{name}`, which has letters and digits only"),
            at,
        ));
    }
    Ok(name)
}

/// Takes flags such as `i`, `i-x` or none at all, and what ends them; true if that was `)`.
fn flags(scan: &mut Scan, at: usize) -> Result<bool, Fault> {
    let mut on = true;
    while let Some(token) = scan.next_significant() {
        match token.character {
            'x' => scan.comments = on,
            'i' | 'm' | 's' | 'd' | 'u' | 'c' | 'U' => {}
            '-' if on => on = false,
            ')' => return Ok(true),
            ':' => return Ok(false),
            other => {
                let shown = if other.is_control() { ' ' } else { other };
                return Err((
                    format!("`{shown}` is no flag of a group; known are i, m, s, x, d, u and U"),
                    at,
                ));
            }
        }
    }
    Err((unclosed(), at))
}
