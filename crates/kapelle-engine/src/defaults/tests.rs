use kapelle_core::expression::plain;

use super::*;

fn node(yaml: &str) -> Node {
    kapelle_core::yaml::read(yaml, Span::new(0, yaml.len() as u32)).root.unwrap()
}

fn list(yaml: &str) -> Vec<PluginDefault> {
    plugin_defaults(Some(&node(yaml)))
}

fn merged(flow: &str, namespaces: &[&str], global: &str) -> Merged {
    let namespaces: Vec<_> = namespaces.iter().map(|yaml| list(yaml)).collect();
    let global = list(global);
    merge(
        &node(flow),
        Layers { namespaces: &namespaces, global: &global, variables: None },
        Catalogue::bundled(),
    )
}

fn json(node: &Node) -> String {
    let value = plain::from_node(node);
    plain::to_json(&value, &jiff::tz::TimeZone::UTC, true, 1 << 20).unwrap().expose().to_owned()
}

/// The only task after merging, without its id and type.
fn task(defaults: &str, task: &str) -> String {
    task_in(defaults, task, &[], "[]")
}

fn task_in(defaults: &str, task: &str, namespaces: &[&str], global: &str) -> String {
    let flow = format!("pluginDefaults: {defaults}\ntasks: [{{id: t, {task}}}]");
    let merged = merged(&flow, namespaces, global);
    let failures: Vec<_> = merged.failures.into_iter().map(|failure| failure.value).collect();
    if !failures.is_empty() {
        return failures.join("\n");
    }
    let mut task = merged.root.get("tasks").unwrap().items()[0].clone();
    let Data::Map(entries) = &mut task.data else { panic!("a map") };
    entries.retain(|entry| !["id", "type", "pluginDefaultsRef"].contains(&entry.key.as_str()));
    json(&task)
}

const RETURN: &str = "io.kestra.plugin.core.debug.Return";

#[test]
fn a_default_fills_what_the_task_leaves_open() {
    for (task_yaml, expected) in [
        ("", r#"{"format":"d"}"#),
        (", format: own", r#"{"format":"own"}"#),
        (", format: ~", r#"{"format":"d"}"#),
        (", format: ''", r#"{"format":""}"#),
    ] {
        let defaults = format!("[{{type: {RETURN}, values: {{format: d}}}}]");
        assert_eq!(task(&defaults, &format!("type: {RETURN}{task_yaml}")), expected);
    }
}

#[test]
fn types_match_by_how_they_are_written() {
    let log = "io.kestra.plugin.core.log.Log";
    let old = "io.kestra.core.tasks.log.Log";
    for (default, written, applies) in [
        (log, log, true),
        ("io.kestra.plugin.core.lo", log, true),
        ("io.kestra.plugin.core.debug.", log, false),
        ("io.kestra.plugin.core.log.Log2", log, false),
        (old, old, true),
        (old, log, true),
        (log, old, false),
        ("io.kestra", old, true),
        (log, "core.log.Log", true),
        ("core.log.Log", log, true),
        ("core.log", log, false),
    ] {
        let merged =
            task(&format!("[{{type: {default}, values: {{message: m}}}}]"), &format!("type: {written}"));
        assert_eq!(merged == r#"{"message":"m"}"#, applies, "{default} for {written}: {merged}");
    }
}

#[test]
fn the_nearest_fills_first_and_the_farthest_forces_last() {
    let own = format!(
        "[{{type: {RETURN}, values: {{format: a}}}}, {{type: {RETURN}, values: {{format: b, description: b}}}}]"
    );
    let near = format!("[{{type: {RETURN}, values: {{description: c, timeout: c}}}}]");
    let far = format!("[{{type: {RETURN}, values: {{timeout: d, runIf: d}}}}]");
    let global = format!("[{{type: {RETURN}, values: {{runIf: e, logLevel: e}}}}]");
    assert_eq!(
        task_in(&own, &format!("type: {RETURN}"), &[&near, &far], &global),
        r#"{"runIf":"d","logLevel":"e","timeout":"c","description":"b","format":"a"}"#
    );
    let forced = |yaml: &str| yaml.replace("values:", "forced: true, values:");
    assert_eq!(
        task_in(
            &forced(&own),
            &format!("type: {RETURN}, format: own, runIf: own"),
            &[&forced(&near), &forced(&far)],
            &forced(&global)
        ),
        r#"{"format":"b","runIf":"e","description":"c","timeout":"d","logLevel":"e"}"#
    );
}

#[test]
fn of_a_list_the_first_fills_and_the_last_forces() {
    let defaults = format!(
        "[{{type: {RETURN}, forced: true, values: {{format: '123'}}}}, {{type: {RETURN}, forced: true, values: {{format: '789'}}}}, {{type: {RETURN}, values: {{format: '456'}}}}]"
    );
    assert_eq!(task(&defaults, &format!("type: {RETURN}, format: '666'")), r#"{"format":"789"}"#);
}

#[test]
fn maps_are_merged_deeply_and_lists_are_united() {
    let request = "io.kestra.plugin.core.http.Request";
    let values = "{headers: {a: d, b: {x: 1, y: [1, 2]}}, options: {allowedResponseCodes: [1, {a: 1}, 2]}}";
    let own = format!(
        "type: {request}, headers: {{c: t, b: {{y: [2, 3], x: ~}}}}, options: {{allowedResponseCodes: [3, {{a: 1}}]}}"
    );
    assert_eq!(
        task(&format!("[{{type: {request}, values: {values}}}]"), &own),
        r#"{"headers":{"a":"d","b":{"x":1,"y":[1,2,3]},"c":"t"},"options":{"allowedResponseCodes":[1,{"a":1},2,3]}}"#
    );
    assert_eq!(
        task(&format!("[{{type: {request}, forced: true, values: {values}}}]"), &own),
        r#"{"headers":{"c":"t","b":{"y":[2,3,1],"x":1},"a":"d"},"options":{"allowedResponseCodes":[3,{"a":1},1,2]}}"#
    );
    assert_eq!(
        task(&format!("[{{type: {request}, values: {{headers: [1]}}}}]"), &own),
        r#"{"headers":{"c":"t","b":{"y":[2,3],"x":null}},"options":{"allowedResponseCodes":[3,{"a":1}]}}"#
    );
}

#[test]
fn every_object_with_a_type_gets_its_defaults() {
    let flow = "
pluginDefaults:
- {type: io.kestra.plugin.core.condition.ExecutionStatus, values: {in: [FAILED]}}
- {type: io.kestra.plugin.core.trigger.Webhook, values: {key: secret-key}}
- {type: io.kestra.plugin.scripts.runner.docker.Docker, values: {pullPolicy: NEVER}}
- {type: io.kestra.plugin.scripts.shell, values: {taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker}}}
- {type: io.kestra.plugin.core.log.Log, values: {message: m}}
tasks:
- id: s
  type: io.kestra.plugin.core.flow.Switch
  cases: {a: [{id: l, type: io.kestra.plugin.core.log.Log}]}
- {id: c, type: io.kestra.plugin.scripts.shell.Commands}
triggers:
- {id: w, type: io.kestra.plugin.core.trigger.Webhook, conditions: [{type: io.kestra.plugin.core.condition.ExecutionStatus}]}
";
    let merged = merged(flow, &[], "[]");
    assert_eq!(merged.failures, []);
    let part = |name| json(merged.root.get(name).unwrap());
    assert!(part("tasks").contains(r#"{"message":"m","id":"l","type":"io.kestra.plugin.core.log.Log"}"#));
    assert!(part("tasks").contains(
        r#""taskRunner":{"pullPolicy":"NEVER","type":"io.kestra.plugin.scripts.runner.docker.Docker"}"#
    ));
    assert!(
        part("triggers").contains(r#""key":"secret-key""#) && part("triggers").contains(r#""in":["FAILED"]"#)
    );
    assert_eq!(merged.root.get("pluginDefaults"), node(flow).get("pluginDefaults"));
}

#[test]
fn what_a_type_does_not_know_is_dropped() {
    let values = "values: {format: d, message: m, level: ERROR}";
    assert_eq!(
        task(&format!("[{{type: io.kestra.plugin, {values}}}]"), &format!("type: {RETURN}")),
        r#"{"format":"d"}"#
    );
    assert_eq!(
        task(&format!("[{{type: com.company, {values}}}]"), "type: com.company.Task"),
        r#"{"format":"d","message":"m","level":"ERROR"}"#
    );
}

#[test]
fn a_default_with_a_name_is_asked_for() {
    let reference = |forced: bool, value: &str| {
        format!("{{type: {RETURN}, ref: r, forced: {forced}, values: {{format: {value}}}}}")
    };
    let typed = format!("{{type: {RETURN}, values: {{format: typed, description: typed}}}}");
    let asks = format!("type: {RETURN}, pluginDefaultsRef: r");
    let named = format!("[{}, {typed}]", reference(false, "named"));

    assert_eq!(task(&named, &format!("type: {RETURN}")), r#"{"format":"typed","description":"typed"}"#);
    assert_eq!(task(&named, &asks), r#"{"format":"named"}"#);
    assert_eq!(task(&named, &format!("{asks}, format: own")), r#"{"format":"own"}"#);

    let near = format!("[{}]", reference(true, "near"));
    let far = format!("[{}]", reference(true, "far"));
    assert_eq!(task_in(&named, &format!("{asks}, format: own"), &[&near], &far), r#"{"format":"far"}"#);
    let far = format!("[{}]", reference(false, "far"));
    assert_eq!(task_in("[]", &asks, &[], &far), r#"{"format":"far"}"#);
    assert_eq!(task_in(&named, &asks, &[], &far), r#"{"format":"named"}"#);

    let forced = format!(
        "[{{type: {RETURN}, forced: true, values: {{format: typed}}}}, {}]",
        reference(true, "named")
    );
    assert_eq!(task(&forced, &asks), r#"{"format":"typed"}"#);
}

#[test]
fn a_name_that_leads_nowhere_is_a_failure() {
    let asks = format!("type: {RETURN}, pluginDefaultsRef: r");
    for defaults in [
        "[]".to_owned(),
        format!("[{{type: {RETURN}, values: {{format: d}}}}]"),
        "[{type: io.kestra.plugin.core.log.Log, ref: r, values: {message: d}}]".to_owned(),
    ] {
        assert_eq!(task(&defaults, &asks), "No plugin-defaults exists for pluginDefaultsRef: 'r'");
    }
}

#[test]
fn what_comes_from_a_default_keeps_its_place() {
    let flow = format!(
        "pluginDefaults: [{{type: {RETURN}, values: {{format: d}}}}]\ntasks: [{{id: t, type: {RETURN}}}]"
    );
    let merged = merged(&flow, &[], "[]").root;
    let entry = merged.get("tasks").unwrap().items()[0].entry("format").unwrap();
    assert_eq!((&flow[entry.key_span.range()], &flow[entry.value.span.range()]), ("format", "d"));
}

#[test]
fn the_old_name_of_the_property_is_read() {
    let flow = format!(
        "taskDefaults: [{{type: {RETURN}, values: {{format: d}}}}]\ntasks: [{{id: t, type: {RETURN}}}]"
    );
    assert!(json(&merged(&flow, &[], "[]").root).contains(r#""format":"d","id":"t""#));
}

#[test]
fn defaults_without_end_are_a_failure() {
    let defaults = "[{type: com.company, values: {inner: {type: com.company.Inner}}}]";
    let failure = task(defaults, "type: com.company.Task");
    assert!(
        failure.starts_with("the plugin defaults of `com.company.Inner` bring objects of this type"),
        "{failure}"
    );
}

#[test]
fn the_size_of_the_result_is_bounded() {
    let items: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    let tasks: Vec<String> =
        (0..1_000).map(|number| format!("{{id: t{number}, type: com.company.T}}")).collect();
    let flow = format!(
        "pluginDefaults: [{{type: com.company, values: {{items: [{}]}}}}]\ntasks: [{}]",
        items.join(","),
        tasks.join(",")
    );
    let merged = merged(&flow, &[], "[]");
    let failures: Vec<_> = merged.failures.iter().map(|failure| failure.value.as_str()).collect();
    assert_eq!(failures, [budget::TOO_MANY]);
    let mut count = 0;
    merged.root.walk(&mut |_| count += 1);
    assert!(count < 1_100_000, "{count}");
}

#[test]
fn without_defaults_a_document_stays_as_it_is() {
    let flow = node("id: a\ntasks: [{id: t, type: io.kestra.plugin.core.log.Log, message: [1, ~]}]");
    assert_eq!(merge(&flow, Layers::default(), Catalogue::bundled()).root, flow);
}
