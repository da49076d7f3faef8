//! A pattern that is ready to match.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::engine::{Engine, Spans};
use super::matching::{Limits, Matches};
use super::replacement::Replacement;
use super::translate::{Manner, Needs, Translation, translate};
use super::{cache, check_java_regex};

/// Bytes of a pattern. The longest of people have some hundreds.
const PATTERN_BYTES_MAX: usize = 32 << 10;

/// Why a pattern did not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The pattern is wrong at this byte.
    Pattern { reason: String, at: usize },
    /// The pattern would take too much memory.
    PatternTooLarge,
    /// The text is too long for a pattern as large as this.
    TextTooLarge,
    /// The text to put in is wrong.
    Replacement(String),
    /// The pattern tries too many ways on this text.
    Backtracking,
    /// The result would be longer than allowed.
    ResultTooLarge,
    /// It takes too long.
    Late,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { reason, .. } => f.write_str(reason),
            Self::PatternTooLarge => f.write_str("the regular expression is too large"),
            Self::TextTooLarge => {
                f.write_str("the text is too long for a regular expression as large as this")
            }
            Self::Replacement(reason) => write!(f, "the replacement is wrong: {reason}"),
            Self::Backtracking => f.write_str("the regular expression tries too many ways on this text"),
            Self::ResultTooLarge => f.write_str("the result would be too long"),
            Self::Late => f.write_str("the regular expression takes too long"),
        }
    }
}

/// A pattern of `java.util.regex` that matches as it does in Java. Positions are bytes.
#[derive(Debug)]
pub struct Pattern {
    source: Arc<str>,
    groups: usize,
    names: Vec<(String, usize)>,
    needs: Needs,
    /// Made when needed: for simple texts and for any, to search and to match as a whole.
    engines: [OnceLock<Result<Engine, Failure>>; 4],
}

impl Pattern {
    /// The pattern, out of the memory of those that were used last if it is there.
    pub fn compile(source: &str) -> Result<Arc<Self>, Failure> {
        if let Some(pattern) = cache::get(source) {
            return Ok(pattern);
        }
        let pattern = Arc::new(Self::new(source)?);
        cache::put(&pattern);
        Ok(pattern)
    }

    fn new(source: &str) -> Result<Self, Failure> {
        if source.len() > PATTERN_BYTES_MAX {
            return Err(Failure::PatternTooLarge);
        }
        check_java_regex(source).map_err(|(reason, at)| Failure::Pattern { reason, at })?;
        let translation = written(source, false)?;
        let first = engine(&translation, false)?;
        let Translation { groups, names, needs, .. } = translation;
        let engines = [const { OnceLock::new() }; 4];
        let _fresh = engines[0].set(Ok(first));
        Ok(Self { source: source.into(), groups, names, needs, engines })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// How many groups there are besides the whole match.
    pub fn groups(&self) -> usize {
        self.groups
    }

    pub fn group_named(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, group)| *group)
    }

    /// Whether it matches a part of the text.
    pub fn is_match(&self, text: &str) -> Result<bool, Failure> {
        Ok(self.engine(text, false)?.find(text, 0)?.is_some())
    }

    /// Whether it matches the text as a whole.
    pub fn matches_whole(&self, text: &str) -> Result<bool, Failure> {
        Ok(self.engine(text, true)?.find(text, 0)?.is_some())
    }

    /// The first match with its groups, the whole first.
    pub fn first_match(&self, text: &str) -> Result<Option<Vec<Option<Range<usize>>>>, Failure> {
        self.engine(text, false)?.captures(text, 0)
    }

    /// Replaces every match; nothing if there is none.
    pub fn replace_all(
        &self,
        text: &str,
        replacement: &str,
        limits: Limits<'_>,
    ) -> Result<Option<String>, Failure> {
        self.replace(text, replacement, usize::MAX, limits)
    }

    /// Replaces the first match; nothing if there is none.
    pub fn replace_first(
        &self,
        text: &str,
        replacement: &str,
        limits: Limits<'_>,
    ) -> Result<Option<String>, Failure> {
        self.replace(text, replacement, 1, limits)
    }

    fn replace(
        &self,
        text: &str,
        replacement: &str,
        count: usize,
        limits: Limits<'_>,
    ) -> Result<Option<String>, Failure> {
        let mut matches = Matches::new(self.engine(text, false)?, text, limits);
        let mut result = String::new();
        let mut from = 0;
        // Java does not look at the replacement before there is a match.
        let mut parsed = None;
        for _ in 0..count {
            let with_groups = parsed.as_ref().is_none_or(Replacement::has_groups);
            let Some(spans) = matches.next(with_groups)? else {
                break;
            };
            let parts = match &mut parsed {
                Some(parts) => parts,
                none => none.insert(Replacement::parse(replacement, self)?),
            };
            let Some(whole) = spans.first().cloned().flatten() else {
                break;
            };
            let kept = text.get(from..whole.start).unwrap_or_default();
            if kept.len() > limits.bytes.saturating_sub(result.len()) {
                return Err(Failure::ResultTooLarge);
            }
            result.push_str(kept);
            parts.write(text, &spans, &mut result, limits.bytes)?;
            from = whole.end;
        }
        if parsed.is_none() {
            return Ok(None);
        }
        let rest = text.get(from..).unwrap_or_default();
        if rest.len() > limits.bytes.saturating_sub(result.len()) {
            return Err(Failure::ResultTooLarge);
        }
        result.push_str(rest);
        Ok(Some(result))
    }

    /// The parts between the matches, as Java cuts them: at most `limit` if that is positive, without empty ones at the
    /// end if it is zero. [`Limits::bytes`] bounds their number.
    pub fn split(&self, text: &str, limit: i64, limits: Limits<'_>) -> Result<Vec<Range<usize>>, Failure> {
        let parts_max = usize::try_from(limit).ok().filter(|most| *most > 0).unwrap_or(usize::MAX);
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut from = 0;
        let mut matches = Matches::new(self.engine(text, false)?, text, limits);
        while parts.len() < parts_max - 1
            && let Some(found) = matches.next_whole()?
        {
            // No empty part before a match of nothing at the start.
            if found.end == 0 {
                continue;
            }
            if parts.len() >= limits.bytes {
                return Err(Failure::ResultTooLarge);
            }
            parts.push(from..found.start);
            from = found.end;
        }
        parts.push(from..text.len());
        // Without a match the text is the result, be it empty.
        if limit == 0 && parts.len() > 1 {
            while parts.pop_if(|part| part.start == part.end).is_some() {}
        }
        Ok(parts)
    }

    fn engine(&self, text: &str, whole: bool) -> Result<&Engine, Failure> {
        let exact = !self.needs.suit(text);
        let slot = &self.engines[usize::from(exact) + 2 * usize::from(whole)];
        let made = slot.get_or_init(|| engine(&written(&self.source, exact)?, whole));
        made.as_ref().map_err(Clone::clone)
    }

    /// Whether it takes little enough memory that many of its kind can be kept.
    pub(super) fn is_small(&self) -> bool {
        matches!(self.engines[0].get(), Some(Ok(engine)) if engine.is_small())
    }
}

/// The pattern for the engine that it needs.
fn written(source: &str, exact: bool) -> Result<Translation, Failure> {
    let fault = |(reason, at)| Failure::Pattern { reason, at };
    let linear = translate(source, Manner { backtracking: false, exact }).map_err(fault)?;
    if linear.backtracking {
        return translate(source, Manner { backtracking: true, exact }).map_err(fault);
    }
    Ok(linear)
}

fn engine(translation: &Translation, whole: bool) -> Result<Engine, Failure> {
    let text = &translation.text;
    let framed = whole.then(|| format!(r"\A(?:{text})\z"));
    let text = framed.as_ref().unwrap_or(text);
    if translation.backtracking { Engine::backtracking(text) } else { Engine::linear(text) }
}

/// The spans of a match without groups.
pub(super) fn only(whole: Range<usize>) -> Spans {
    vec![Some(whole)]
}
