//! What the program says when something goes wrong.

use serde_json::Value as Json;

use crate::wrong::Wrong;

/// A mistake, and where in the text it was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    /// Such as `Parser` or `Catalog`.
    pub(super) kind: String,
    message: String,
    pub(super) place: Option<usize>,
}

impl Mistake {
    /// The first mistake among words; they may also be warnings.
    pub(super) fn find(words: &str) -> Option<Self> {
        words.lines().find_map(Self::of_json).or_else(|| Self::of_text(words))
    }

    fn of_json(line: &str) -> Option<Self> {
        let json: Json = serde_json::from_str(line.get(line.find("{\"exception_type\"")?..)?).ok()?;
        let text = |name: &str| json.get(name).and_then(Json::as_str);
        Some(Self {
            kind: text("exception_type")?.to_owned(),
            message: text("exception_message").unwrap_or_default().to_owned(),
            place: text("position").and_then(|place| place.parse().ok()),
        })
    }

    /// In the form for people, which a setting of the database brings back.
    fn of_text(words: &str) -> Option<Self> {
        let (kind, message) = words.split_once("Error: ")?;
        let kind = kind.rsplit('\n').next().unwrap_or_default().trim();
        Some(Self { kind: kind.to_owned(), message: message.trim().to_owned(), place: None })
    }

    pub(super) fn is_of_syntax(&self) -> bool {
        self.kind == "Parser"
    }

    pub(super) fn wrong(self) -> Wrong {
        let wrong = Wrong::new(self.message).code(format!("{} Error", self.kind).trim_start());
        match self.kind.as_str() {
            "Permission" => wrong.help(
                "the installation keeps statements from files, networks and settings outside of the task: the setting `kapelle.duckdb.external-access` is `false`",
            ),
            _ => wrong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_found_in_both_forms() {
        let json = r#"Parser Error: {"exception_type":"Parser","exception_message":"syntax error at or near \"m\"","position":"16"}"#;
        let mistake = Mistake::find(&format!("a warning\n{json}\n")).unwrap();
        assert_eq!((mistake.kind.as_str(), mistake.place), ("Parser", Some(16)));
        assert_eq!(mistake.wrong(), Wrong::new("syntax error at or near \"m\"").code("Parser Error"));
        let text = "Catalog Error: Table with name nope does not exist!\nDid you mean \"x\"?\n";
        let mistake = Mistake::find(text).unwrap();
        assert_eq!(mistake.kind, "Catalog");
        assert!(mistake.wrong().message.ends_with("Did you mean \"x\"?"));
        assert_eq!(Mistake::find("extension is loaded\n"), None);
        assert_eq!(Mistake::find(""), None);
    }
}
