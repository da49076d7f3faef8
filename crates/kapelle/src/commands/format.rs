//! How a command writes what it tells.

use clap::ValueEnum;
use serde::Serialize;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people
    #[default]
    #[value(alias = "text")]
    Human,
    /// JSON for programs
    Json,
}

pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// `names` as the end of a message that starts with what was not found; nothing when there are none.
pub(crate) fn did_you_mean(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => format!("; did you mean `{only}`?"),
        several => format!("; did you mean one of these?\n  {}", several.join("\n  ")),
    }
}
