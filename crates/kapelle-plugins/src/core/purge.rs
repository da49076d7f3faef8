//! What tasks have in common that delete what belongs to namespaces.

use std::sync::Arc;

use jiff::Timestamp;
use kapelle_core::pattern::Pattern;
use kapelle_model::Failure;
use kapelle_plugin::{Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which namespaces: named ones, those that a pattern fits, or all.
#[expect(clippy::struct_field_names, reason = "flows write these names")]
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Namespaces {
    /// The namespaces. Without them and without a pattern it is all that the flow may use.
    namespaces: Option<Expr<Vec<String>>>,
    /// A pattern of namespaces with `*` and `?`, instead of their names.
    namespace_pattern: Option<Expr<String>>,
    /// Whether namespaces below the named ones are meant too; they are unless this says `false`.
    include_child_namespaces: Option<Expr<bool>>,
}

impl Namespaces {
    /// Those of all that there are.
    pub(super) fn chosen(&self, cx: &RunContext, all: Vec<String>) -> Result<Vec<String>, Failure> {
        let named = cx.filled(self.namespaces.as_ref())?.unwrap_or_default();
        let pattern = cx.filled(self.namespace_pattern.as_ref())?;
        let with_children = cx.filled(self.include_child_namespaces.as_ref())?.unwrap_or(true);
        match pattern {
            Some(_) if !named.is_empty() => Err(Failure::new(
                "`namespaces` and `namespacePattern` cannot be used together: leave one of them out",
            )),
            Some(pattern) => Wildcard::read(&pattern)?.keep(all, |name| name),
            None if named.is_empty() => Ok(all),
            None => {
                let is_meant = |name: &str| named.iter().any(|root| is_in(name, root, with_children));
                Ok(all.into_iter().filter(|name| is_meant(name)).collect())
            }
        }
    }
}

/// Whether a namespace is this one, or one below it.
fn is_in(name: &str, root: &str, with_children: bool) -> bool {
    name.strip_prefix(root).is_some_and(|rest| rest.is_empty() || with_children && rest.starts_with('.'))
}

/// How a purge chooses among what fits.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Behavior {
    /// What is looked at: whole keys, or versions.
    #[serde(rename = "type")]
    pub(super) kind: Expr<BehaviorKind>,
    /// With `key`: only what has expired; so it is unless this says `false`.
    pub(super) expired_only: Option<Expr<bool>>,
    /// With `version`: only versions until this moment. The last one is never deleted by it.
    pub(super) before: Option<Expr<jiff::Zoned>>,
    /// With `version`: how many versions are kept. Without it and without `before` all versions are deleted.
    pub(super) keep_amount: Option<Expr<u64>>,
}

/// What a purge looks at.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum BehaviorKind {
    /// Whole keys.
    Key,
    /// Versions.
    Version,
}

impl Word for BehaviorKind {}

/// A purge of versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Versions {
    pub(super) before: Option<Timestamp>,
    pub(super) keep: usize,
}

impl Behavior {
    pub(super) fn versions(&self, cx: &RunContext) -> Result<Versions, Failure> {
        let before = cx.filled(self.before.as_ref())?.map(|moment| moment.timestamp());
        let keep = cx.filled(self.keep_amount.as_ref())?.unwrap_or(0);
        Ok(Versions { before, keep: usize::try_from(keep).unwrap_or(usize::MAX) })
    }
}

/// A pattern in which `*` stands for anything and `?` for one character.
pub(super) struct Wildcard(Arc<Pattern>);

impl Wildcard {
    pub(super) fn read(pattern: &str) -> Result<Self, Failure> {
        let mut expression = String::from("(?s)");
        for character in pattern.chars() {
            match character {
                '*' => expression.push_str(".*"),
                '?' => expression.push('.'),
                other if other.is_ascii_punctuation() => expression.extend(['\\', other]),
                other => expression.push(other),
            }
        }
        let compiled = Pattern::compile(&expression);
        compiled.map(Self).map_err(|_| Failure::new(format!("the pattern `{pattern}` is too long")))
    }

    /// What it fits, by its name.
    pub(super) fn keep<T>(&self, all: Vec<T>, name: impl Fn(&T) -> &str) -> Result<Vec<T>, Failure> {
        let mut kept = Vec::new();
        for one in all {
            let fits = self.0.matches_whole(name(&one));
            if fits.map_err(|_| Failure::new("a pattern takes too long: make it simpler"))? {
                kept.push(one);
            }
        }
        Ok(kept)
    }
}
