//! Files that a task keeps because an expression of its flow names them: `outputs.task.outputFiles['name']`.

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
}
