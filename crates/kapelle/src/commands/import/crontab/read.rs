//! What a crontab says: jobs, each with the settings that hold where it stands.

use kapelle_core::time::cron::Cron;
use kapelle_core::time::zone;

use super::Format;

/// Something that a line says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Entry {
    Job(Box<Job>),
    Refused {
        line: usize,
        reason: String,
    },
    /// What a person should know of a line that is no job.
    Remark {
        line: usize,
        words: String,
    },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Job {
    pub(super) line: usize,
    pub(super) cron: String,
    pub(super) user: Option<String>,
    pub(super) command: String,
    /// What the command reads.
    pub(super) input: Option<String>,
    pub(super) description: Option<String>,
    pub(super) settings: Settings,
}

/// What lines above a job have set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settings {
    pub(super) zone: Option<String>,
    pub(super) shell: Option<String>,
    pub(super) mail_to: Option<String>,
    pub(super) mail_from: Option<String>,
    pub(super) env: Vec<(String, String)>,
}

/// Schedules by name, as cron and flows both know them.
const NICKNAMES: [&str; 7] =
    ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Names of days as cron counts them.
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Reads a crontab. `zone` holds where it names none.
pub(super) fn read(text: &str, format: Format, zone: Option<&str>) -> Vec<Entry> {
    let mut settings = Settings { zone: zone.map(str::to_owned), ..Settings::default() };
    let mut comments: Vec<&str> = Vec::new();
    let mut entries = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if line.is_empty() {
            comments.clear();
        } else if let Some(comment) = line.strip_prefix('#') {
            comments.push(comment.trim_start_matches('#').trim());
        } else if let Some((name, value)) = assignment(line) {
            let remark = settings.set(name, value, zone);
            entries.extend(remark.map(|words| Entry::Remark { line: number, words }));
        } else {
            let job = job(line, format, &settings);
            entries.push(match job {
                Ok(job) => {
                    Entry::Job(Box::new(Job { line: number, description: description(&comments), ..job }))
                }
                Err(reason) => Entry::Refused { line: number, reason },
            });
            comments.clear();
        }
    }
    entries
}

/// `NAME = value`, both with or without quotes.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = unquoted(name.trim());
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then(|| (name, unquoted(value.trim())))
}

fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

impl Settings {
    /// Takes note of a setting. What has no meaning for a flow is told.
    fn set(&mut self, name: &str, value: &str, zone: Option<&str>) -> Option<String> {
        let filled = || (!value.is_empty()).then(|| value.to_owned());
        match name {
            "CRON_TZ" => self.zone = filled().or_else(|| zone.map(str::to_owned)),
            "SHELL" => self.shell = filled(),
            "MAILTO" => self.mail_to = filled(),
            "MAILFROM" => self.mail_from = filled(),
            "RANDOM_DELAY"
            | "START_HOURS_RANGE"
            | "CONTENT_TYPE"
            | "CONTENT_TRANSFER_ENCODING"
            | "CRON_WITHIN" => {
                return Some(format!("`{name}` is for cron alone, and was left out"));
            }
            _ => {
                self.env.retain(|(known, _)| known != name);
                self.env.push((name.to_owned(), value.to_owned()));
            }
        }
        None
    }
}

fn job(line: &str, format: Format, settings: &Settings) -> Result<Job, String> {
    // Some crons write no line into the log for those.
    let line = line.strip_prefix('-').unwrap_or(line);
    let (cron, rest) = schedule(line)?;
    let (user, rest) = match format {
        Format::User => (None, rest),
        Format::System => {
            let (user, rest) = word(rest);
            (Some(user.to_owned()), rest)
        }
    };
    let (command, input) = split_input(rest);
    if command.trim().is_empty() {
        return Err(match format {
            Format::User => "it has no command".to_owned(),
            Format::System => {
                "it has no command behind its user; if it names no user, use `--format user`".to_owned()
            }
        });
    }
    if let Some(zone) = &settings.zone
        && zone::find(zone).is_none()
    {
        return Err(format!("there is no time zone `{zone}`"));
    }
    if command.contains("endverbatim") || input.as_ref().is_some_and(|input| input.contains("endverbatim")) {
        return Err("`endverbatim` cannot stand in a flow as it is".to_owned());
    }
    let settings = settings.clone();
    Ok(Job { cron, user, command: command.trim().to_owned(), input, settings, ..Job::default() })
}

/// The schedule in front of a line, as flows write it, and what follows it.
fn schedule(line: &str) -> Result<(String, &str), String> {
    let (first, rest) = word(line);
    if first.starts_with('@') {
        return nickname(first).map(|cron| (cron, rest));
    }
    let mut fields = Vec::with_capacity(5);
    let mut rest = line;
    for _ in 0..5 {
        let (field, after) = word(rest);
        fields.push(field);
        rest = after;
    }
    if fields.iter().any(|field| field.is_empty()) {
        return Err(
            "it is no setting, and has no five fields of a schedule with a command behind them".to_owned()
        );
    }
    if fields.iter().any(|field| field.contains('~')) {
        return Err("`~` stands for a number by chance: choose one".to_owned());
    }
    Ok((numbered(&fields)?, rest))
}

/// Five fields that mean the same for a flow as for cron.
fn numbered(fields: &[&str]) -> Result<String, String> {
    let (days, weekdays) = (fields[2], fields[4]);
    let is_step = |field: &str| field.starts_with('*') && field != "*";
    if (is_step(days) && weekdays != "*") || (is_step(weekdays) && days != "*") {
        return Err(format!(
            "with `{days}` and `{weekdays}` cron means days that are both, and a flow days that are either: \
             list the days, or add a condition"
        ));
    }
    let cron = fields.join(" ");
    if Cron::parse(&cron, false).is_ok() {
        return Ok(cron);
    }
    // The week begins with Sunday for cron, so that SUN-TUE is a range.
    let weekdays = DAYS
        .iter()
        .enumerate()
        .fold(weekdays.to_ascii_lowercase(), |field, (number, day)| field.replace(day, &number.to_string()));
    let by_number = format!("{} {weekdays}", fields[..4].join(" "));
    match (Cron::parse(&by_number, false), Cron::parse(&cron, false)) {
        (Ok(_), _) => Ok(by_number),
        (Err(_), Err(error)) => Err(format!("`{cron}`: {}", error.reason)),
        (Err(_), Ok(_)) => Ok(cron),
    }
}

fn nickname(text: &str) -> Result<String, String> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "@reboot" => Err("`@reboot` runs when the machine starts, and no trigger does: \
                          let a service of the machine start it"
            .to_owned()),
        "@every_minute" => Ok("* * * * *".to_owned()),
        _ if NICKNAMES.contains(&lower.as_str()) => Ok(lower),
        _ => Err(format!("`{text}` is no schedule of five fields")),
    }
}

/// The first word, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    (word, rest.trim_start())
}

/// The command and, behind the first `%`, its input; further ones end its lines.
fn split_input(text: &str) -> (String, Option<String>) {
    let (mut command, mut input) = (String::new(), None);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let character = match character {
            '\\' if characters.peek() == Some(&'%') => characters.next().unwrap_or('%'),
            '%' if input.is_none() => {
                input = Some(String::new());
                continue;
            }
            '%' => '\n',
            other => other,
        };
        input.as_mut().unwrap_or(&mut command).push(character);
    }
    (command, input)
}

/// What the comments above a line say, without the lines that cron itself puts there.
fn description(comments: &[&str]) -> Option<String> {
    let words = |comment: &str| comment.split_whitespace().map(str::to_ascii_lowercase).collect::<Vec<_>>();
    let is_heading = |comment: &str| words(comment).starts_with(&["m".into(), "h".into(), "dom".into()]);
    // Everything above the heading is about crontabs as such.
    let start = comments.iter().rposition(|comment| is_heading(comment)).map_or(0, |place| place + 1);
    let is_told = |comment: &&&str| {
        let of_cron = ["DO NOT EDIT THIS FILE", "(/tmp/crontab", "(Cron version"];
        let is_job = schedule(comment).is_ok_and(|(_, rest)| !rest.is_empty());
        let is_rule = !comment.chars().any(char::is_alphanumeric);
        !is_job
            && !is_rule
            && assignment(comment).is_none()
            && !of_cron.iter().any(|start| comment.starts_with(start))
    };
    let told: Vec<_> = comments[start..].iter().filter(is_told).copied().collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

#[cfg(test)]
mod tests;
