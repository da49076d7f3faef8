//! Definitions of an installation: files of a folder that become types of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use kapelle_core::catalogue::{Catalogue, OwnType, TooLate};
use kapelle_core::expression::Template;
use kapelle_core::language::Language;
use kapelle_core::limits::SOURCE_BYTES_MAX;
use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_model::{Data, Node, Span};

use super::definition::{Definition, definition, nodes};
use super::described::leaked;
use super::schema::shared;

/// Files that a folder may have.
const FILES_MAX: usize = 1_000;

/// Keys whose texts are no expressions, whatever they look like.
const PLAIN: &[&str] = &["types", "title", "description", "properties", "known", "example"];

/// A type with the definition that it comes from.
type Own = (&'static str, &'static Definition);

static OWN: OnceLock<Vec<Own>> = OnceLock::new();

/// The types of this installation.
pub(super) fn all() -> &'static [Own] {
    OWN.get().map_or(&[], Vec::as_slice)
}

/// Reads the definitions of a folder and adds their types to those that are known. This is done once, and before anybody
/// looks for a type. What is wrong with some of them is told, with its place; the others are there.
pub fn add_definitions(folder: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for path in files(folder, &mut problems) {
        match text(&path) {
            Ok(source) => found.extend(read(&source, &mut problems)),
            Err(problem) => problems.push(problem),
        }
    }
    let found: Vec<Found> = unique(found, &mut problems);
    let types = found.iter().map(|one| own_type(one.name, one.definition)).collect();
    if Catalogue::add(types) == Err(TooLate) {
        problems.push(format!("the definitions of {} come too late", folder.display()));
        return problems;
    }
    let (own, taken): (Vec<_>, Vec<_>) = found.into_iter().partition(|one| {
        Catalogue::bundled().find(one.name).is_some_and(|known| known.entry.is_own && !known.by_alias)
    });
    problems.extend(taken.iter().map(|one| {
        format!(
            "{}: `{}` is the name of a type that there is already: choose another one",
            one.place, one.name
        )
    }));
    let own = own.into_iter().map(|one| (one.name, one.definition)).collect();
    // Whoever adds twice was told above that it is too late.
    let _first = OWN.set(own);
    problems
}

/// A type as it was found.
struct Found {
    name: &'static str,
    definition: &'static Definition,
    place: String,
}

/// The files of a folder, by name.
fn files(folder: &Path, problems: &mut Vec<String>) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(format!(
                "{}: the folder of definitions cannot be read: {error}; `kapelle.plugins.definitions` names it",
                folder.display()
            ));
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"))
        .collect();
    files.sort();
    if files.len() > FILES_MAX {
        problems.push(format!(
            "{}: {} files are too many, and only the first {FILES_MAX} are read",
            folder.display(),
            files.len()
        ));
        files.truncate(FILES_MAX);
    }
    files
}

fn text(path: &Path) -> Result<Source, String> {
    let name = path.display().to_string();
    let size = fs::metadata(path).map(|data| data.len());
    if size.is_ok_and(|size| size > SOURCE_BYTES_MAX as u64) {
        return Err(format!("{name}: a file of definitions may have {SOURCE_BYTES_MAX} bytes: split it"));
    }
    let bytes = fs::read(path).map_err(|error| format!("{name}: it cannot be read: {error}"))?;
    let text = yaml::decode(&bytes).map_err(|found| format!("{name}: {}", found.message))?;
    Ok(Source::new(name, text))
}

/// The types of a file. Each definition is taken or left for itself.
fn read(source: &Source, problems: &mut Vec<String>) -> Vec<Found> {
    let place = |span: Span| {
        let at = source.position(span.start);
        format!("{}:{}:{}", source.name, at.line, at.column)
    };
    let nodes = match nodes(source.text()) {
        Ok(nodes) => nodes,
        Err((span, reason)) => {
            problems.push(format!("{}: {reason}", place(span)));
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for node in &nodes {
        let wrong = wrong(node);
        problems.extend(wrong.iter().map(|(span, reason)| format!("{}: {reason}", place(*span))));
        if !wrong.is_empty() {
            continue;
        }
        match definition(node) {
            Err(failure) => {
                let reason = failure.to_string();
                problems.push(format!("{}: {reason}", place(where_it_is(node, &reason))));
            }
            Ok(definition) => {
                let definition: &'static Definition = Box::leak(Box::new(definition));
                let names = node.get("types").map_or(&[][..], Node::items);
                found.extend(definition.types.iter().zip(names).map(|(name, node)| Found {
                    name: leaked(name),
                    definition,
                    place: place(node.span),
                }));
            }
        }
    }
    found
}

/// Expressions that make no sense, and names that are none.
fn wrong(node: &Node) -> Vec<(Span, String)> {
    let mut wrong = Vec::new();
    for name in node.get("types").map_or(&[][..], Node::items) {
        if !name.as_text().is_some_and(is_name) {
            wrong.push((
                name.span,
                "the name of a type has parts between dots and ends with a word in capitals, such as `com.example.shop.Refund`"
                    .to_owned(),
            ));
        }
    }
    for entry in node.entries().iter().filter(|entry| !PLAIN.contains(&entry.key.as_str())) {
        expressions(&entry.value, &mut wrong);
    }
    wrong
}

fn is_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    let is_word = |part: &&str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-')
    };
    parts.len() > 1
        && parts.iter().all(is_word)
        && parts.last().is_some_and(|last| last.starts_with(|first: char| first.is_ascii_uppercase()))
}

fn expressions(node: &Node, wrong: &mut Vec<(Span, String)>) {
    match &node.data {
        Data::Text(text) => {
            if let Err(problems) = Template::compile(text.as_str(), Language::One) {
                let reason = problems.first().map_or("", |problem| problem.message.as_str());
                wrong.push((node.span, format!("this expression cannot be read: {reason}")));
            }
        }
        Data::List(items) => items.iter().for_each(|item| expressions(item, wrong)),
        Data::Map(entries) => entries.iter().for_each(|entry| expressions(&entry.value, wrong)),
        _ => {}
    }
}

/// The key that a reason names first, else the whole definition.
fn where_it_is(node: &Node, reason: &str) -> Span {
    let named = reason.split('`').skip(1).step_by(2);
    named.into_iter().find_map(|name| key(node, name)).unwrap_or(node.span)
}

fn key(node: &Node, name: &str) -> Option<Span> {
    let own = node.entry(name).map(|entry| entry.key_span);
    own.or_else(|| node.entries().iter().find_map(|entry| key(&entry.value, name)))
        .or_else(|| node.items().iter().find_map(|item| key(item, name)))
}

/// Each name once; the first one of a name holds.
fn unique(found: Vec<Found>, problems: &mut Vec<String>) -> Vec<Found> {
    let mut names = BTreeSet::new();
    let (unique, twice): (Vec<_>, Vec<_>) = found.into_iter().partition(|one| names.insert(one.name));
    problems.extend(twice.iter().map(|one| {
        format!(
            "{}: `{}` is defined twice, and the first one holds: choose another name",
            one.place, one.name
        )
    }));
    unique
}

fn own_type(name: &'static str, definition: &Definition) -> OwnType {
    let is_trigger = definition.trigger.is_some();
    let mut properties: Vec<_> =
        definition.properties.iter().map(|(name, described)| described.property(name)).collect();
    if !is_trigger && !definition.requests.is_empty() && !definition.properties.contains_key("options") {
        properties.extend(shared("options").map(super::described::options));
    }
    if is_trigger && !definition.properties.contains_key("interval") {
        properties.push(super::described::interval());
    }
    OwnType {
        name,
        kind: if is_trigger { "trigger" } else { "task" },
        doc: leaked(&definition.description),
        properties,
        outputs: definition.outputs.keys().map(|name| (leaked(name), "any")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let mut problems = Vec::new();
        let found = read(&Source::new("shop.yaml", text), &mut problems);
        unique(found, &mut problems);
        problems
    }

    const GOOD: &str =
        "- types: [com.example.Ask]\n  title: t\n  description: d\n  requests: [{request: {uri: x}}]\n";

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(problems(GOOD), Vec::<String>::new());
        for (text, told) in [
            ("a: 1\n", "shop.yaml:1:1: a list of definitions is expected: each begins with `- types:`"),
            ("- types: [com.example.Ask]\n  title: t\n  nope: 1\n", "shop.yaml:3:3: "),
            ("- types: [Ask]\n  title: t\n", "shop.yaml:1:11: the name of a type has parts between dots"),
            (
                "- types: [a.B]\n  title: t\n  description: d\n  requests: [{request: {uri: '{{ it. }}'}}]\n",
                "shop.yaml:4:30: this expression cannot be read: ",
            ),
            (
                "- types: [a.B]\n  title: t\n  description: d\n",
                "shop.yaml:1:3: either `requests` or `commands` is needed",
            ),
            (
                "- types: [a.B]\n  title: t\n  description: d\n  trigger: {}\n  requests: [{request: {uri: x}}]\n",
                "shop.yaml:4:3: `trigger` needs `news` or `when`",
            ),
            ("- types: [\n", "shop.yaml:"),
        ] {
            let problems = problems(text);
            assert!(problems.len() == 1 && problems[0].starts_with(told), "{told}: {problems:?}");
        }
    }

    #[test]
    fn one_that_is_wrong_does_not_keep_others_away() {
        let mut problems = Vec::new();
        let text = format!("- types: [a.B]\n  nope: 1\n{GOOD}");
        let found = read(&Source::new("shop.yaml", text), &mut problems);
        assert_eq!(found.iter().map(|one| one.name).collect::<Vec<_>>(), ["com.example.Ask"]);
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn a_name_is_given_once() {
        let problems = problems(&format!("{GOOD}{GOOD}"));
        assert_eq!(
            problems,
            [
                "shop.yaml:5:11: `com.example.Ask` is defined twice, and the first one holds: choose another name"
            ]
        );
    }
}
