//! What a message about an execution looks like: one sentence, the facts as a table, a link. It carries its own colours
//! for light and dark, and needs no picture and no other server.

use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::Added;

/// Everything that the message says, as plain words.
pub(crate) struct Layout {
    pub(crate) title: String,
    is_bad: bool,
    message: Option<String>,
    facts: Vec<(String, String)>,
    link: Option<String>,
}

impl Layout {
    /// From what is known of an execution and what the flow adds.
    pub(crate) fn of(about: &Map, added: &Added) -> Result<Self, Failure> {
        let one = |map: &Map, key: &str| -> Result<Option<String>, Failure> {
            match map.get(key) {
                None | Some(Value::Null) => Ok(None),
                // What a task said when it failed may hold secrets that nobody meant to send.
                Some(value) => Ok(Some(text(value)?.masked())),
            }
        };
        let mut facts = Vec::new();
        for (name, key) in [
            ("Flow", "flowId"),
            ("Namespace", "namespace"),
            ("Execution", "id"),
            ("State", "state"),
            ("Started", "startDate"),
            ("Took", "duration"),
        ] {
            facts.extend(one(about, key)?.map(|value| (name.to_owned(), value)));
        }
        for (name, key) in [("Failed task", "firstFailed"), ("Last task", "lastTask")] {
            let Some(Value::Map(run)) = about.get(key) else { continue };
            let value = one(run, "value")?.map(|value| format!(" ({value})")).unwrap_or_default();
            let task = one(run, "taskId")?.unwrap_or_default();
            facts.push((name.to_owned(), format!("{task}{value}")));
            if let Some(error) = one(run, "error")?.filter(|_| key == "firstFailed") {
                facts.push(("Reason".to_owned(), error));
            }
        }
        if let Some(Value::Map(labels)) = about.get("labels") {
            for (key, value) in labels.iter() {
                facts.push((format!("Label {key}"), text(value)?.masked()));
            }
        }
        for (key, value) in &added.fields {
            facts.push((key.to_string(), text(value)?.expose().to_owned()));
        }
        Ok(Self {
            title: one(about, "title")?.unwrap_or_default(),
            is_bad: about.get("isBad") == Some(&Value::Bool(true)),
            message: added.message.as_ref().map(|message| message.expose().to_owned()),
            facts,
            link: one(about, "link")?,
        })
    }

    pub(crate) fn plain(&self) -> String {
        let mut out = format!("{}\n", self.title);
        if let Some(message) = &self.message {
            out.extend(["\n", message, "\n"]);
        }
        out.push('\n');
        for (name, value) in &self.facts {
            out.extend([name, ": ", value, "\n"]);
        }
        if let Some(link) = &self.link {
            out.extend(["\n", link, "\n"]);
        }
        out
    }

    pub(crate) fn html(&self) -> String {
        let mark = if self.is_bad { "bad" } else { "good" };
        let message =
            self.message.as_ref().map(|text| format!("<p>{}</p>\n", escaped(text))).unwrap_or_default();
        let row = |(name, value): &(String, String)| {
            format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name), escaped(value))
        };
        let rows: String = self.facts.iter().map(row).collect();
        let link = self.link.as_ref().map(|link| {
            format!("<p><a class=\"link\" href=\"{}\">Open the execution</a></p>\n", escaped(link))
        });
        format!(
            "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"supported-color-schemes\" content=\"light dark\">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<h1 class=\"{mark}\">{title}</h1>
{message}<table>
{rows}</table>
{link}</body>
</html>
",
            title = escaped(&self.title),
            link = link.unwrap_or_default(),
        )
    }
}

const STYLE: &str = "
:root { color-scheme: light dark; }
body { margin: 24px; max-width: 640px; background: #ffffff; color: #1b1b1f; font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 16px; padding: 0 0 0 12px; border-left: 4px solid; font-size: 19px; }
h1.bad { border-color: #c62828; }
h1.good { border-color: #2e7d32; }
p { white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 6px 16px 6px 0; border-bottom: 1px solid #e2e2e6; text-align: left; vertical-align: top; }
th { width: 112px; color: #5c5c66; font-weight: normal; }
td { overflow-wrap: anywhere; white-space: pre-wrap; }
a.link { color: #1d4ed8; }
@media (prefers-color-scheme: dark) {
body { background: #17171a; color: #ececf0; }
th, td { border-color: #34343a; }
th { color: #a3a3ad; }
h1.bad { border-color: #ef6b6b; }
h1.good { border-color: #66bb6a; }
a.link { color: #8ab4ff; }
}
";

fn text(value: &Value) -> Result<kapelle_model::Text, Failure> {
    text_of(value).map_err(|error| Failure::new(error.text()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
