//! Old names of types.

use kapelle_core::catalogue::Catalogue;
use kapelle_core::diagnostic::{Code, Severity};
use kapelle_core::example::example;
use kapelle_core::shape::Role;
use serde_json::Value;

use crate::play::diagnostics;

/// Old and current packages, each with the names that moved: `name`, or `old>current`.
const MOVED: &[(&str, &str, &str)] = &[
    (
        "T.flows",
        "P.flow",
        "AllowFailure Dag EachParallel EachSequential ForEachItem If Parallel Pause Sequential Subflow Switch Template \
         WorkingDirectory Flow>Subflow Worker>WorkingDirectory",
    ),
    ("P.flow", "P.flow", "WaitFor>LoopUntil"),
    ("T.debugs", "P.debug", "Echo Return"),
    ("T.executions", "P.execution", "Counts>Count Fail Labels"),
    ("T.log", "P.log", "Log Fetch"),
    ("T.states", "P.state", "Set Get Delete"),
    ("T.storages", "P.storage", "Concat DeduplicateItems Delete FilterItems LocalFiles Reverse Size Split"),
    ("T.storages", "P.execution", "Purge>PurgeExecutions"),
    ("P.storage", "P.execution", "Purge>PurgeExecutions PurgeExecutions"),
    ("T.storages", "P.storage", "PurgeExecution>PurgeCurrentExecutionFiles"),
    ("P.storage", "P.storage", "PurgeExecution>PurgeCurrentExecutionFiles"),
    ("T.templating", "P.templating", "TemplatedTask"),
    ("T.trigger", "P.trigger", "Toggle"),
    ("io.kestra.plugin.fs.http", "P.http", "Request Download Trigger"),
    ("M.triggers.types", "P.trigger", "Schedule Webhook Flow"),
    (
        "M.conditions.types",
        "P.condition",
        "DateTimeBetweenCondition>DateTimeBetween DayWeekCondition>DayWeek DayWeekInMonthCondition>DayWeekInMonth \
         ExecutionFlowCondition>ExecutionFlow ExecutionLabelsCondition>ExecutionLabels \
         ExecutionNamespaceCondition>ExecutionNamespace ExecutionOutputsCondition>ExecutionOutputs \
         ExecutionStatusCondition>ExecutionStatus HasRetryAttemptCondition>HasRetryAttempt NotCondition>Not \
         OrCondition>Or PublicHolidayCondition>PublicHoliday TimeBetweenCondition>TimeBetween \
         WeekendCondition>Weekend VariableCondition>Expression MultipleCondition FlowCondition FlowNamespaceCondition",
    ),
    (
        "P.condition",
        "P.condition",
        "DateTimeBetweenCondition>DateTimeBetween DayWeekCondition>DayWeek DayWeekInMonthCondition>DayWeekInMonth \
         ExecutionFlowCondition>ExecutionFlow ExecutionLabelsCondition>ExecutionLabels \
         ExecutionNamespaceCondition>ExecutionNamespace ExecutionOutputsCondition>ExecutionOutputs \
         ExecutionStatusCondition>ExecutionStatus HasRetryAttemptCondition>HasRetryAttempt NotCondition>Not \
         OrCondition>Or PublicHolidayCondition>PublicHoliday TimeBetweenCondition>TimeBetween \
         WeekendCondition>Weekend ExpressionCondition>Expression",
    ),
    ("M.tasks.runners.types", "P.runner", "ProcessTaskRunner>Process"),
    (
        "io.kestra.plugin.scripts.runner.docker",
        "io.kestra.plugin.scripts.runner.docker",
        "DockerTaskRunner>Docker",
    ),
    ("io.kestra.plugin.serdes.csv", "io.kestra.plugin.serdes.csv", "CsvReader>CsvToIon CsvWriter>IonToCsv"),
    (
        "io.kestra.plugin.serdes.json",
        "io.kestra.plugin.serdes.json",
        "JsonReader>JsonToIon JsonWriter>IonToJson",
    ),
    (
        "io.kestra.plugin.serdes.avro",
        "io.kestra.plugin.serdes.avro",
        "AvroReader>AvroToIon AvroWriter>IonToAvro",
    ),
    ("io.kestra.plugin.serdes.xml", "io.kestra.plugin.serdes.xml", "XmlReader>XmlToIon XmlWriter>IonToXml"),
    (
        "io.kestra.plugin.serdes.parquet",
        "io.kestra.plugin.serdes.parquet",
        "ParquetReader>ParquetToIon ParquetWriter>IonToParquet",
    ),
    ("io.kestra.plugin.redis", "io.kestra.plugin.redis.list", "ListPop ListPush TriggerList>Trigger"),
    ("io.kestra.plugin.redis", "io.kestra.plugin.redis.pubsub", "Publish"),
    ("io.kestra.plugin.redis", "io.kestra.plugin.redis.string", "Get Set Delete"),
    ("io.kestra.plugin.notifications.slack", "io.kestra.plugin.slack", "SlackIncomingWebhook"),
    ("io.kestra.plugin.langchain4j", "io.kestra.plugin.ai.completion", "ChatCompletion Classification"),
    ("io.kestra.plugin.gcp.calendar", "io.kestra.plugin.googleworkspace.calendar", "CreateEvent>InsertEvent"),
];

fn in_full(package: &str) -> String {
    match package.split_at(1) {
        ("P", rest) => format!("io.kestra.plugin.core{rest}"),
        ("T", rest) => format!("io.kestra.core.tasks{rest}"),
        ("M", rest) => format!("io.kestra.core.models{rest}"),
        _ => package.to_owned(),
    }
}

fn aliases() -> impl Iterator<Item = (String, String)> {
    MOVED.iter().flat_map(|(old, current, names)| {
        names.split_whitespace().map(|name| {
            let (before, after) = name.split_once('>').unwrap_or((name, name));
            (format!("{}.{before}", in_full(old)), format!("{}.{after}", in_full(current)))
        })
    })
}

/// A flow that uses a type, written with another name.
fn flow_with(current: &str, written: &str) -> String {
    let catalogue = Catalogue::bundled();
    let entry = catalogue.find(current).unwrap_or_else(|| panic!("{current} is not known")).entry;
    let mut plugin = example(catalogue, entry);
    plugin["type"] = written.into();
    // The sample of a Switch chooses nothing, that of a Subflow calls one that is not there.
    if entry.simple_name() == "Switch" {
        plugin["defaults"] = example_log("chosen");
    }
    let log = example_log("last");
    let (tasks, triggers) = match () {
        () if Catalogue::bundled().plays(entry.kind, Role::Trigger) => (log, format!("[{plugin}]")),
        () if Catalogue::bundled().plays(entry.kind, Role::Condition) => {
            let flow = "io.kestra.plugin.core.trigger.Flow";
            (log, format!("[{{\"id\": \"t\", \"type\": \"{flow}\", \"conditions\": [{plugin}]}}]"))
        }
        () if Catalogue::bundled().plays(entry.kind, Role::TaskRunner) => {
            let shell = "io.kestra.plugin.scripts.shell.Commands";
            let task =
                serde_json::json!([{"id": "a", "type": shell, "commands": ["ls"], "taskRunner": plugin}]);
            (task, "[]".to_owned())
        }
        () => (Value::Array(vec![plugin]), "[]".to_owned()),
    };
    format!("id: flow\nnamespace: company.team\ntasks: {tasks}\ntriggers: {triggers}\n")
}

fn example_log(id: &str) -> Value {
    serde_json::json!([{"id": id, "type": "io.kestra.plugin.core.log.Log", "message": "hi"}])
}

#[test]
fn old_names_of_types_are_known_and_told() {
    let mut problems = Vec::new();
    for (old, current) in aliases() {
        let found = Catalogue::bundled().find(&old);
        if found.is_none_or(|found| found.entry.name != current || !found.by_alias) {
            problems.push(format!("{old} is {:?}, not {current}", found.map(|found| found.entry.name)));
            continue;
        }
        let text = flow_with(&current, &old);
        let all = diagnostics(&text);
        let note = format!("{old} is replaced by {current}");
        if !all.iter().any(|found| found.code == Code::TypeAlias && found.message == note) {
            problems.push(format!("{old}: not told to be replaced"));
        }
        for found in all.iter().filter(|found| found.severity == Severity::Error) {
            problems.push(format!("{old}: {} {}", found.code.name(), found.message));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_old_name_of_the_catalogue_is_accepted_like_the_current_one() {
    let catalogue = Catalogue::bundled();
    let mut problems = Vec::new();
    for entry in catalogue.types().filter(|entry| !entry.internal) {
        let is_used_in_flows = [Role::Task, Role::Trigger, Role::Condition, Role::TaskRunner]
            .into_iter()
            .any(|role| Catalogue::bundled().plays(entry.kind, role));
        // What several types were called means only one of them.
        let is_own =
            |alias: &&&str| catalogue.find(alias).is_some_and(|found| found.entry.name == entry.name);
        for alias in entry.aliases.iter().filter(|_| is_used_in_flows).filter(is_own) {
            let codes = |written: &str| -> Vec<Code> {
                let all = diagnostics(&flow_with(entry.name, written));
                let serious = all.iter().filter(|found| found.severity == Severity::Error);
                serious.map(|found| found.code).collect()
            };
            if codes(alias) != codes(entry.name) {
                problems.push(format!("{alias}: {:?}, not {:?}", codes(alias), codes(entry.name)));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn types_without_a_successor_are_accepted() {
    let types = [
        "io.kestra.plugin.core.execution.Resume",
        "io.kestra.plugin.core.execution.Count",
        "io.kestra.plugin.core.trigger.Toggle",
        "io.kestra.plugin.core.log.Fetch",
        "io.kestra.plugin.core.debug.Echo",
        "io.kestra.plugin.core.state.Set",
        "io.kestra.plugin.core.storage.LocalFiles",
        "io.kestra.plugin.kestra.executions.Resume",
        "io.kestra.plugin.kestra.executions.Count",
        "io.kestra.plugin.kestra.triggers.Toggle",
        "io.kestra.plugin.kestra.logs.Fetch",
        "io.kestra.core.tasks.scripts.Bash",
        "io.kestra.core.tasks.scripts.Python",
        "io.kestra.core.tasks.scripts.Node",
    ];
    for name in types {
        let all = diagnostics(&flow_with(name, name));
        let errors: Vec<_> = all.iter().filter(|found| found.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}
