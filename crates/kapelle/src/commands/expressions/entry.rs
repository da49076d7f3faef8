//! One thing that expressions have, whatever its kind.

use kapelle_core::expression::builtin::{self, Builtin, Default, GROUPS, Levels, Parameter, Parameters};
use kapelle_core::expression::reference::{OPERATORS, Operator, TAGS, Tag};
use kapelle_core::language::Language;
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Filter,
    Function,
    Test,
    Operator,
    Tag,
}

impl Kind {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Function => "function",
            Self::Test => "test",
            Self::Operator => "operator",
            Self::Tag => "tag",
        }
    }
}

pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) group: &'static str,
    /// How it is written.
    pub(super) signature: String,
    pub(super) summary: &'static str,
    pub(super) example: (&'static str, Option<&'static str>),
    /// None if any number of arguments may be given.
    pub(super) parameters: Option<&'static [Parameter]>,
    pub(super) levels: Levels,
    /// How tightly an operator binds at both levels.
    pub(super) binds: Option<(u8, u8)>,
}

/// All there are, by group and name; operators as tight as they bind.
pub(super) fn all() -> Vec<Entry> {
    let mut entries: Vec<Entry> = GROUPS
        .iter()
        .flat_map(|(group, builtins)| builtins.iter().map(|builtin| of_builtin(group, builtin)))
        .collect();
    entries.extend(OPERATORS.iter().map(of_operator));
    entries.extend(TAGS.iter().map(of_tag));
    entries
}

impl Entry {
    /// What it is for, and where it does not exist.
    pub(super) fn sentence(&self) -> String {
        match self.levels {
            Levels::Both => self.summary.to_owned(),
            Levels::One => format!("{} Only at level 1.", self.summary),
        }
    }

    pub(super) fn json(&self) -> Value {
        let levels = match self.levels {
            Levels::Both => json!([1, 2]),
            Levels::One => json!([1]),
        };
        let mut entry = json!({
            "name": self.name,
            "kind": self.kind.word(),
            "group": self.group,
            "signature": self.signature,
            "summary": self.summary,
            "levels": levels,
            "example": { "template": self.example.0, "result": self.example.1 },
        });
        if matches!(self.kind, Kind::Filter | Kind::Function | Kind::Test) {
            entry["parameters"] = match self.parameters {
                Some(parameters) => parameters.iter().map(parameter_json).collect(),
                None => Value::Null,
            };
        }
        if let Some((one, two)) = self.binds {
            entry["precedence"] = json!({ "1": one, "2": two });
        }
        entry
    }
}

fn parameter_json(parameter: &Parameter) -> Value {
    match parameter.default {
        Default::Required => json!({ "name": parameter.name, "required": true }),
        Default::Is(default) => json!({ "name": parameter.name, "required": false, "default": default }),
    }
}

fn of_builtin(group: &'static str, builtin: &'static Builtin) -> Entry {
    let (kind, before, empty) = match builtin.kind {
        builtin::Kind::Filter => (Kind::Filter, "| ", ""),
        builtin::Kind::Function => (Kind::Function, "", "()"),
        builtin::Kind::Test => (Kind::Test, "is ", ""),
    };
    let parameters = match builtin.parameters {
        Parameters::Named(parameters) => Some(parameters),
        Parameters::Any => None,
    };
    let arguments = match parameters {
        Some([]) => empty.to_owned(),
        Some(parameters) => {
            let all: Vec<String> = parameters.iter().map(parameter).collect();
            format!("({})", all.join(", "))
        }
        None => "(…)".to_owned(),
    };
    Entry {
        name: builtin.name,
        kind,
        group,
        signature: format!("{before}{}{arguments}", builtin.name),
        summary: builtin.summary,
        example: builtin.example,
        parameters,
        levels: builtin.levels,
        binds: None,
    }
}

fn parameter(parameter: &Parameter) -> String {
    match parameter.default {
        Default::Required => parameter.name.to_owned(),
        Default::Is(default) => format!("{}={default}", parameter.name),
    }
}

fn of_operator(operator: &'static Operator) -> Entry {
    Entry {
        name: operator.symbol,
        kind: Kind::Operator,
        group: "operators",
        signature: operator.form.to_owned(),
        summary: operator.summary,
        example: (operator.example.0, Some(operator.example.1)),
        parameters: None,
        levels: Levels::Both,
        binds: Some((operator.level(Language::One), operator.level(Language::Two))),
    }
}

fn of_tag(tag: &'static Tag) -> Entry {
    Entry {
        name: tag.name,
        kind: Kind::Tag,
        group: "tags",
        signature: tag.form.to_owned(),
        summary: tag.summary,
        example: (tag.example.0, Some(tag.example.1)),
        parameters: None,
        levels: Levels::Both,
        binds: None,
    }
}
