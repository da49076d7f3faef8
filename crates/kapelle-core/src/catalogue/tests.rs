use super::*;

fn find(name: &str) -> Found {
    Catalogue::bundled().find(name).unwrap_or_else(|| panic!("{name} is not known"))
}

#[test]
fn types_are_found_by_name_old_name_and_short_name() {
    assert_eq!(find("io.kestra.plugin.core.log.Log").entry.simple_name(), "Log");
    assert_eq!(find("core.log.Log").entry.name, "io.kestra.plugin.core.log.Log");
    let old = find("io.kestra.core.tasks.flows.EachParallel");
    assert_eq!(old.entry.name, "io.kestra.plugin.core.flow.EachParallel");
    assert!(old.by_alias);
    assert_eq!(find("io.kestra.CORE.tasks.flows.eachparallel").entry.name, old.entry.name);
    assert!(Catalogue::bundled().find("io.kestra.plugin.core.log.Lgo").is_none());
}

/// Every pair of flow-language 10.2 that names types, written out.
#[test]
fn every_old_name_leads_to_its_current_type() {
    const CORE: &[(&str, &str, &[&str])] = &[
        (
            "io.kestra.core.tasks.flows.",
            "flow.",
            &[
                "AllowFailure",
                "Dag",
                "EachParallel",
                "EachSequential",
                "ForEachItem",
                "If",
                "Parallel",
                "Pause",
                "Sequential",
                "Subflow",
                "Switch",
                "Template",
                "WorkingDirectory",
            ],
        ),
        ("io.kestra.core.tasks.debugs.", "debug.", &["Echo", "Return"]),
        ("io.kestra.core.tasks.executions.", "execution.", &["Fail", "Labels"]),
        ("io.kestra.core.tasks.log.", "log.", &["Log", "Fetch"]),
        ("io.kestra.core.tasks.states.", "state.", &["Set", "Get", "Delete"]),
        (
            "io.kestra.core.tasks.storages.",
            "storage.",
            &[
                "Concat",
                "DeduplicateItems",
                "Delete",
                "FilterItems",
                "LocalFiles",
                "Reverse",
                "Size",
                "Split",
            ],
        ),
        ("io.kestra.core.tasks.templating.", "templating.", &["TemplatedTask"]),
        ("io.kestra.core.tasks.trigger.", "trigger.", &["Toggle"]),
        ("io.kestra.plugin.fs.http.", "http.", &["Request", "Download", "Trigger"]),
        ("io.kestra.core.models.triggers.types.", "trigger.", &["Schedule", "Webhook", "Flow"]),
        (
            "io.kestra.core.models.conditions.types.",
            "condition.",
            &["MultipleCondition", "FlowCondition", "FlowNamespaceCondition"],
        ),
    ];
    for (old, current, names) in CORE {
        for name in *names {
            assert_eq!(
                find(&format!("{old}{name}")).entry.name,
                format!("io.kestra.plugin.core.{current}{name}")
            );
        }
    }
    for name in [
        "DateTimeBetween",
        "DayWeek",
        "DayWeekInMonth",
        "ExecutionFlow",
        "ExecutionLabels",
        "ExecutionNamespace",
        "ExecutionOutputs",
        "ExecutionStatus",
        "HasRetryAttempt",
        "Not",
        "Or",
        "PublicHoliday",
        "TimeBetween",
        "Weekend",
    ] {
        for package in ["io.kestra.core.models.conditions.types", "io.kestra.plugin.core.condition"] {
            let found = find(&format!("{package}.{name}Condition"));
            assert_eq!(found.entry.name, format!("io.kestra.plugin.core.condition.{name}"));
        }
    }
    let renamed = [
        ("io.kestra.core.tasks.flows.Flow", "core.flow.Subflow"),
        ("io.kestra.core.tasks.flows.Worker", "core.flow.WorkingDirectory"),
        ("io.kestra.plugin.core.flow.WaitFor", "core.flow.LoopUntil"),
        ("io.kestra.core.tasks.executions.Counts", "core.execution.Count"),
        ("io.kestra.core.tasks.storages.Purge", "core.execution.PurgeExecutions"),
        ("io.kestra.plugin.core.storage.Purge", "core.execution.PurgeExecutions"),
        ("io.kestra.plugin.core.storage.PurgeExecutions", "core.execution.PurgeExecutions"),
        ("io.kestra.core.tasks.storages.PurgeExecution", "core.storage.PurgeCurrentExecutionFiles"),
        ("io.kestra.plugin.core.storage.PurgeExecution", "core.storage.PurgeCurrentExecutionFiles"),
        ("io.kestra.core.models.conditions.types.VariableCondition", "core.condition.Expression"),
        ("io.kestra.plugin.core.condition.ExpressionCondition", "core.condition.Expression"),
        ("io.kestra.core.models.tasks.runners.types.ProcessTaskRunner", "core.runner.Process"),
        ("io.kestra.plugin.scripts.runner.docker.DockerTaskRunner", "scripts.runner.docker.Docker"),
        ("io.kestra.plugin.serdes.csv.CsvReader", "serdes.csv.CsvToIon"),
        ("io.kestra.plugin.serdes.csv.CsvWriter", "serdes.csv.IonToCsv"),
        ("io.kestra.plugin.serdes.json.JsonReader", "serdes.json.JsonToIon"),
        ("io.kestra.plugin.serdes.json.JsonWriter", "serdes.json.IonToJson"),
        ("io.kestra.plugin.serdes.avro.AvroReader", "serdes.avro.AvroToIon"),
        ("io.kestra.plugin.serdes.avro.AvroWriter", "serdes.avro.IonToAvro"),
        ("io.kestra.plugin.serdes.xml.XmlReader", "serdes.xml.XmlToIon"),
        ("io.kestra.plugin.serdes.xml.XmlWriter", "serdes.xml.IonToXml"),
        ("io.kestra.plugin.serdes.parquet.ParquetReader", "serdes.parquet.ParquetToIon"),
        ("io.kestra.plugin.serdes.parquet.ParquetWriter", "serdes.parquet.IonToParquet"),
        ("io.kestra.plugin.redis.ListPop", "redis.list.ListPop"),
        ("io.kestra.plugin.redis.ListPush", "redis.list.ListPush"),
        ("io.kestra.plugin.redis.TriggerList", "redis.list.Trigger"),
        ("io.kestra.plugin.redis.Publish", "redis.pubsub.Publish"),
        ("io.kestra.plugin.redis.Get", "redis.string.Get"),
        ("io.kestra.plugin.redis.Set", "redis.string.Set"),
        ("io.kestra.plugin.redis.Delete", "redis.string.Delete"),
        ("io.kestra.plugin.gcp.calendar.CreateEvent", "googleworkspace.calendar.InsertEvent"),
        ("io.kestra.plugin.langchain4j.ChatCompletion", "ai.completion.ChatCompletion"),
    ];
    for (old, current) in renamed {
        assert_eq!(find(old).entry.name, format!("io.kestra.plugin.{current}"), "{old}");
    }
}

#[test]
fn every_type_of_the_catalogue_decodes() {
    let types: Vec<_> = Catalogue::bundled().types().collect();
    assert!(types.len() > 1257, "{} types", types.len());
    for entry in types {
        let mut names: Vec<_> = entry.properties.iter().map(|property| property.name).collect();
        names.dedup();
        assert_eq!(names.len(), entry.properties.len(), "{} has a property twice", entry.name);
    }
}

#[test]
fn every_refinement_belongs_to_a_known_type() {
    for (owner, _) in crate::shape::REFINED {
        assert!(["task", "trigger"].contains(owner) || find(owner).entry.name == *owner, "{owner}");
    }
}

#[test]
fn the_packed_catalogue_is_small() {
    let packed = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.deflate"));
    assert!(packed.len() <= 150 * 1024, "{} bytes", packed.len());
}

#[test]
fn no_plugin_is_both_read_and_unread() {
    assert!(unread::UNREAD.is_sorted());
    let catalogue = Catalogue::bundled();
    let names = catalogue.names().map(|(name, _)| name).chain(catalogue.aliases());
    let both: Vec<_> =
        names.filter(|name| Catalogue::family(name).is_some_and(Catalogue::is_unread)).collect();
    assert!(both.is_empty(), "{both:?}");
}
