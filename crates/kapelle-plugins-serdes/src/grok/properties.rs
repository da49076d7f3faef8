//! What both tasks are told.

use std::collections::BTreeMap;
use std::io::Read;

use kapelle_model::{Failure, Map};
use kapelle_plugin::files::{files_below, open, relative};
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::matching::{Grok, Names};

/// Bytes of a file of patterns.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Patterns and what becomes of what they match.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GrokProperties {
    /// The pattern.
    pattern: Option<Expr<String>>,
    /// Several patterns, which are tried in this order.
    patterns: Option<Expr<Vec<String>>>,
    /// Folders of the directory of the task, or addresses, of files with patterns by name.
    patterns_dir: Option<Expr<Vec<String>>>,
    /// Patterns by name.
    pattern_definitions: Option<Expr<BTreeMap<String, String>>>,
    /// Whether only what has a name of its own becomes a field; it does if nothing is said.
    named_captures_only: Option<Expr<bool>>,
    /// Whether the first pattern that matches is the last one that is tried; it is if nothing is said.
    break_on_first_match: Option<Expr<bool>>,
    /// Whether fields are kept that are empty.
    keep_empty_captures: Option<Expr<bool>>,
}

/// Patterns that are ready.
pub(super) struct Matcher {
    groks: Vec<Grok>,
    breaks: bool,
    keeps_empty: bool,
}

impl GrokProperties {
    pub(super) fn matcher(&self, cx: &RunContext) -> Result<Matcher, Broken> {
        let mut names = Names::new();
        for place in cx.filled(self.patterns_dir.as_ref())?.unwrap_or_default() {
            add_files(cx, &mut names, &place)?;
        }
        for (name, pattern) in cx.filled(self.pattern_definitions.as_ref())?.unwrap_or_default() {
            names.add(&name, &pattern);
        }
        let mut patterns: Vec<String> = cx.filled(self.pattern.as_ref())?.into_iter().collect();
        patterns.extend(cx.filled(self.patterns.as_ref())?.unwrap_or_default());
        if patterns.is_empty() {
            return Err(Broken::new("there is no pattern: set `pattern` or `patterns`"));
        }
        let only_named = cx.filled(self.named_captures_only.as_ref())?.unwrap_or(true);
        let groks = patterns.iter().map(|pattern| names.compile(pattern, only_named));
        Ok(Matcher {
            groks: groks.collect::<Result<_, Failure>>()?,
            breaks: cx.filled(self.break_on_first_match.as_ref())?.unwrap_or(true),
            keeps_empty: cx.filled(self.keep_empty_captures.as_ref())?.unwrap_or(false),
        })
    }
}

fn add_files(cx: &RunContext, names: &mut Names, place: &str) -> Result<(), Broken> {
    let read = |from: &mut dyn Read| {
        let mut content = String::new();
        from.take(FILE_BYTES_MAX).read_to_string(&mut content)?;
        Ok::<_, std::io::Error>(content)
    };
    if cx.host.files().is_address(place) {
        names.add_file(&read(&mut open(cx, &place.into())?)?);
        return Ok(());
    }
    let root = cx.host.directory()?;
    let folder = relative(place.trim_start_matches("./"))?;
    let wanted = format!("{folder}/");
    let mut files =
        files_below(&root)?.into_iter().filter(|file| file.path == folder || file.path.starts_with(&wanted));
    let first = files.next().ok_or_else(|| Failure::new(format!("there are no patterns in `{place}`")))?;
    for file in std::iter::once(first).chain(files) {
        names.add_file(&read(&mut std::fs::File::open(&file.place)?)?);
    }
    Ok(())
}

impl Matcher {
    /// The fields of a text; nothing if no pattern matches.
    pub(super) fn fields(&self, text: &str) -> Result<Option<Map>, Failure> {
        let mut all: Option<Map> = None;
        for grok in &self.groks {
            if let Some(fields) = grok.fields(text, self.keeps_empty)? {
                all.get_or_insert_default().extend(fields);
                if self.breaks {
                    break;
                }
            }
        }
        Ok(all)
    }
}
