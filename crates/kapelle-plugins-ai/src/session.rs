//! One run of a task: what it may use, and what it used so far, in all conversations that it leads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use kapelle_model::Failure;
use kapelle_plugin::{Metric, RunContext};

use crate::chat::Usage;
use crate::cost::Costs;

/// The setting that says how many tokens a run may use.
pub(crate) const TOKENS_MAX: &str = "kapelle.ai.max-tokens-per-run";

pub(crate) struct Session {
    pub(crate) cx: RunContext,
    tokens_max: Option<u64>,
    tokens: AtomicU64,
    costs: Costs,
    /// An answer did not say what it used.
    is_blind: AtomicBool,
}

impl Session {
    pub(crate) fn begin(cx: &RunContext) -> Result<Self, Failure> {
        let written = cx.host.setting(TOKENS_MAX);
        let tokens_max = written.as_deref().map(|text| {
            text.trim().replace('_', "").parse().map_err(|_| {
                Failure::new(format!("the setting `{TOKENS_MAX}` is `{text}`, which is no whole number"))
            })
        });
        let (tokens_max, tokens) = (tokens_max.transpose()?, AtomicU64::new(0));
        Ok(Self {
            cx: cx.clone(),
            tokens_max,
            tokens,
            costs: Costs::begin(cx)?,
            is_blind: AtomicBool::new(false),
        })
    }

    /// Whether this model may be asked once more.
    pub(crate) fn afford(&self, model: &str) -> Result<(), Failure> {
        self.costs.afford(&self.cx, model)?;
        let has_limit = self.tokens_max.is_some() || self.costs.has_limit();
        if has_limit && self.is_blind.load(Ordering::Relaxed) {
            return Err(Failure::new(
                "the run may use so much and no more, and an answer did not say what it used: use a provider that tells, or \
                 take the limits of `kapelle.ai` away",
            ));
        }
        let used = self.tokens.load(Ordering::Relaxed);
        match self.tokens_max {
            Some(most) if used >= most => Err(Failure::new(format!(
                "the run has used {used} tokens, and may use {most}: raise the setting `{TOKENS_MAX}`, or ask for less"
            ))),
            _ => Ok(()),
        }
    }

    /// Counts what an answer of this model took.
    pub(crate) fn spend(&self, model: &str, usage: Usage) {
        self.costs.spend(&self.cx, model, usage);
        self.is_blind.fetch_or(usage.is_unknown, Ordering::Relaxed);
        self.tokens.fetch_add(usage.total, Ordering::Relaxed);
    }

    /// Tells how many tokens were used, and what all answers cost.
    pub(crate) fn report(&self, usage: Usage) {
        for (name, count) in [
            ("input.token.count", usage.input),
            ("output.token.count", usage.output),
            ("total.token.count", usage.total),
        ] {
            self.cx.metric(Metric::count(name, count));
        }
        if let Some(cost) = self.costs.so_far() {
            self.cx.metric(Metric::counter("cost", cost));
        }
    }
}
