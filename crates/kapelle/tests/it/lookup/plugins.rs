use insta::assert_snapshot;

use super::{complaint, json, printed};
use crate::Folder;

fn names(list: &str) -> Vec<&str> {
    list.lines().map(|line| line.split_whitespace().next().unwrap()).collect()
}

#[test]
fn types_are_listed_by_name() {
    let list = printed(&["plugins", "list"]);
    let names = names(&list);
    assert!(names.len() > 1200, "{}", names.len());
    assert!(names.is_sorted());
    assert!(!list.contains("ForEachItemSplit"), "internal types are of no use in a flow");
    assert_eq!(json(&["plugins", "list", "--format", "json"]).as_array().unwrap().len(), names.len());
}

#[test]
fn a_list_can_be_of_one_kind() {
    assert_snapshot!(printed(&["plugins", "list", "--kind", "subflow"]), @"io.kestra.plugin.core.flow.Subflow  subflow  built in");
    assert_snapshot!(complaint(&["plugins", "list", "--kind", "tasks"]), @"error: there is no kind `tasks`; did you mean `task`?");
}

#[test]
fn types_of_the_installation_are_there_and_mistakes_are_told() {
    let shop = "- types: [com.example.shop.Ask]\n  title: Ask\n  description: Asks the shop.\n  properties: {order: {description: The order., required: true}}\n  requests: [{request: {uri: 'http://x/{{ it.order }}'}}]\n";
    let torn = "- types: [com.example.shop.Torn]\n  titel: Torn\n";
    let flow = "id: f\nnamespace: a\ntasks:\n  - id: ask\n    type: com.example.shop.Ask\n";
    let right = format!("{flow}    order: x\n");
    let folder = Folder::new(
        "own-types",
        &[("types/shop.yaml", shop), ("types/torn.yaml", torn), ("right.yaml", &right), ("wrong.yaml", flow)],
    );
    let run = |arguments: &[&str]| {
        let mut command = folder.command("kapelle");
        command.args(arguments).env("KAPELLE_PLUGINS_DEFINITIONS", "types").output().unwrap()
    };
    let listed = run(&["plugins", "list", "--kind", "task"]);
    let (list, told) = (String::from_utf8(listed.stdout).unwrap(), String::from_utf8(listed.stderr).unwrap());
    let line = list.lines().find(|line| line.starts_with("com.example.shop.Ask ")).unwrap();
    assert!(line.ends_with(" task  of this installation"), "{line}");
    assert!(!list.contains("shop.Torn"));
    assert!(told.starts_with("warning: types/torn.yaml:2:3: ") && told.contains("titel"), "{told}");
    let page = String::from_utf8(run(&["plugins", "doc", "com.example.shop.Ask"]).stdout).unwrap();
    assert!(page.contains("order") && page.contains("The order."), "{page}");
    assert_eq!(run(&["check", "right.yaml"]).status.code(), Some(0));
    assert_eq!(run(&["check", "wrong.yaml"]).status.code(), Some(1));
}

#[test]
fn a_page_tells_all_about_a_type() {
    let page = printed(&["plugins", "doc", "core.flow.If"]);
    // What every task has is not the matter here.
    let (own, _) = page.split_once("\nProperties of every task").unwrap();
    assert_snapshot!(own, @r"
    io.kestra.plugin.core.flow.If
    flowable, built in

    Short name  core.flow.If
    Old name    io.kestra.core.tasks.flows.If

    Properties
      condition  text          required, expressions
                 Chooses `then` unless it renders to a false text.
      then       list of task  required
      else       list of task
      errors     list of task
      finally    list of task
    ");
    let (_, example) = page.split_once("\nExample\n").unwrap();
    assert_snapshot!(example, @r#"
      tasks:
        - id: if
          type: io.kestra.plugin.core.flow.If
          condition: "{{ true }}"
          then:
            - id: log
              type: io.kestra.plugin.core.log.Log
              message: Hello
    "#);
}

#[test]
fn a_page_is_found_by_an_old_name() {
    let page = printed(&["plugins", "doc", "io.kestra.core.tasks.flows.EachParallel"]);
    let first: Vec<&str> = page.lines().take(3).collect();
    assert_snapshot!(first.join("\n"), @r"
    io.kestra.plugin.core.flow.EachParallel
    flowable, built in, deprecated
    `io.kestra.core.tasks.flows.EachParallel` is an old name of it.
    ");
}

#[test]
fn programs_get_the_same_as_json() {
    let page = json(&["plugins", "doc", "core.log.Log", "--format", "json"]);
    assert_eq!(page["type"], "io.kestra.plugin.core.log.Log");
    let properties = page["properties"].as_array().unwrap();
    let level = properties.iter().find(|property| property["name"] == "level").unwrap();
    assert_eq!((&level["default"], &level["dynamic"]), (&"INFO".into(), &true.into()));
    assert_eq!(page["example"]["message"], "Hello");
}

#[test]
fn an_unknown_type_leads_to_the_nearest() {
    assert_snapshot!(complaint(&["plugins", "doc", "io.kestra.plugin.core.logs.Log"]), @"error: there is no type `io.kestra.plugin.core.logs.Log`; did you mean `io.kestra.plugin.core.log.Log`?");
    assert_snapshot!(complaint(&["plugins", "doc", "ForEachh"]), @"error: there is no type `ForEachh`; did you mean `io.kestra.plugin.core.flow.ForEach`?");
    assert_snapshot!(complaint(&["plugins", "doc", "com.example.Nothing"]), @"error: there is no type `com.example.Nothing`; try `kapelle plugins search Nothing`");
}

#[test]
fn pages_about_all_types_go_into_a_folder() {
    let folder = Folder::new("plugins-doc", &[]);
    let told = folder.run(&["plugins", "doc", "out", "--core", "--schema"]);
    assert!(told.contains("pages written to out"), "{told}");
    let page = folder.read("out/io.kestra.plugin.core.log.Log.md");
    assert!(
        page.starts_with("# io.kestra.plugin.core.log.Log\n\n```text\nio.kestra.plugin.core.log.Log"),
        "{page}"
    );
    assert!(folder.read("out/io.kestra.plugin.core.log.Log.json").starts_with('{'));
}

#[test]
fn a_search_needs_all_words_and_puts_names_first() {
    assert_eq!(names(&printed(&["plugins", "search", "log"]))[0], "io.kestra.plugin.core.log.Log");
    assert_eq!(
        names(&printed(&["plugins", "search", "Schedule", "TIMEZONE"]))[0],
        "io.kestra.plugin.core.trigger.Schedule"
    );
    assert_eq!(printed(&["plugins", "search", "xyzzy"]), "No type has anything to do with `xyzzy`.\n");
    assert_eq!(json(&["plugins", "search", "log xyzzy", "--format", "json"]), serde_json::json!([]));
}

#[test]
fn the_page_about_what_is_there_is_as_it_is() {
    let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/plugins.md");
    let kept = std::fs::read_to_string(place).unwrap_or_default();
    let made = printed(&["plugins", "list", "--coverage", "--markdown"]);
    assert!(
        kept.trim() == made.trim(),
        "docs/plugins.md is not up to date: `kapelle plugins list --coverage --markdown > docs/plugins.md`"
    );
}

#[test]
fn what_is_there_is_counted_by_family() {
    let rows = json(&["plugins", "list", "--coverage", "--format", "json"]);
    let all = rows.as_array().unwrap().last().unwrap();
    let count = |key: &str| all[key].as_u64().unwrap() as usize;
    assert_eq!(
        count("builtIn") + count("asData") + count("knownOnly"),
        names(&printed(&["plugins", "list"])).len()
    );
    assert!(count("builtIn") > 100 && count("asData") > 40, "{all}");
}
