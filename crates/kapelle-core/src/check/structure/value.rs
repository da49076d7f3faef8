//! Single values: whether what stands in a property can become what the property needs.

use kapelle_model::{Data, Node};

use super::Structure;
use crate::diagnostic::{Code, Diagnostic};
use crate::pattern::check_java_regex;
use crate::shape::{Kind, Pattern, Property, Role, TEXT, TextRule};
use crate::suggest::is_typo;
use crate::time::{date, duration, zone};

impl<'a> Structure<'a, '_> {
    pub(super) fn value(&mut self, node: &'a Node, property: &'static Property) {
        if property.secret {
            self.plain_secret(node, property);
        }
        self.kind(node, &property.kind, property.dynamic);
    }

    fn kind(&mut self, node: &'a Node, kind: &'static Kind, dynamic: bool) {
        if node.is_null() {
            return;
        }
        if let Some(text) = node.as_text().filter(|text| has_expression(text)) {
            return self.expression(node, text, kind, dynamic);
        }
        match kind {
            Kind::Any => {}
            Kind::Text(rule) => self.text(node, rule, dynamic),
            Kind::Integer { min } => self.integer(node, *min),
            Kind::Number => self.number(node),
            Kind::Boolean => self.boolean(node),
            Kind::Duration => self.duration(node),
            Kind::Date => self.parsed(node, "a date", Code::ValueDate, date_of_any_form),
            Kind::Time => {
                self.parsed(node, "a time of day", Code::ValueDate, |text| date::time(text).map(drop));
            }
            Kind::Enum(names) => self.one_of(node, names),
            Kind::List(element) => self.list(node, element, dynamic),
            Kind::Map(element) => self.map(node, element, dynamic),
            Kind::Object(shape) => self.shape(node, shape),
            Kind::Tagged(tagged) => self.tagged(node, tagged),
            Kind::Plugin(role) => self.plugin(node, *role),
            Kind::Labels => self.labels(node, dynamic),
            Kind::Either(kinds) => self.either(node, kinds, dynamic),
        }
    }

    /// Text with an expression: nothing is known before the run, but that it has to be a place where one is rendered.
    fn expression(&mut self, node: &'a Node, text: &str, kind: &'static Kind, dynamic: bool) {
        let accepts = dynamic || matches!(kind, Kind::Any | Kind::Text(TextRule::Any) | Kind::Either(_));
        if accepts {
            return;
        }
        let expected = match kind {
            Kind::Text(rule) => return self.text(node, rule, dynamic),
            Kind::Boolean => "true or false",
            Kind::Integer { .. } | Kind::Number => "a number",
            Kind::Duration => "a duration",
            Kind::Enum(_) => "one of its names",
            Kind::List(_) => "a list",
            _ => "an object",
        };
        let message = format!(
            "Cannot deserialize value: this is read before the run, so `{}` is not rendered here",
            shorten(text)
        );
        let found = Diagnostic::new(Code::ValueType, node.span, message.clone())
            .help(format!("write {expected} instead of an expression"));
        self.report_here(found, &message);
    }

    fn text(&mut self, node: &'a Node, rule: &TextRule, dynamic: bool) {
        let Some(text) = node.scalar_text() else {
            // A structure in a rendered text becomes JSON.
            if !dynamic {
                self.wrong_kind(node, "text");
            }
            return;
        };
        match rule {
            TextRule::Any => {}
            TextRule::Pattern(pattern) => self.pattern(node, &text, pattern),
            TextRule::Regex => self.regex(node, &text),
            TextRule::TimeZone => self.time_zone(node, &text),
        }
    }

    fn pattern(&mut self, node: &'a Node, text: &str, pattern: &'static Pattern) {
        if !(pattern.matches)(text) {
            let rule = format!("must match \"{}\"", pattern.regex);
            let found = Diagnostic::new(Code::ValuePattern, node.span, format!("`{text}`: {rule}"));
            let found = match pattern_help(text, pattern) {
                Some(help) => found.help(help),
                None => found,
            };
            self.report_here(found, &rule);
        } else if text.len() > pattern.length_max {
            let rule = format!("size must be between 1 and {}", pattern.length_max);
            let found =
                Diagnostic::new(Code::ValueLength, node.span, format!("{rule}, here it is {}", text.len()));
            self.report_here(found, &rule);
        }
    }

    fn regex(&mut self, node: &'a Node, text: &str) {
        if let Err((reason, at)) = check_java_regex(text) {
            let rule = format!("invalid pattern [{text}]");
            let found = Diagnostic::new(
                Code::ValueRegex,
                node.span,
                format!("{rule}: {reason} (character {})", at + 1),
            )
            .help("escape it with a backslash if it is meant as itself");
            self.report_here(found, &rule);
        }
    }

    fn time_zone(&mut self, node: &'a Node, text: &str) {
        if zone::find(text).is_some() {
            return;
        }
        let help = zone::nearest(text).map(|near| format!("did you mean `{near}`?"));
        let help = help
            .unwrap_or_else(|| "use an IANA name such as Europe/Berlin, or an offset such as +02:00".into());
        let rule = format!("'{text}' is not a valid time-zone ID");
        let found = Diagnostic::new(Code::ValueTimeZone, node.span, rule.clone()).help(help);
        self.report_here(found, &rule);
    }

    fn integer(&mut self, node: &'a Node, min: Option<i64>) {
        let value = match &node.data {
            Data::Int(value) => Some(*value),
            Data::Float(value) if value.fract() == 0.0 => Some(*value as i64),
            Data::Text(text) => text.trim().parse().ok(),
            Data::BigInt(_) => Some(i64::MAX),
            _ => None,
        };
        let Some(value) = value else {
            return self.wrong_kind(node, "a whole number");
        };
        if let Some(min) = min.filter(|min| value < *min) {
            let rule = format!("must be greater than or equal to {min}");
            let found = Diagnostic::new(Code::ValueRange, node.span, format!("{value}: {rule}"));
            self.report_here(found, &rule);
        }
    }

    fn number(&mut self, node: &'a Node) {
        let is_number = match &node.data {
            Data::Int(_) | Data::BigInt(_) | Data::Float(_) => true,
            Data::Text(text) => text.trim().parse::<f64>().is_ok(),
            _ => false,
        };
        if !is_number {
            self.wrong_kind(node, "a number");
        }
    }

    fn boolean(&mut self, node: &'a Node) {
        let is_boolean = match &node.data {
            Data::Bool(_) | Data::Int(_) => true,
            Data::Text(text) => matches!(text.to_ascii_lowercase().as_str(), "true" | "false"),
            _ => false,
        };
        if !is_boolean {
            self.wrong_kind(node, "true or false");
        }
    }

    fn duration(&mut self, node: &'a Node) {
        self.parsed(node, "a duration", Code::ValueDuration, |text| duration::parse(text).map(drop));
    }

    fn parsed(&mut self, node: &'a Node, what: &str, code: Code, parse: impl Fn(&str) -> Result<(), String>) {
        let Some(text) = node.scalar_text() else {
            return self.wrong_kind(node, what);
        };
        if let Err(reason) = parse(text.trim()) {
            let message = format!("Cannot deserialize value: `{}` is not {what}", shorten(&text));
            self.report_here(Diagnostic::new(code, node.span, message.clone()).help(reason), &message);
        }
    }

    fn one_of(&mut self, node: &'a Node, names: &'static [&'static str]) {
        let Some(text) = node.scalar_text() else {
            return self.wrong_kind(node, &format!("one of {}", names.join(", ")));
        };
        if names.contains(&text.as_str()) {
            return;
        }
        let near = self.nearest(&text, names.iter().copied());
        let known = names.join(", ");
        let help = near.map_or_else(
            || format!("known are {known}"),
            |near| format!("did you mean `{near}`? known are {known}"),
        );
        let is_item_type = self.path.text().ends_with("itemType");
        let rule = if is_item_type {
            format!("`itemType` cannot be {text}")
        } else {
            format!("`{text}` is not one of its values")
        };
        let message = if is_item_type { rule.clone() } else { format!("Cannot deserialize value: {rule}") };
        let mut found = Diagnostic::new(Code::ValueEnum, node.span, message).help(help);
        if let Some(near) = near.filter(|near| is_typo(&text, near)) {
            found = found.fix(format!("write `{near}`"), node.span, near);
        }
        if is_item_type {
            // Told of the input, as a whole.
            let input = self.path.seen_by_clients();
            let input = input.strip_suffix(".itemType").unwrap_or(&input);
            let found = found.path(self.path.text()).constraint(format!("{input}: {rule}"));
            return self.found.push(found);
        }
        self.report_here(found, &rule);
    }

    pub(super) fn list(&mut self, node: &'a Node, element: &'static Kind, dynamic: bool) {
        match &node.data {
            Data::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let id = item.get("id").and_then(Node::as_text);
                    self.path.push_index(index, id);
                    if item.is_null()
                        && matches!(element, Kind::Plugin(_) | Kind::Object(_) | Kind::Tagged(_))
                    {
                        self.wrong_kind(item, "an object");
                    }
                    self.kind(item, element, dynamic);
                    self.path.pop();
                }
            }
            Data::Text(text) if dynamic && is_json(text, '[') => {}
            Data::Map(_) if matches!(element, Kind::Plugin(Role::Task | Role::Trigger)) => {
                let message = "Cannot deserialize value: a map stands where a list is expected";
                let found = Diagnostic::new(Code::ValueType, node.span, message)
                    .help("start each item with `- `: `- id: …`")
                    .path(self.path.text())
                    .constraint(message);
                self.found.push(found);
            }
            _ => self.wrong_kind(node, "a list"),
        }
    }

    fn map(&mut self, node: &'a Node, element: &'static Kind, dynamic: bool) {
        match &node.data {
            Data::Map(entries) => {
                for entry in entries {
                    self.path.push_key(&entry.key);
                    self.kind(&entry.value, element, dynamic);
                    self.path.pop();
                }
            }
            Data::Text(text) if dynamic && is_json(text, '{') => {}
            _ => self.wrong_kind(node, "a map"),
        }
    }

    fn labels(&mut self, node: &'a Node, dynamic: bool) {
        match &node.data {
            Data::Map(entries) => {
                for entry in entries {
                    self.path.push_key(&entry.key);
                    if entry.value.is_null() {
                        let message = format!("label `{}`: must not be empty", entry.key);
                        let found = Diagnostic::new(Code::PropertyEmpty, entry.key_span, message)
                            .help("give it a text, or take the label out");
                        self.report_here(found, "must not be empty");
                    }
                    self.kind(&entry.value, &TEXT, false);
                    self.path.pop();
                }
            }
            Data::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push_index(index, None);
                    if item.get("key").is_none() && item.get("value").is_none() && !item.is_null() {
                        self.wrong_kind(item, "`{key: …, value: …}`");
                        self.path.pop();
                        continue;
                    }
                    self.shape(item, &LABEL);
                    self.path.pop();
                }
            }
            Data::Text(text) if dynamic && (is_json(text, '{') || is_json(text, '[')) => {}
            _ => self.wrong_kind(node, "a map, or a list of key and value"),
        }
    }

    /// The first kind whose form fits; the first of all if none does.
    fn either(&mut self, node: &'a Node, kinds: &'static [Kind], dynamic: bool) {
        let is_object = matches!(node.data, Data::Map(_));
        let fits = |kind: &&Kind| match kind {
            Kind::Plugin(_) | Kind::Object(_) | Kind::Tagged(_) | Kind::Map(_) => is_object,
            Kind::List(_) => matches!(node.data, Data::List(_)),
            _ => node.scalar_text().is_some(),
        };
        if let Some(kind) = kinds.iter().find(fits).or(kinds.first()) {
            self.kind(node, kind, dynamic);
        }
    }

    fn plain_secret(&mut self, node: &'a Node, property: &'static Property) {
        let is_plain = node.as_text().is_some_and(|text| !text.is_empty() && !has_expression(text));
        if !is_plain || !is_credential(property.name) {
            return;
        }
        let message = format!("`{}` holds a credential as plain text", property.name);
        let help = "store it as a secret and write `{{ secret('NAME') }}`";
        self.found
            .push(Diagnostic::new(Code::SecretPlain, node.span, message).help(help).path(self.path.text()));
    }
}

static LABEL: crate::shape::Shape = crate::shape::Shape {
    name: "label",
    doc: "A label.",
    properties: &[
        Property::new("key", TEXT, "Name of the label.").required(),
        Property::new("value", TEXT, "Text of the label.").required(),
    ],
};

/// The catalogue also marks user names and addresses; those are no secrets on their own.
fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "secret", "token", "key", "passphrase", "credential", "connectionstring", "serviceaccount"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether a text is rendered at all.
pub(in crate::check) fn has_expression(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// A list or map in JSON, as a text property may hold one.
fn is_json(text: &str, open: char) -> bool {
    text.trim_start().starts_with(open)
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", text[..at].replace('\n', " ")),
        None => text.replace('\n', " "),
    }
}

fn pattern_help(text: &str, pattern: &Pattern) -> Option<String> {
    let takes_dots = (pattern.matches)("a.a");
    let wrong =
        text.chars().find(|character| !character.is_ascii_alphanumeric() && !"._-".contains(*character));
    match wrong {
        _ if text.is_empty() => Some("it must not be empty".into()),
        Some(' ') => Some("it holds a blank; use `-` or `_` instead".into()),
        Some(wrong) => Some(format!("`{wrong}` cannot stand in it")),
        None if text.starts_with(['.', '_', '-']) => Some("it has to start with a letter or a digit".into()),
        None if text.contains('.') && !takes_dots => {
            Some("a dot cannot stand in it; use `-` or `_` instead".into())
        }
        None => text
            .chars()
            .any(|character| character.is_ascii_uppercase())
            .then(|| "use lower-case letters".into()),
    }
}

/// With or without a time, with or without a zone.
fn date_of_any_form(text: &str) -> Result<(), String> {
    let parsed = date::date_time_with_zone(text).map(drop).or_else(|_| date::local_date_time(text).map(drop));
    parsed.or_else(|_| date::date(text).map(drop))
}
