//! Patterns of paths: `*` and `?` within a name, `**` across folders, `[a-z]`, `{a,b}`.
//!
//! `**/` stands for any folders or none. With `regex:` in front a pattern is a regular expression for the whole path, with
//! `glob:` it is taken as it stands. A pattern becomes a regular expression, so that it is matched in linear time.

use std::sync::Arc;

use kapelle_core::pattern::Pattern;
use kapelle_model::Failure;

/// Patterns of which one has to fit.
#[derive(Debug, Default)]
pub struct Globs(Vec<Arc<Pattern>>);

impl Globs {
    /// For the files of a directory: a pattern that begins with a word fits in folders as well.
    pub fn of_directory<S: AsRef<str>>(patterns: &[S]) -> Result<Self, Failure> {
        Self::read(patterns, |pattern| {
            let path = pattern.strip_prefix("./").unwrap_or(pattern).trim_start_matches('/');
            (path.to_owned(), begins_with_word(pattern), false)
        })
    }

    /// For the files of a namespace, as in a `.gitignore`: a pattern without a slash fits in every folder, and one that
    /// fits a folder fits all that is in it.
    pub fn of_namespace<S: AsRef<str>>(patterns: &[S]) -> Result<Self, Failure> {
        Self::read(patterns, |pattern| {
            let path = pattern.trim_matches('/');
            let is_free = begins_with_word(pattern) || !pattern.trim_end_matches('/').contains('/');
            (path.to_owned(), is_free, true)
        })
    }

    /// `form` says of a pattern: what is matched, whether in every folder, whether with all below it.
    fn read<S: AsRef<str>>(
        patterns: &[S],
        form: impl Fn(&str) -> (String, bool, bool),
    ) -> Result<Self, Failure> {
        let written = patterns.iter().map(|pattern| pattern.as_ref().trim());
        let compiled = written.filter(|pattern| !pattern.is_empty()).map(|pattern| {
            let source = if let Some(expression) = pattern.strip_prefix("regex:") {
                expression.to_owned()
            } else if let Some(glob) = pattern.strip_prefix("glob:") {
                whole(glob, false, false)?
            } else {
                let (path, is_free, has_rest) = form(pattern);
                whole(&path, is_free, has_rest)?
            };
            Pattern::compile(&source).map_err(|_| unreadable(pattern))
        });
        compiled.collect::<Result<_, _>>().map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them fits a path without a slash in front.
    pub fn fit(&self, path: &str) -> Result<bool, Failure> {
        for pattern in &self.0 {
            let fits = pattern.matches_whole(path);
            if fits.map_err(|_| Failure::new("a pattern of paths takes too long: make it simpler"))? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn begins_with_word(pattern: &str) -> bool {
    pattern.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
}

fn unreadable(pattern: &str) -> Failure {
    Failure::new(format!("`{pattern}` is no pattern of paths: write one such as `*.csv` or `data/**`"))
}

fn whole(glob: &str, is_free: bool, has_rest: bool) -> Result<String, Failure> {
    let before = if is_free { "(?:.*/)?" } else { "" };
    let after = if has_rest { "(?:/.*)?" } else { "" };
    let expression = expression(glob).ok_or_else(|| unreadable(glob))?;
    Ok(format!("(?s){before}(?:{expression}){after}"))
}

/// The regular expression of a pattern; nothing if brackets are not closed.
fn expression(glob: &str) -> Option<String> {
    let mut rest = glob.chars().peekable();
    let mut out = String::new();
    let mut is_at_start = true;
    let mut is_choice = false;
    while let Some(sign) = rest.next() {
        match sign {
            '*' if rest.peek() == Some(&'*') => {
                while rest.next_if_eq(&'*').is_some() {}
                let is_folders = is_at_start && rest.next_if_eq(&'/').is_some();
                out.push_str(if is_folders { "(?:.*/)?" } else { ".*" });
                is_at_start = is_folders;
                continue;
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => class(&mut rest, &mut out)?,
            '{' if !is_choice => {
                out.push_str("(?:");
                is_choice = true;
            }
            '}' if is_choice => {
                out.push(')');
                is_choice = false;
            }
            ',' if is_choice => out.push('|'),
            '\\' => literal(rest.next()?, &mut out),
            other => literal(other, &mut out),
        }
        is_at_start = sign == '/';
    }
    (!is_choice).then_some(out)
}

/// Characters in brackets; `!` in front means all others.
fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) -> Option<()> {
    out.push_str(if rest.next_if_eq(&'!').is_some() { "[^/" } else { "[" });
    let mut is_empty = true;
    loop {
        match rest.next()? {
            ']' if !is_empty => break,
            '-' => out.push('-'),
            other => literal(other, out),
        }
        is_empty = false;
    }
    out.push(']');
    Some(())
}

fn literal(character: char, out: &mut String) {
    if character.is_ascii_punctuation() && character != '/' && character != '_' {
        out.push('\\');
    }
    out.push(character);
}
