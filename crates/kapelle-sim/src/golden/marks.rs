//! What differs from run to run, replaced by fixed marks.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use fancy_regex::{Captures, Regex};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Map, Value as Json};

/// Days around today that count as moments of the run.
const DAYS_AROUND: i64 = 2;

/// Characters of a file and of a log line that are compared.
const FILE_CHARACTERS_MAX: usize = 4000;
const LOG_CHARACTERS_MAX: usize = 1500;

static ID: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?<![0-9A-Za-z])(?=[A-Za-z]*[0-9])(?=[0-9a-z]*[A-Z])(?=[0-9A-Z]*[a-z])[0-9A-Za-z]{20,22}(?![0-9A-Za-z])",
    )
});
static UUID: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"));
static URI: LazyLock<Regex> = LazyLock::new(|| compiled(r#"kestra://[^\s"'\],}<>)]*"#));
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"\b(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?:\[[A-Za-z/_]+\])?")
});
static TOOK: LazyLock<Regex> = LazyLock::new(|| compiled(r"(completed in) \S+"));
static JAVA: LazyLock<Regex> = LazyLock::new(|| compiled(r"@[0-9a-f]{6,8}\b"));
static EXTENSION: LazyLock<Regex> = LazyLock::new(|| compiled(r"\.[A-Za-z0-9]{1,8}$"));

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is written above")
}

/// Reads the file of a URI, if the one who compares may look at it.
pub type Files<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// The marks of one case.
pub struct Marks {
    namespace: String,
    /// Ids of executions and task runs that were seen.
    ids: BTreeSet<String>,
    days: Vec<String>,
}

impl Marks {
    pub fn new(namespace: &str, today: Date) -> Self {
        let days = (-DAYS_AROUND..=DAYS_AROUND)
            .filter_map(|offset| today.checked_add(offset.days()).ok())
            .map(|day| day.to_string())
            .collect();
        Self { namespace: namespace.to_owned(), ids: BTreeSet::new(), days }
    }

    pub fn know(&mut self, id: &str) {
        self.ids.insert(id.to_owned());
    }

    /// Everything in a text that looks like an id is one from now on.
    pub fn know_all(&mut self, text: &str) {
        let found = ID.find_iter(text).flatten().map(|found| found.as_str().to_owned());
        self.ids.extend(found);
    }

    pub fn text(&self, text: &str) -> String {
        let mut text = URI
            .replace_all(text, |uri: &Captures<'_, str>| format!("<uri{}>", extension(&uri[0])))
            .into_owned();
        for id in self.ids.iter().filter(|id| !id.is_empty()) {
            replace(&mut text, id, "<id>");
        }
        replace(&mut text, &self.namespace, "<ns>");
        replace(&mut text, &self.namespace.replace('.', "/"), "<ns>");
        text = ID.replace_all(&text, "<id>").into_owned();
        text = UUID.replace_all(&text, "<uuid>").into_owned();
        let is_now = |day: &str| self.days.iter().any(|known| known == day);
        text = DATE
            .replace_all(
                &text,
                |date: &Captures<'_, str>| {
                    if is_now(&date[1]) { "<date>".to_owned() } else { date[0].to_owned() }
                },
            )
            .into_owned();
        for day in &self.days {
            replace(&mut text, day, "<day>");
        }
        text
    }

    pub fn log(&self, text: &str) -> String {
        let text = self.text(text);
        let text = TOOK.replace_all(&text, "$1 <time>");
        first(&JAVA.replace_all(&text, "@<hash>"), LOG_CHARACTERS_MAX)
    }

    /// Deeply. A null in a map counts as absent; a text that is the URI of a file becomes its content.
    pub fn value(&self, value: &Json, files: Files<'_>) -> Json {
        match value {
            Json::String(text) => Json::String(self.file(text, files).unwrap_or_else(|| self.text(text))),
            Json::Array(items) => items.iter().map(|item| self.value(item, files)).collect(),
            Json::Object(map)
                if map.get("type").is_some_and(|kind| kind == "io.kestra.datatype:aes_encrypted") =>
            {
                Json::from("<encrypted>")
            }
            Json::Object(map) => {
                let mut marked = Map::new();
                for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
                    let plain = self.text(key);
                    let (mut key, mut count) = (plain.clone(), 1);
                    while marked.contains_key(&key) {
                        count += 1;
                        key = format!("{plain}~{count}");
                    }
                    marked.insert(key, self.value(value, files));
                }
                Json::Object(marked)
            }
            other => other.clone(),
        }
    }

    fn file(&self, text: &str, files: Files<'_>) -> Option<String> {
        let is_uri = URI.find(text).ok()??.range() == (0..text.len());
        if !is_uri {
            return None;
        }
        let mark = format!("<file{}>", extension(text));
        Some(match files(text) {
            Some(content) => {
                let content = self.text(&String::from_utf8_lossy(&content));
                format!("{mark}\n{}", first(&content, FILE_CHARACTERS_MAX))
            }
            None => mark,
        })
    }
}

fn extension(uri: &str) -> &str {
    EXTENSION.find(uri).ok().flatten().map_or("", |found| found.as_str())
}

fn replace(text: &mut String, from: &str, to: &str) {
    if text.contains(from) {
        *text = text.replace(from, to);
    }
}

fn first(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
