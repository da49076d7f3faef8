//! Jobs as flows.

use serde_json::{Map, Value, json};

use super::name::Names;
use super::read::{Entry, Job};
use kapelle_core::yaml::write as yaml;

/// What expressions begin with; a command that has one of them is none.
const EXPRESSIONS: [&str; 3] = ["{{", "{%", "{#"];

/// A flow of one line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Made {
    pub(super) id: String,
    pub(super) text: String,
    /// What a person has to look at.
    pub(super) remarks: Vec<String>,
    pub(super) has_server_zone: bool,
}

/// The flows of all jobs, in their order.
pub(super) fn all(entries: &[Entry], namespace: &str) -> Vec<Made> {
    let mut names = Names::default();
    let jobs = entries.iter().filter_map(|entry| match entry {
        Entry::Job(job) => Some(job),
        _ => None,
    });
    jobs.map(|job| made(job, names.take(&job.command, job.line), namespace)).collect()
}

fn made(job: &Job, id: String, namespace: &str) -> Made {
    let mut flow = Map::new();
    flow.insert("id".into(), id.as_str().into());
    flow.insert("namespace".into(), namespace.into());
    if let Some(description) = &job.description {
        flow.insert("description".into(), description.as_str().into());
    }
    flow.insert("tasks".into(), json!([task(job)]));
    let mut remarks = Vec::new();
    if let Some(to) = &job.settings.mail_to {
        flow.insert("errors".into(), json!([mail(job, to)]));
        remarks.push(
            "cron mailed what the command printed, the flow mails when it fails: check the mail server in its task `mail`"
                .to_owned(),
        );
        if !to.contains('@') {
            remarks.push(format!("`{to}` is a user of the machine: write an address"));
        }
    }
    flow.insert("triggers".into(), json!([trigger(job)]));
    let text = yaml::block(&Value::Object(flow), 0);
    Made { id, text, remarks, has_server_zone: job.settings.zone.is_none() }
}

fn task(job: &Job) -> Value {
    let settings = &job.settings;
    let mut task = Map::new();
    task.insert("id".into(), "command".into());
    task.insert("type".into(), "io.kestra.plugin.scripts.shell.Commands".into());
    task.insert("taskRunner".into(), json!({"type": "io.kestra.plugin.core.runner.Process"}));
    if let Some(shell) = settings.shell.as_ref().filter(|shell| *shell != "/bin/sh") {
        task.insert("interpreter".into(), json!([literal(shell), "-c"]));
    }
    // Only the last part of a line decides whether it failed, as in cron.
    task.insert("failFast".into(), false.into());
    if !settings.env.is_empty() {
        let env = settings.env.iter().map(|(name, value)| (name.clone(), literal(value).into()));
        task.insert("env".into(), Value::Object(env.collect()));
    }
    task.insert("commands".into(), json!([literal(&command(job))]));
    Value::Object(task)
}

/// The command with its input, as a shell reads both.
fn command(job: &Job) -> String {
    let Some(input) = &job.input else { return job.command.clone() };
    let lines: Vec<_> = input.lines().collect();
    let mut end = "INPUT".to_owned();
    while lines.contains(&end.as_str()) {
        end.push('T');
    }
    let input = if input.is_empty() || input.ends_with('\n') { input.clone() } else { format!("{input}\n") };
    format!("{{ {}\n}} <<'{end}'\n{input}{end}", job.command)
}

/// A text that no expression is looked for in.
fn literal(text: &str) -> String {
    let has_one = EXPRESSIONS.iter().any(|start| text.contains(start));
    if has_one { format!("{{% verbatim %}}{text}{{% endverbatim %}}") } else { text.to_owned() }
}

fn mail(job: &Job, to: &str) -> Value {
    let from = job.settings.mail_from.as_deref().unwrap_or(to);
    json!({
        "id": "mail",
        "type": "io.kestra.plugin.email.MailSend",
        "host": "localhost",
        "port": 25,
        "transportStrategy": "SMTP",
        "from": literal(from),
        "to": literal(to),
        "subject": "{{ flow.id }} failed",
        "plainTextContent": "{{ flow.namespace }}.{{ flow.id }} failed in execution {{ execution.id }}:\n{{ errorLogs() }}",
    })
}

fn trigger(job: &Job) -> Value {
    let mut trigger = Map::new();
    trigger.insert("id".into(), "schedule".into());
    trigger.insert("type".into(), "io.kestra.plugin.core.trigger.Schedule".into());
    trigger.insert("cron".into(), job.cron.as_str().into());
    if let Some(zone) = &job.settings.zone {
        trigger.insert("timezone".into(), zone.as_str().into());
    }
    // Cron does not make up for what it missed.
    trigger.insert("recoverMissedSchedules".into(), "NONE".into());
    Value::Object(trigger)
}
