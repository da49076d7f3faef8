//! Which completions fit what is written, and in which order.

use super::{COMPLETIONS_MAX, Completion, Completions};

/// Those that fit, the best first. Those of equal worth stay in their order.
pub(super) fn ranked(written: &str, items: Vec<Completion>) -> Completions {
    let written = written.trim_start_matches(['"', '\'']).to_lowercase();
    let mut fitting: Vec<(u8, Completion)> =
        items.into_iter().filter_map(|item| Some((fit(&written, &item.label)?, item))).collect();
    fitting.sort_by_key(|(fit, item)| (*fit, item.order));
    let is_cut = fitting.len() > COMPLETIONS_MAX;
    let items = fitting.into_iter().take(COMPLETIONS_MAX).map(|(_, item)| item).collect();
    Completions { items, is_cut }
}

/// How well a label fits what is written in lower case: it begins so, a part of it does, its letters are in it in order.
fn fit(written: &str, label: &str) -> Option<u8> {
    let label = label.to_lowercase();
    if label.starts_with(written) {
        return Some(0);
    }
    if label.contains(written) {
        return Some(1);
    }
    let mut letters = label.chars();
    written.chars().all(|wanted| letters.any(|letter| letter == wanted)).then_some(2)
}
