//! The name of a pod: which task it works for, and an attempt of its own.

use kapelle_plugin::Place;

/// What a name may have.
const LENGTH_MAX: usize = 63;

/// Whoever asks for the same attempt twice gets the same name, so that no pod is ever made twice.
pub(super) fn name(place: &Place) -> String {
    let end = slug(&format!("{}-{}", place.run_id, place.attempt));
    let start = slug(&format!("{}-{}-{}", place.namespace, place.flow, place.task));
    let room = LENGTH_MAX.saturating_sub(end.len() + 1);
    let start = start.get(..room.min(start.len())).unwrap_or_default();
    format!("{start}-{end}").trim_matches('-').to_owned()
}

fn slug(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let fit: String = text
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() { one } else { '-' })
        .take(LENGTH_MAX)
        .collect();
    fit.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[test]
    fn names_say_whose_pod_it_is_and_fit() {
        let place = Place { run_id: "4kQx9".into(), attempt: 2, ..(*Stage::new().context().place).clone() };
        assert_eq!(name(&place), "team-a-f-t-4kqx9-2");
        let long = Place { flow: "f".repeat(200).into(), ..place };
        assert_eq!((name(&long).len(), name(&long).ends_with("-4kqx9-2")), (63, true));
    }
}
