//! What answers of models cost, by the prices of the installation. Amounts are exact: they count in millionths of what a
//! millionth part of a price is.

use std::sync::atomic::{AtomicU64, Ordering};

use kapelle_model::Failure;
use kapelle_plugin::RunContext;

use crate::chat::Usage;

/// The setting that says what a run may cost.
const MOST: &str = "kapelle.ai.max-cost-per-run";

/// The setting that says what a million tokens cost, by the name of the model.
const PRICES: &str = "kapelle.ai.prices";

/// Prices and limits have so many digits after the point.
const DIGITS: usize = 6;
const UNIT: u64 = 10_u64.pow(DIGITS as u32);

/// What a run may cost, and what it cost so far.
pub(crate) struct Costs {
    most: Option<u64>,
    spent: AtomicU64,
}

/// What a million tokens cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Price {
    input: u64,
    output: u64,
}

impl Price {
    fn of(self, usage: Usage) -> u64 {
        let input = usage.input.saturating_mul(self.input);
        input.saturating_add(usage.output.saturating_mul(self.output))
    }
}

impl Costs {
    pub(crate) fn begin(cx: &RunContext) -> Result<Self, Failure> {
        let most = amount(cx, MOST)?.map(|most| most.saturating_mul(UNIT));
        Ok(Self { most, spent: AtomicU64::new(0) })
    }

    pub(crate) const fn has_limit(&self) -> bool {
        self.most.is_some()
    }

    /// Whether this model may be asked. One without a price may not where there is a limit: nobody could keep it.
    pub(crate) fn afford(&self, cx: &RunContext, model: &str) -> Result<(), Failure> {
        let Some(most) = self.most else { return Ok(()) };
        if price(cx, model)?.is_none() {
            return Err(Failure::new(format!(
                "the setting `{MOST}` limits what a run costs, and nobody says what `{model}` costs: give it a price, as in \
                 `{PRICES}: {{'{model}': {{input: 0.50, output: 1.50}}}}` for a million tokens"
            )));
        }
        let spent = self.spent.load(Ordering::Relaxed);
        if spent < most {
            return Ok(());
        }
        Err(Failure::new(format!(
            "the run has cost {}, and may cost {}: raise the setting `{MOST}`, ask for less, or use a cheaper model",
            written(spent),
            written(most)
        )))
    }

    /// Counts what an answer cost.
    pub(crate) fn spend(&self, cx: &RunContext, model: &str, usage: Usage) {
        // A wrong price is told before anybody asks.
        let cost = price(cx, model).ok().flatten().unwrap_or_default().of(usage);
        self.spent.fetch_add(cost, Ordering::Relaxed);
    }

    /// What it cost so far, if it cost anything.
    pub(crate) fn so_far(&self) -> Option<f64> {
        let spent = self.spent.load(Ordering::Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "a metric is no account")]
        (spent > 0).then(|| spent as f64 / (UNIT * UNIT) as f64)
    }
}

fn price(cx: &RunContext, model: &str) -> Result<Option<Price>, Failure> {
    let Some(input) = amount(cx, &format!("{PRICES}.{model}.input"))? else { return Ok(None) };
    let output = amount(cx, &format!("{PRICES}.{model}.output"))?.unwrap_or_default();
    Ok(Some(Price { input, output }))
}

fn amount(cx: &RunContext, setting: &str) -> Result<Option<u64>, Failure> {
    let Some(text) = cx.host.setting(setting) else { return Ok(None) };
    let read = read(&text).ok_or_else(|| {
        Failure::new(format!(
            "the setting `{setting}` is `{text}`, which is no amount: write a number such as `0.50`, with up to {DIGITS} \
             digits after the point"
        ))
    })?;
    Ok(Some(read))
}

/// Millionths of an amount.
fn read(text: &str) -> Option<u64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > DIGITS {
        return None;
    }
    let part: u64 = format!("{part:0<DIGITS$}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(UNIT)?.checked_add(part)
}

/// An amount as people write it, with at least two digits after the point.
fn written(amount: u64) -> String {
    let (whole, part) = (amount / (UNIT * UNIT), amount % (UNIT * UNIT));
    let digits = format!("{part:012}");
    let kept = digits.trim_end_matches('0').len().max(2);
    format!("{whole}.{}", &digits[..kept])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_or_not_at_all() {
        for (text, expected) in [
            ("0", Some(0)),
            ("2", Some(2_000_000)),
            (" 0.075 ", Some(75_000)),
            ("1.", Some(1_000_000)),
            ("0.000001", Some(1)),
            ("0.0000001", None),
            ("", None),
            (".5", None),
            ("-1", None),
            ("1e3", None),
            ("99999999999999", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn costs_are_added_without_rounding() {
        let price = Price { input: 75_000, output: 300_000 };
        let cost = price.of(Usage::of(Some(1_000_001), Some(3), None));
        assert_eq!(written(cost), "0.075000975");
        assert_eq!(written(2 * UNIT * UNIT), "2.00");
    }
}
