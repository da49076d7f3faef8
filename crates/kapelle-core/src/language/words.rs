//! Kinds and signatures in words, for lists of an editor.

use crate::expression::builtin::{Builtin, Default, Kind as BuiltinKind, Parameters};
use crate::shape::{Kind, Property, TextRule};

/// What may stand in a property, in a few words.
pub(super) fn of_kind(kind: Kind) -> String {
    match kind {
        Kind::Any => "any value".to_owned(),
        Kind::Text(TextRule::Regex) => "regular expression".to_owned(),
        Kind::Text(TextRule::TimeZone) => "time zone".to_owned(),
        Kind::Text(_) => "text".to_owned(),
        Kind::Integer { .. } => "integer".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Duration => "duration".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Time => "time of day".to_owned(),
        Kind::Enum(values) => values.join(" | "),
        Kind::List(element) => format!("list of {}", of_kind(*element)),
        Kind::Map(value) => format!("map of {}", of_kind(*value)),
        Kind::Object(shape) => shape.name.to_owned(),
        Kind::Tagged(tagged) => tagged.name.to_owned(),
        Kind::Plugin(role) => role.word().to_owned(),
        Kind::Labels => "labels".to_owned(),
        Kind::Either(kinds) => {
            let all: Vec<String> = kinds.iter().map(|kind| of_kind(*kind)).collect();
            all.join(" or ")
        }
    }
}

/// The kind of a property with all that is said about it.
pub(super) fn of_property(property: &Property) -> String {
    let mut words = of_kind(property.kind);
    if property.required {
        words.push_str(", required");
    }
    if let Some(default) = property.default {
        words.push_str(", default ");
        words.push_str(default);
    }
    if property.dynamic {
        words.push_str(", with expressions");
    }
    if let Some(current) = property.alias_of {
        let kind = if property.deprecated { ", old name of `" } else { ", another name of `" };
        words.push_str(&[kind, current, "`"].concat());
    } else if property.deprecated {
        words.push_str(", deprecated");
    }
    words
}

/// How a filter, function or test is called.
pub(super) fn signature(builtin: &Builtin) -> String {
    let parameters = match builtin.parameters {
        Parameters::Any => "…".to_owned(),
        Parameters::Named(all) => {
            let one = |parameter: &crate::expression::builtin::Parameter| match parameter.default {
                Default::Required => parameter.name.to_owned(),
                Default::Is(default) => format!("{}={default}", parameter.name),
            };
            all.iter().map(one).collect::<Vec<_>>().join(", ")
        }
    };
    match builtin.kind {
        BuiltinKind::Function => format!("{}({parameters})", builtin.name),
        BuiltinKind::Filter if parameters.is_empty() => format!("| {}", builtin.name),
        BuiltinKind::Filter => format!("| {}({parameters})", builtin.name),
        BuiltinKind::Test if parameters.is_empty() => format!("is {}", builtin.name),
        BuiltinKind::Test => format!("is {}({parameters})", builtin.name),
    }
}

/// What a filter, function or test does, with its example.
pub(super) fn doc(builtin: &Builtin) -> String {
    match builtin.example {
        ("", _) => builtin.summary.to_owned(),
        (template, Some(result)) => format!("{}\n\n`{template}` gives `{result}`", builtin.summary),
        (template, None) => format!("{}\n\n`{template}`", builtin.summary),
    }
}
