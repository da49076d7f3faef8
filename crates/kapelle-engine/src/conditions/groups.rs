//! Conditions over conditions: `Not`, `Or`, and a list of which all have to hold.
//!
//! They are asked in their order, and the first that decides, decides; one that cannot be answered decides too.

use super::{Answer, Condition, Depth, Question, Reader, Verdict};

#[derive(Debug)]
pub(super) enum Group {
    Not(Vec<Condition>),
    Or(Vec<Condition>),
}

impl Group {
    pub(super) fn not(reader: &Reader<'_>) -> Self {
        Self::Not(reader.conditions("conditions"))
    }

    pub(super) fn or(reader: &Reader<'_>) -> Self {
        Self::Or(reader.conditions("conditions"))
    }

    pub(super) fn ask(&self, name: &str, question: &Question<'_>) -> Verdict {
        match self {
            Self::Not(conditions) => match decide(conditions, question, Answer::Yes) {
                (Some(Decision::By(at)), parts) => {
                    Verdict::no(name, format!("`{}` holds", parts[at].name)).with_parts(parts)
                }
                (Some(Decision::Error(at)), parts) => broken(name, at, parts),
                (None, parts) => Verdict::yes(name, "none of them holds").with_parts(parts),
            },
            Self::Or(conditions) => match decide(conditions, question, Answer::Yes) {
                (Some(Decision::By(at)), parts) => {
                    Verdict::yes(name, format!("`{}` holds", parts[at].name)).with_parts(parts)
                }
                (Some(Decision::Error(at)), parts) => broken(name, at, parts),
                (None, parts) => Verdict::no(name, "none of them holds").with_parts(parts),
            },
        }
    }
}

/// Conditions that all have to hold.
pub(super) fn all(conditions: &[Condition], question: &Question<'_>) -> Verdict {
    let name = "conditions";
    match decide(conditions, question, Answer::No) {
        (Some(Decision::By(at)), parts) => {
            Verdict::no(name, format!("`{}` does not hold", parts[at].name)).with_parts(parts)
        }
        (Some(Decision::Error(at)), parts) => broken(name, at, parts),
        (None, parts) if parts.is_empty() => Verdict::yes(name, "there are none"),
        (None, parts) => Verdict::yes(name, "all of them hold").with_parts(parts),
    }
}

/// Which part decided, by its place.
enum Decision {
    By(usize),
    Error(usize),
}

/// Asks until one gives the answer that decides, or cannot be answered.
fn decide(
    conditions: &[Condition],
    question: &Question<'_>,
    decisive: Answer,
) -> (Option<Decision>, Vec<Verdict>) {
    let mut decision = None;
    let mut parts = Vec::with_capacity(conditions.len());
    for (at, condition) in conditions.iter().enumerate() {
        if decision.is_some() && question.depth == Depth::Answer {
            parts.push(Verdict::unasked(&condition.name));
            continue;
        }
        let part = condition.ask(question);
        if decision.is_none() {
            decision = match part.answer {
                Answer::Error => Some(Decision::Error(at)),
                answer => (answer == decisive).then_some(Decision::By(at)),
            };
        }
        parts.push(part);
    }
    (decision, parts)
}

fn broken(name: &str, at: usize, parts: Vec<Verdict>) -> Verdict {
    let reason = format!("`{}` cannot be answered", parts[at].name);
    Verdict::new(name, Err(reason)).with_parts(parts)
}
