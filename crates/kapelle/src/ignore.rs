//! `.kestraignore`: the rules of `.gitignore`, for the folders that we walk.

mod pattern;

use pattern::Pattern;

pub(crate) const IGNORE_FILE: &str = ".kestraignore";

/// The rules of one ignore file.
#[derive(Debug, Default)]
pub(crate) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    /// `!pattern` takes back what a line before it ignored.
    ignores: bool,
    folders_only: bool,
    pattern: Pattern,
}

impl Rules {
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        Self(text.lines().filter_map(Rule::parse).collect())
    }

    /// Whether an entry is left out. `way` are the names from the root to it; `rules` belong to the folders on
    /// this way, the root's first. The last line that fits decides, and deeper files decide before higher ones.
    pub(crate) fn ignore(rules: &[Self], way: &[String], is_folder: bool) -> bool {
        let by_depth = rules.iter().enumerate().rev();
        by_depth
            .filter(|(depth, _)| *depth < way.len())
            .find_map(|(depth, rules)| rules.decide(&way[depth..], is_folder))
            .unwrap_or(false)
    }

    fn decide(&self, way: &[String], is_folder: bool) -> Option<bool> {
        let fits = |rule: &&Rule| (is_folder || !rule.folders_only) && rule.pattern.fits(way);
        self.0.iter().rev().find(fits).map(|rule| rule.ignores)
    }
}

impl Rule {
    fn parse(line: &str) -> Option<Self> {
        let line = without_trailing_blanks(line);
        if line.starts_with('#') {
            return None;
        }
        let (ignores, line) = line.strip_prefix('!').map_or((true, line), |rest| (false, rest));
        let (folders_only, line) = line.strip_suffix('/').map_or((false, line), |rest| (true, rest));
        Some(Self { ignores, folders_only, pattern: Pattern::parse(line)? })
    }
}

/// Blanks at the end count only behind a backslash.
fn without_trailing_blanks(line: &str) -> &str {
    let trimmed = line.trim_end_matches(' ');
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    let is_escaped = backslashes % 2 == 1 && trimmed.len() < line.len();
    if is_escaped { &line[..=trimmed.len()] } else { trimmed }
}

#[cfg(test)]
mod tests;
