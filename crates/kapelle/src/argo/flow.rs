//! A workflow as a flow.

use std::collections::BTreeSet;

use kapelle_core::yaml::write::block;
use kapelle_model::Node;
use serde_json::{Map, Value, json};

use super::documents::{Document, Kind};
use super::fields::{Fields, Report, json};
use super::group;
use super::kept;
use super::scope::Scope;
use super::text::{Place, Text};
use super::tree::{Body, Library, OWN, Step, Unfold};
use super::{Made, Options};

/// Where the workflow's description may stand.
const DESCRIPTION: &str = "workflows.argoproj.io/description";

/// Keys of a workflow that only keep house; a flow has no need of them.
const HOUSEKEEPING: [&str; 5] = ["ttlStrategy", "podGC", "archiveLogs", "workflowMetadata", "podMetadata"];

/// What is no later than this is no missed run here, and must not be left out for being late.
const ON_TIME_SECONDS: i64 = 60;

/// What is the same for all steps of a workflow.
pub(super) struct World<'w> {
    pub(super) report: &'w Report<'w>,
    pub(super) options: &'w Options<'w>,
    /// Names of steps whose output others ask for.
    pub(super) results: BTreeSet<String>,
    /// Names of what the workflow is started with.
    pub(super) inputs: BTreeSet<String>,
    file: usize,
    spec: &'w Node,
    cluster_namespace: String,
}

impl World<'_> {
    pub(super) fn spec(&self) -> Fields<'_> {
        Fields::new(self.file, self.spec)
    }

    /// The namespace of the cluster that the workflow ran in.
    pub(super) fn cluster_namespace(&self) -> &str {
        &self.cluster_namespace
    }
}

/// The flows of all documents that are more than templates for others.
pub(super) fn all(documents: &[Document], report: &Report<'_>, options: &Options<'_>) -> Vec<Made> {
    let mut ids = BTreeSet::new();
    let mut made = Vec::new();
    for document in documents {
        if let Some((id, flow)) = flow(document, documents, report, options) {
            let at = document.fields().at();
            if !ids.insert(id.clone()) {
                report.loss(at, format!("a second workflow `{id}` is left out: names have to differ"));
                continue;
            }
            made.push(Made { file: document.file, id, text: block(&Value::Object(flow), 0) });
        }
    }
    made
}

fn flow(
    document: &Document,
    documents: &[Document],
    report: &Report<'_>,
    options: &Options<'_>,
) -> Option<(String, Map<String, Value>)> {
    let root = document.fields();
    let Some(own) = document.spec() else {
        report.loss(root.at(), "a workflow without `spec` is not translated");
        return None;
    };
    let own_spec = Fields::new(document.file, own);
    // A workflow may be the one of a template, with other arguments.
    let reference = own_spec.map("workflowTemplateRef").and_then(|reference| reference.text("name"));
    let template = reference.as_ref().map(|name| {
        let is_it = |other: &&Document| other.kind == Kind::Template && other.name().as_ref() == Some(name);
        documents.iter().find(is_it)
    });
    if let (Some(name), Some(None)) = (&reference, &template) {
        report.loss(own_spec.at(), format!("the workflow template `{name}` is not there; give its file too"));
        return None;
    }
    let base = template.flatten().unwrap_or(document);
    let home = reference.unwrap_or_else(|| OWN.to_owned());
    let spec = Fields::new(base.file, base.spec()?);
    let entry = own_spec.text("entrypoint").or_else(|| spec.text("entrypoint"));
    let Some(entry) = entry else {
        if document.kind != Kind::Template {
            report.loss(own_spec.at(), "a workflow without `entrypoint` is not translated");
        }
        return None;
    };

    let metadata = root.map("metadata")?;
    let cluster_namespace = metadata.text("namespace").unwrap_or_else(|| "default".to_owned());
    let id = id(&document.name().unwrap_or_else(|| "workflow".to_owned()));
    let library = Library::new(documents, document);
    let mut unfold = Unfold::new(&library, report);
    let main = unfold.root(&home, &entry, own_spec.at())?;
    let exit = own_spec.text("onExit").or_else(|| spec.text("onExit"));
    let exit = exit.and_then(|name| unfold.root(&home, &name, spec.at()));

    let results = documents.iter().flat_map(|document| results(document.fields().node())).collect();
    let parameters = parameters(&own_spec, &spec);
    let inputs = parameters.iter().map(|(name, _)| name.clone()).collect();
    let world =
        World { report, options, results, inputs, file: base.file, spec: base.spec()?, cluster_namespace };
    let mut flow = Map::new();
    flow.insert("id".into(), id.as_str().into());
    flow.insert("namespace".into(), options.namespace.into());
    head(&metadata, report, &mut flow);
    if !parameters.is_empty() {
        let inputs = parameters.iter().map(|(name, parameter)| input(name, parameter, report));
        flow.insert("inputs".into(), inputs.collect());
    }
    let cron = (document.kind == Kind::Cron).then(|| root.map("spec")).flatten();
    if cron.as_ref().and_then(|cron| cron.text("concurrencyPolicy")).is_some_and(|policy| policy == "Forbid")
    {
        flow.insert("concurrency".into(), json!({"limit": 1, "behavior": "CANCEL"}));
    }
    let seconds = own_spec.take("activeDeadlineSeconds").or(spec.take("activeDeadlineSeconds"));
    if let Some(seconds) = seconds.and_then(Node::as_int) {
        let limit = json!({"id": "deadline", "type": "MAX_DURATION", "duration": format!("PT{seconds}S"), "behavior": "FAIL"});
        flow.insert("sla".into(), json!([limit]));
    }
    flow.insert("tasks".into(), tasks(&main, &world).into());
    if let Some(exit) = exit {
        if main.runs_several_at_once() {
            let words = "`onExit` starts as soon as a step has failed, though others may still run";
            report.note(spec.at(), words);
        }
        flow.insert("afterExecution".into(), tasks(&exit, &world).into());
    }
    if let Some(cron) = cron {
        flow.insert("triggers".into(), triggers(&cron, report).into());
    }
    root.ignore(&["apiVersion", "kind", "spec", "status"]);
    for fields in [&own_spec, &spec] {
        fields.ignore(&["entrypoint", "templates", "arguments", "workflowTemplateRef", "onExit"]);
        fields.ignore(&HOUSEKEEPING);
        fields.ignore(&["activeDeadlineSeconds"]);
    }
    if options.runner == super::Runner::Kubernetes {
        spec.ignore(&[
            "nodeSelector",
            "serviceAccountName",
            "volumes",
            "tolerations",
            "affinity",
            "imagePullSecrets",
        ]);
    }
    spec.rest(report, "the workflow");
    if home != OWN {
        own_spec.rest(report, "the workflow");
    }
    Some((id, flow))
}

/// The steps of the first template are those of the flow.
fn tasks(root: &Step<'_>, world: &World<'_>) -> Vec<Value> {
    let outside = Scope::of_flow();
    if let Body::Steps(groups) = &root.body {
        group::untaken(root, world);
        let scope = group::enter(root, &outside, Place::default(), world);
        return group::steps(root, groups, &scope, Place::default(), world);
    }
    vec![group::task(root, &outside, &group::Terms::default(), Place::default(), world)]
}

fn head(metadata: &Fields<'_>, report: &Report<'_>, flow: &mut Map<String, Value>) {
    let described = metadata.map("annotations").and_then(|annotations| annotations.text(DESCRIPTION));
    if let Some(description) = described {
        flow.insert("description".into(), description.trim().into());
    }
    let Some(written) = metadata.map("labels") else { return };
    let mut labels = Map::new();
    for entry in written.node().entries() {
        let (at, name) = (written.place(&entry.value), &entry.key);
        let value = json(&entry.value);
        match label(name).filter(|_| value != Value::Null && value != "") {
            Some(own) => {
                if own != *name {
                    report.note(at, format!("the label `{name}` is called `{own}` here"));
                }
                labels.insert(own, value);
            }
            None => report.note(at, format!("the label `{name}` is left out: flows cannot have it")),
        }
    }
    if !labels.is_empty() {
        flow.insert("labels".into(), Value::Object(labels));
    }
}

/// A label as flows can name it.
fn label(name: &str) -> Option<String> {
    let own = name.replace(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)), ".");
    let first = own.chars().next()?.to_ascii_lowercase();
    let own = format!("{first}{}", own.get(1..)?);
    (first.is_ascii_lowercase() && !own.starts_with("system.")).then_some(own)
}

/// What a workflow is started with.
fn parameters<'d>(own: &Fields<'d>, base: &Fields<'d>) -> Vec<(String, Fields<'d>)> {
    let arguments = |spec: &Fields<'d>| {
        spec.map("arguments").map(|arguments| arguments.named("parameters")).unwrap_or_default()
    };
    let mut named = arguments(own);
    let more: Vec<_> = arguments(base)
        .into_iter()
        .filter(|(name, _)| !named.iter().any(|(known, _)| known == name))
        .collect();
    named.extend(more);
    named
}

fn input(name: &str, parameter: &Fields<'_>, report: &Report<'_>) -> Value {
    let options: Vec<String> = parameter.list("enum").iter().filter_map(Node::scalar_text).collect();
    let mut input = Map::from_iter([("id".to_owned(), json!(name))]);
    input.insert("type".into(), if options.is_empty() { "STRING" } else { "SELECT" }.into());
    if !options.is_empty() {
        input.insert("values".into(), json!(options));
    }
    if let Some(description) = parameter.text("description") {
        input.insert("description".into(), description.into());
    }
    if let Some(usual) = parameter.any("value").or_else(|| parameter.any("default")) {
        input.insert("defaults".into(), before_start(&usual, parameter, report).into());
    } else if let Some(from) = parameter.map("valueFrom") {
        if let Some(kept) = kept::value(&from, name, report) {
            input.insert("defaults".into(), format!("{{{{ {kept} }}}}").into());
        }
        from.rest(report, &format!("the parameter `{name}`"));
    }
    parameter.ignore(&["globalName"]);
    parameter.rest(report, &format!("the parameter `{name}`"));
    Value::Object(input)
}

/// A text that is read before there is an execution.
fn before_start(source: &str, parameter: &Fields<'_>, report: &Report<'_>) -> String {
    let resolve = |asked: &str| {
        let found = (asked == "workflow.namespace").then(|| Text::code("flow.namespace"));
        if found.is_none() {
            let words = format!(
                "`{{{{{asked}}}}}` is not known before the execution starts: it stays as it is written"
            );
            report.loss(parameter.at(), words);
        }
        found
    };
    Text::read(source, resolve).template(Place::default())
}

fn triggers(cron: &Fields<'_>, report: &Report<'_>) -> Vec<Value> {
    let several = cron.list("schedules").iter().filter_map(Node::scalar_text);
    let schedules: Vec<String> = cron.text("schedule").into_iter().chain(several).collect();
    let zone = cron.text("timezone");
    let is_off = cron.take("suspend").and_then(Node::as_bool) == Some(true);
    let made_up = cron.take("startingDeadlineSeconds").and_then(Node::as_int).filter(|seconds| *seconds > 0);
    if let Some(policy) = cron.text("concurrencyPolicy").filter(|policy| policy == "Replace") {
        report.loss(
            cron.at(),
            format!("`concurrencyPolicy: {policy}` is not translated: an execution that runs goes on"),
        );
    }
    cron.ignore(&[
        "workflowSpec",
        "successfulJobsHistoryLimit",
        "failedJobsHistoryLimit",
        "workflowMetadata",
    ]);
    cron.rest(report, "the schedule");
    let is_one = schedules.len() == 1;
    let trigger = |(number, schedule): (usize, String)| {
        let id = if is_one { "schedule".to_owned() } else { format!("schedule-{}", number + 1) };
        let mut trigger = Map::from_iter([("id".to_owned(), json!(id))]);
        trigger.insert("type".into(), "io.kestra.plugin.core.trigger.Schedule".into());
        let (own_zone, schedule) = zoned(&schedule);
        trigger.insert("cron".into(), schedule.into());
        let zone = own_zone.or(zone.as_deref());
        trigger.extend(zone.map(|zone| ("timezone".to_owned(), json!(zone))));
        trigger
            .insert("recoverMissedSchedules".into(), if made_up.is_some() { "LAST" } else { "NONE" }.into());
        if let Some(seconds) = made_up {
            trigger.insert("lateMaximumDelay".into(), format!("PT{}S", seconds.max(ON_TIME_SECONDS)).into());
        }
        if is_off {
            trigger.insert("disabled".into(), true.into());
        }
        Value::Object(trigger)
    };
    schedules.into_iter().enumerate().map(trigger).collect()
}

/// A schedule and the zone that it begins with.
fn zoned(schedule: &str) -> (Option<&str>, &str) {
    let after = ["CRON_TZ=", "TZ="].iter().find_map(|start| schedule.strip_prefix(start));
    match after.and_then(|after| after.split_once(' ')) {
        Some((zone, schedule)) => (Some(zone), schedule.trim_start()),
        None => (None, schedule),
    }
}

/// Names of steps whose printed output is spoken of.
fn results(root: &Node) -> Vec<String> {
    let mut names = Vec::new();
    root.walk(&mut |node| {
        let texts = node.as_text().unwrap_or_default().split("{{").skip(1);
        let asked = texts.flat_map(|text| text.split("}}").next().unwrap_or_default().split_whitespace());
        names.extend(asked.filter_map(|asked| {
            let name = asked.strip_prefix("tasks.").or_else(|| asked.strip_prefix("steps."))?;
            Some(name.strip_suffix(".outputs.result")?.to_owned())
        }));
    });
    names
}

fn id(name: &str) -> String {
    let id: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "_-".contains(c) { c } else { '-' }).collect();
    id.trim_start_matches(['-', '_']).to_owned()
}
