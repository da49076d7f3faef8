//! `kapelle explain`: what a code means, and what to do about it.

use clap::Args;
use kapelle_core::diagnostic::Code;
use kapelle_core::suggest::nearest_names;
use serde_json::{Value, json};

use super::format::{Format, did_you_mean, json as json_text};

include!(concat!(env!("OUT_DIR"), "/error_pages.rs"));

/// Explain a code that `kapelle check` reports
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 explained, 1 there is no such code, 2 wrong command line.")]
pub(crate) struct Arguments {
    /// The code, such as `property-unknown`; all codes are listed without it
    #[arg(value_name = "CODE")]
    code: Option<String>,

    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<String> {
    match &arguments.code {
        Some(name) => explain(find(name)?, arguments.format),
        None => list(arguments.format),
    }
}

/// Also as it stands in a report: `error[property-unknown]`.
fn find(wanted: &str) -> anyhow::Result<Code> {
    let name = wanted.split_once('[').map_or(wanted, |(_, rest)| rest.trim_end_matches([']', ':']));
    let name = name.trim().to_ascii_lowercase();
    Code::from_name(&name).ok_or_else(|| {
        let near = nearest_names(&name, Code::ALL.iter().map(|code| code.name()), 3);
        let hint =
            if near.is_empty() { "; `kapelle explain` lists all".to_owned() } else { did_you_mean(&near) };
        anyhow::anyhow!("there is no code `{name}`{hint}")
    })
}

fn explain(code: Code, format: Format) -> anyhow::Result<String> {
    if format == Format::Json {
        return json_text(&described(code, true));
    }
    Ok(page(code).map_or_else(
        || {
            format!(
                "{} ({}): there is no page about it in this version.\n",
                code.name(),
                code.severity().word()
            )
        },
        |page| format!("{}\n", page.trim_end()),
    ))
}

fn list(format: Format) -> anyhow::Result<String> {
    if format == Format::Json {
        let codes: Vec<Value> = Code::ALL.iter().map(|code| described(*code, false)).collect();
        return json_text(&codes);
    }
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    let mut text = String::new();
    for code in Code::ALL {
        let line = format!("{:width$}  {:7}  {}", code.name(), code.severity().word(), title(*code));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    Ok(text)
}

fn described(code: Code, with_page: bool) -> Value {
    let mut described =
        json!({ "code": code.name(), "severity": code.severity().word(), "title": title(code) });
    if with_page {
        described["page"] = page(code).into();
    }
    described
}

fn page(code: Code) -> Option<&'static str> {
    PAGES.iter().find(|(name, _)| *name == code.name()).map(|(_, page)| *page)
}

/// The first line of the page without the code; empty without a page.
fn title(code: Code) -> &'static str {
    let line = page(code).and_then(|page| page.lines().next()).unwrap_or_default();
    line.split_once(": ").map_or(line, |(_, title)| title).trim()
}
