//! Regular expressions of `java.util.regex`: a check of their syntax, and [`Pattern`], which matches as Java does.
//!
//! Flows carry patterns that Java was to compile. The check finds what Java surely refuses and never refuses what Java
//! accepts; what needs Java's tables (names of scripts and characters) or more than syntax (the length of look-behind)
//! passes. It walks the pattern once, with its own stack of open groups and classes, so that neither depth nor length of a
//! pattern can hurt.

mod cache;
mod class;
mod compile;
mod engine;
mod escape;
mod group;
mod matching;
mod replacement;
mod scan;
mod translate;

pub use compile::{Failure, Pattern};
pub use matching::Limits;
use scan::Scan;

/// Why a pattern is wrong, and at which byte.
type Fault = (String, usize);

/// Checks the syntax of a pattern.
pub fn check_java_regex(pattern: &str) -> Result<(), Fault> {
    let mut scan = Scan::new(pattern);
    let mut groups = group::Groups::default();
    // Whether the last thing can be repeated.
    let mut repeatable = false;
    while let Some(token) = scan.next_significant() {
        repeatable = match token.character {
            _ if token.quoted => true,
            '(' => {
                groups.open(&mut scan, token.at)?;
                false
            }
            ')' => {
                groups.close(&mut scan, token.at)?;
                true
            }
            '[' => {
                class::check(&mut scan, token.at)?;
                true
            }
            '\\' => {
                escape::outside_class(&mut scan, token.at, &groups)?;
                true
            }
            '|' => false,
            '*' | '+' | '?' if !repeatable => {
                let sign = token.character;
                let reason = format!(
                    "there is nothing before `{sign}` to repeat; for the character itself write `\\{sign}`"
                );
                return Err((reason, token.at));
            }
            '*' | '+' | '?' => {
                scan.take_suffix();
                false
            }
            '{' => {
                counted(&mut scan, token.at)?;
                scan.take_suffix();
                false
            }
            // Anchors can be repeated; `]` and `}` without their other half are characters like all others.
            _ => true,
        };
    }
    groups.end()
}

/// What follows `{`: `2}`, `2,}` or `2,3}`. Java reads an opening brace as nothing else.
fn counted(scan: &mut Scan, at: usize) -> Result<(), Fault> {
    let Some(least) = scan.take_number() else {
        let reason = "a count such as {2}, {2,} or {2,5} is expected; for the character itself write `\\{`";
        return Err((reason.into(), at));
    };
    let most = if scan.take(',') { scan.take_number().unwrap_or(i64::MAX) } else { least };
    if !scan.take('}') {
        return Err(("the count is not closed: `}` is missing, or it is not {2}, {2,} or {2,5}".into(), at));
    }
    if least > most {
        return Err((format!("the count goes backwards: {least} is more than {most}"), at));
    }
    Ok(())
}

#[cfg(test)]
mod matching_tests;
#[cfg(test)]
mod tests;
