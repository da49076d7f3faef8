//! Whose a pod is, for people, and for whoever finds it later.

use kapelle_plugin::Place;
use serde_json::{Value as Json, json};

/// The task run.
pub(super) const RUN: &str = "kestra.io/taskrun-id";
/// The execution.
pub(super) const EXECUTION: &str = "kestra.io/execution-id";
/// `true` if the pod has no business without its task run.
pub(in crate::kubernetes) const BOUND: &str = "kapelle.io/bound";

pub(super) fn labels(place: &Place, is_bound: bool) -> Json {
    json!({
        "kestra.io/namespace": label(&place.namespace),
        "kestra.io/flow-id": label(&place.flow),
        "kestra.io/task-id": label(&place.task),
        EXECUTION: label(&place.execution.to_string()),
        RUN: label(&place.run_id),
        "kestra.io/taskrun-attempt": place.attempt.to_string(),
        BOUND: is_bound.to_string(),
    })
}

/// A text as labels take it: 63 letters, digits and `-_.`, of which the first and last are letters or digits.
pub(super) fn label(text: &str) -> String {
    let fit: String = text
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() || "-_.".contains(one) { one } else { '-' })
        .take(63)
        .collect();
    fit.trim_matches(|one: char| !one.is_ascii_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn labels_fit() {
        for (text, fit) in
            [("team.a", "team.a"), ("_x y_", "x-y"), ("ä", ""), (&"a".repeat(70), &"a".repeat(63))]
        {
            assert_eq!(super::label(text), fit);
        }
    }
}
