//! `kapelle eval`: what an expression gives, without a flow and without a server.

mod answer;
mod context;
mod lines;
mod request;
mod trace;
mod world;

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use jiff::tz::TimeZone;
use kapelle_core::diagnostic::Severity;
use kapelle_core::expression::environment::{Environment, Settings};
use kapelle_core::expression::print::{parenthesized, print};
use kapelle_core::expression::{Category, Error, Problem, Template, plain};
use kapelle_core::language::Language;
use kapelle_core::limits::TEMPLATE_BYTES_MAX;
use kapelle_core::source::Source;
use kapelle_core::time::zone;
use kapelle_core::yaml;
use kapelle_model::{ExecutionId, Map, Span, Value};
use kapelle_runtime::inspect;
use kapelle_store::StoreError;

use self::world::{Given, World};
use super::check::Level;
use super::run::place::Place;
use crate::configuration;
use crate::outcome::{Ending, Outcome, Stop};
use crate::report::Finding;
use crate::terminal::{Stream, Style};

/// Bytes of standard input, in any encoding.
const READ_BYTES_MAX: usize = 4 * TEMPLATE_BYTES_MAX;

/// Bytes of a value as JSON.
const VALUE_BYTES_MAX: usize = 64 << 20;

/// Show what an expression gives
///
/// Evaluates a template as a flow would, with the variables that are given here. It reads no flow and calls nobody:
/// `secret()` reads the environment (`SECRET_NAME`, base64), and keys, files, requests and flows come from `--services`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
#[command(after_help = "Exit code: 0 a value, 1 an error, 2 wrong command line.\n\n\
    Examples:\n  \
      kapelle eval '{{ inputs.n + 1 }}' --set inputs.n=3\n  \
      kapelle eval '{{ outputs.load.rows | length }}' --context run.json --explain\n  \
      kapelle eval '{{ outputs.load.rows }}' --execution 01cX0ynzeDrxd82HS1ThGt\n  \
      kapelle eval --typed '{{ [1, 2] }}'\n  \
      kapelle eval - --context run.yaml < template.txt\n  \
      kapelle eval --jsonl < requests.jsonl")]
pub(crate) struct Arguments {
    /// The template, or `-` for standard input
    #[arg(value_name = "TEMPLATE", required_unless_present = "jsonl", conflicts_with = "jsonl")]
    template: Option<String>,

    /// Variables: a JSON or YAML file with a map
    ///
    /// `{"$zoned": "2026-01-31T10:00:00+01:00"}` stands for a date-time; there are also `$instant`,
    /// `$localdatetime`, `$localdate`, `$duration`, `$float`, `$double`, `$decimal` and `$secret`.
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    context: Option<OsString>,

    /// One variable, such as `inputs.n=3`; the value is read as YAML
    ///
    /// Dots make maps. `n=3` is a number, `n="3"` a text. May be given several times; it goes before `--context`.
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "jsonl")]
    set: Vec<String>,

    /// The variables of an execution that `kapelle run` or a server wrote down
    #[arg(long, value_name = "EXECUTION", conflicts_with_all = ["context", "jsonl"])]
    execution: Option<String>,

    /// As the last run of this task saw them
    #[arg(long, value_name = "TASK", requires = "execution")]
    task: Option<String>,

    /// The folder of the execution
    #[arg(long, value_name = "DIR", requires = "execution")]
    data: Option<PathBuf>,

    /// Print the value as JSON, with its type, not as text
    #[arg(long)]
    typed: bool,

    /// Evaluate results again until they no longer change
    #[arg(long)]
    recursive: bool,

    /// Language level: 1 reads expressions as Kestra 0.x and 1.x do, 2 as Kestra 2.0 does
    #[arg(long, value_enum, default_value_t = Level::One)]
    language: Level,

    /// Zone of the server, for dates that name none
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = read_zone)]
    zone: TimeZone,

    /// Also show what every part of the expression gives
    #[arg(long, conflicts_with = "jsonl")]
    explain: bool,

    /// Keys, secrets, files and answers for functions such as `kv()`: a JSON or YAML file
    ///
    /// A map with any of `kv`, `secrets`, `env`, `namespace_files`, `internal_storage`, `local_files`, `http`,
    /// `flows`, `logs`, `now`, `seed`, … for example `kv: {my.namespace: {key: value}}`.
    #[arg(long, value_name = "FILE")]
    services: Option<OsString>,

    /// Print secrets, not stars
    #[arg(long)]
    show_secrets: bool,

    /// Milliseconds that one evaluation may take
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 250)]
    time_limit: u64,

    /// Answer requests: a JSON object on each line of standard input, an answer on each line of standard output
    ///
    /// A request has `template` and perhaps `id`, `context`, `typed`, `recursive`, `language`, `setup` (as the file of
    /// `--services`) and `showSecrets`. What it leaves out is as these options say. The answer is
    /// `{"id":…,"ok":true,"value":…}` or `{"id":…,"ok":false,"error":{…}}`, in the order of the requests.
    #[arg(long)]
    jsonl: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Ending {
    let given = arguments.services.as_ref().map(|file| Given::from_file(file)).transpose()?;
    let Some(template) = &arguments.template else { return lines::run(arguments, given.as_ref()) };
    let mut context = match &arguments.execution {
        Some(id) => stored(id, arguments.task.as_deref(), arguments.data.as_deref())?,
        None => Map::new(),
    };
    context.extend(context::read(arguments.context.as_deref(), &arguments.set)?);
    let template = if template == "-" { read_template()? } else { template.clone() };
    let time = Duration::from_millis(arguments.time_limit);

    let settings = settings(arguments, given.as_ref());
    let compiled = match Template::compile(template.as_str(), settings.language) {
        Ok(compiled) => compiled,
        Err(problems) => {
            let source = Source::new("template", template);
            let style = Stream::Err.style();
            let blocks: Vec<String> =
                problems.iter().map(|problem| problem_block(&source, problem, style)).collect();
            Stream::Err.print(blocks.join("\n").as_bytes())?;
            return Ok(Outcome::Errors);
        }
    };
    let world = World::new(given.as_ref(), time);
    let environment = Environment { context: &context, services: &world, settings: &settings };
    let (outcome, traced) = if arguments.explain {
        compiled.explain(environment, arguments.typed)
    } else if arguments.typed {
        (compiled.value(environment), Vec::new())
    } else {
        let text = compiled.render(environment);
        (text.map(|text| Value::Str(text.unwrap_or_default())), Vec::new())
    };

    let outcome = outcome.and_then(|value| shown(&value, arguments));
    match &outcome {
        Ok(text) => Stream::Out.print(text.as_bytes())?,
        Err(error) => {
            Stream::Err.print(error_block(&template, error, Stream::Err.style()).as_bytes())?;
        }
    }
    if arguments.explain {
        let table = trace::Table { template: &template, traced: &traced, arguments };
        let table = table.render(Stream::Out.style());
        let explained = format!("\n{table}{}", reading(&compiled, settings.language));
        Stream::Out.print(explained.as_bytes())?;
    }
    Ok(Outcome::errors_if(outcome.is_err()))
}

/// How the operators were read, where parentheses can tell: each print or tag that means more than one of them.
fn reading(template: &Template, language: Language) -> String {
    let written = print(template, language);
    let lines: Vec<String> = parenthesized(template)
        .into_iter()
        .filter(|line| !written.contains(line.as_str()))
        .map(|line| format!("  {line}\n"))
        .collect();
    if lines.is_empty() { String::new() } else { format!("\nRead as\n{}", lines.concat()) }
}

pub(crate) fn read_zone(name: &str) -> Result<TimeZone, String> {
    zone::find(name).ok_or_else(|| match zone::nearest(name) {
        Some(near) => format!("there is no such zone; did you mean `{near}`?"),
        None => "there is no such zone; zones are written as `Europe/Paris` or `+02:00`".to_owned(),
    })
}

/// The variables of an execution as it was written down.
fn stored(id: &str, task: Option<&str>, data: Option<&Path>) -> Result<Map, Stop> {
    let id =
        ExecutionId::parse(id).ok_or_else(|| Stop::Usage(format!("`{id}` is not the id of an execution")))?;
    let settings = configuration::for_command(&[])?;
    let place = Place::of(id, data, settings.encryption_key())?;
    inspect::variables(&place.store, id, task, &settings.flows.variables).map_err(|error| match error {
        StoreError::Invalid(why) => Stop::Usage(why),
        error => Stop::Failed(error.into()),
    })
}

/// The template from standard input, without the line break that ends a file.
fn read_template() -> Result<String, Stop> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(READ_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .context("cannot read the template from standard input")?;
    if bytes.len() > READ_BYTES_MAX {
        let message = format!("the template has more than {READ_BYTES_MAX} bytes");
        return Err(anyhow::anyhow!(message).into());
    }
    let text = yaml::decode(&bytes)
        .map_err(|found| anyhow::anyhow!("standard input is no text: {}", found.message))?;
    let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(text.to_owned())
}

fn settings(arguments: &Arguments, given: Option<&Given>) -> Settings {
    Settings {
        language: arguments.language.language(),
        zone: arguments.zone.clone(),
        recursive: arguments.recursive,
        hide_secrets: given.is_some_and(Given::hides_secrets),
        ..Settings::default()
    }
}

/// The result with a line break at its end.
fn shown(value: &Value, arguments: &Arguments) -> kapelle_core::expression::Outcome<String> {
    let masks = !arguments.show_secrets;
    let mut text = match value {
        Value::Str(text) if !arguments.typed && masks => text.masked(),
        Value::Str(text) if !arguments.typed => text.expose().to_owned(),
        value => plain::to_json(value, &arguments.zone, masks, VALUE_BYTES_MAX)?.expose().to_owned(),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

fn problem_block(source: &Source, problem: &Problem, style: Style) -> String {
    let span = Span::new(problem.range.start as u32, problem.range.end as u32);
    Finding {
        severity: Severity::Error,
        label: "error[syntax]",
        message: &problem.message,
        place: Some((source, span)),
        help: None,
    }
    .block(style)
}

fn error_block(template: &str, error: &Error, style: Style) -> String {
    let text = error.template.as_deref().unwrap_or(template);
    // A text that was rendered on the way has its own lines.
    let name = if text == template { "template" } else { "rendered text" };
    let source = Source::new(name, text);
    let message = if error.category == Category::Undefined {
        format!("Unable to find `{}`", error.message)
    } else {
        error.message.clone()
    };
    let place = error.range.as_ref().map(|range| Span::new(range.start as u32, range.end as u32));
    Finding {
        severity: Severity::Error,
        label: &format!("error[{}]", error.category.word()),
        message: &message,
        place: place.map(|span| (&source, span)),
        help: error.help.as_deref(),
    }
    .block(style)
}
