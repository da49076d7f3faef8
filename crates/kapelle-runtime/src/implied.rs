//! What expressions of a flow ask a task for: files that it keeps because of that (`outputs.task.outputFiles['name']`), and
//! outputs by their names (`outputs.task.name`).

const FIELD: &str = ".outputFiles[";

/// The files that expressions in a source ask a task for, each once, in the order of the source.
pub(crate) fn files_of(source: &str, task: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (place, _) in source.match_indices(FIELD) {
        let (before, after) = (&source[..place], &source[place + FIELD.len()..]);
        if !ends_with_task(before, task) {
            continue;
        }
        if let Some(name) = quoted(after)
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether a text ends with `outputs.task`, `outputs['task']` or `outputs["task"]`.
fn ends_with_task(text: &str, task: &str) -> bool {
    ["outputs.TASK", "outputs['TASK']", "outputs[\"TASK\"]"]
        .iter()
        .any(|form| text.ends_with(&form.replace("TASK", task)))
}

/// The literal text in quotes that a text begins with.
fn quoted(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let inner = &text[1..];
    let end = inner.find(quote)?;
    let rest = inner[end + 1..].trim_start();
    rest.starts_with(']').then(|| &inner[..end]).filter(|name| !name.is_empty())
}

/// The names of outputs that expressions in a source ask a task for, each once.
pub(crate) fn outputs_of(source: &str, task: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for form in ["outputs.TASK", "outputs['TASK']", "outputs[\"TASK\"]"] {
        let form = form.replace("TASK", task);
        for (place, _) in source.match_indices(&form) {
            let after = &source[place + form.len()..];
            let name = match after.strip_prefix('.') {
                Some(after) => word(after),
                None => after.strip_prefix('[').and_then(quoted),
            };
            if let Some(name) = name
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// The name that a text begins with.
fn word(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    Some(&text[..end]).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_literal_names_of_the_task_count() {
        let source = "
            {{ outputs.dump.outputFiles['a b.gz'] }} {{ outputs['dump'].outputFiles[ \"c\" ] }}
            {{ outputs.other.outputFiles['no'] }} {{ outputs.dump.outputFiles[inputs.name] }}
            {{ outputs.dump.outputFiles['a b.gz'] }} {{ outputs.dump.outputFiles['x' ~ 'y'] }}
            {{ outputs[\"my-task\"].outputFiles['d'] }}";
        assert_eq!(files_of(source, "dump"), ["a b.gz", "c"]);
        assert_eq!(files_of(source, "my-task"), ["d"]);
        assert_eq!(files_of(source, "none"), Vec::<String>::new());
    }

    #[test]
    fn outputs_are_found_by_their_names() {
        let source = "{{ outputs.ask.providers }} {{ outputs['ask'].best_match | upper }} {{ outputs.ask['a b'] }}
            {{ outputs.asked.no }} {{ outputs.ask.providers[0].name }} {{ outputs.ask }} {{ outputs.other.no }}";
        assert_eq!(outputs_of(source, "ask"), ["providers", "a b", "best_match"]);
        assert_eq!(outputs_of(source, "none"), Vec::<String>::new());
    }
}
