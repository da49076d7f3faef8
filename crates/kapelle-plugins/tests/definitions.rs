//! Definitions of an installation, as `docs/definitions.md` shows them. They are added once in a process, so that this has a
//! process of its own.

#![allow(clippy::unwrap_used, reason = "it is a test")]

use std::fs;
use std::path::Path;

use jiff::civil::date;
use kapelle_core::catalogue::Catalogue;
use kapelle_core::check::{Language, Options, check};
use kapelle_core::source::Source;
use kapelle_http::server::{Server, answer};
use kapelle_model::{Map, Text, Value};
use kapelle_plugin::ErasedTrigger;
use kapelle_plugin::stage::{Stage, properties_of};

/// The pieces of YAML of the page.
fn pieces() -> Vec<String> {
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/definitions.md")).unwrap();
    let blocks = page.split("```yaml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

fn text<'v>(map: &'v Map, name: &str) -> &'v str {
    match &map[name] {
        Value::Str(text) => text.expose(),
        other => panic!("{name} is {other:?}"),
    }
}

/// What is wrong with a flow.
fn wrong(flow: &str) -> Vec<String> {
    let options = Options { language: Language::One, strict: false, today: date(2026, 5, 6) };
    let checked = check(vec![Source::new("flow.yaml", flow)], &options);
    let documents = checked[0].documents.iter();
    documents.flat_map(|document| &document.diagnostics).map(|found| found.message.clone()).collect()
}

#[tokio::test]
async fn the_types_of_the_page_are_there_and_do_what_they_say() {
    let pieces = pieces();
    let shop = pieces.iter().find(|piece| piece.contains("- com.example.shop.Refund")).unwrap();
    let flow = pieces.iter().find(|piece| piece.contains("type: com.example.shop.Refund")).unwrap();
    let folder = std::env::temp_dir().join(format!("kapelle-definitions-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("shop.yaml"), shop).unwrap();
    let taken = shop.replace("com.example.shop.Refund", "io.kestra.plugin.core.log.Log");
    fs::write(
        folder.join("taken.yaml"),
        taken.replace("com.example.shop.NewOrders", "com.example.shop.Other"),
    )
    .unwrap();
    fs::write(folder.join("torn.yml"), "- types: [a.B]\n  title: t\n  descriptoin: d\n").unwrap();
    fs::write(folder.join("notes.txt"), "no definition").unwrap();
    let problems = kapelle_plugins::add_definitions(&folder);
    assert_eq!(problems.len(), 2, "{problems:?}");
    let (torn, taken) = (&problems[0], &problems[1]);
    assert!(torn.contains("torn.yml:3:3: ") && torn.contains("descriptoin"), "{torn}");
    assert!(
        taken.ends_with("taken.yaml:2:7: `io.kestra.plugin.core.log.Log` is the name of a type that there is already: choose another one"),
        "{taken}"
    );
    let late = kapelle_plugins::add_definitions(&folder);
    assert!(late.last().unwrap().contains("come too late"), "{late:?}");
    fs::remove_dir_all(&folder).unwrap();

    let catalogue = Catalogue::bundled();
    let found = catalogue.find("com.example.shop.Refund").unwrap().entry;
    assert!(found.is_own && found.is_built_in() && found.property("order").unwrap().required);
    assert!(!catalogue.find("io.kestra.plugin.core.log.Log").unwrap().entry.is_own);
    assert_eq!(wrong(flow), Vec::<String>::new());
    let missing = wrong(&flow.replace("    order:", "    ordre:"));
    assert!(missing.iter().any(|told| told.contains("ordre")), "{missing:?}");

    let registry = kapelle_plugins::registry();
    assert!(registry.find_trigger("com.example.shop.Other").is_some());
    let server = Server::start(|received| {
        let body = match received.line.as_str() {
            line if line.contains("/refunds") => r#"{"id":"r1"}"#,
            _ => r#"{"orders":[{"id":1},{"id":2},{"id":3}]}"#,
        };
        answer("200 OK", &[], body)
    });
    let secret = Text::from("canary").into_secret();
    let stage = Stage::new().variable("token", Value::Str(secret));
    let properties = format!("url: '{}'\ntoken: '{{{{ token }}}}'\norder: a/b\n", server.url(""));
    let task = registry.find("com.example.shop.Refund").unwrap();
    let given = task.read(&properties_of(&properties)).unwrap().run(&stage.context()).await.unwrap();
    assert_eq!(text(&given, "id"), "r1");
    let asked = server.last();
    assert_eq!(asked.line, "POST /orders/a%2Fb/refunds HTTP/1.1");
    assert_eq!(asked.header("authorization"), Some("Bearer canary"));
    assert_eq!(asked.body(), r#"{"cents":100}"#);
    let reason = task.read(&properties_of("url: x\ntoken: y")).err().unwrap().to_string();
    assert_eq!(reason, "the property `order` is missing");
    let schema = task.properties();
    assert_eq!(schema.get("title").unwrap(), "Give money back");

    let known = registry.find_trigger("com.example.shop.NewOrders").unwrap();
    let properties = format!("url: '{}'\nmost: 2", server.url(""));
    let ErasedTrigger::Polling(trigger) = known.read(&properties_of(&properties)).unwrap() else { panic!() };
    let first = trigger.poll(&stage.context(), None).await.unwrap();
    let count = |event: &Option<Map>| match &event.as_ref().unwrap()["orders"] {
        Value::List(orders) => orders.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(count(&first.event), 2);
    assert_eq!(server.last().line, "GET /orders HTTP/1.1");
    let second = trigger.poll(&stage.context(), first.cursor).await.unwrap();
    assert_eq!(count(&second.event), 1);
    let third = trigger.poll(&stage.context(), second.cursor).await.unwrap();
    assert_eq!(third.event, None);
    assert!(server.last().line.starts_with("GET /orders?since=2026-05-06T07"), "{}", server.last().line);
}
