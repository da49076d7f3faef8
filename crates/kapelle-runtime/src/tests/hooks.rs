//! Webhooks: what requests start, and what they are answered.

use std::sync::Arc;

use kapelle_engine::webhook::{WebhookAnswer, WebhookRequest};
use kapelle_model::{ExecutionId, State, Value};
use kapelle_store::Store;
use kapelle_store::filter::Filter;
use kapelle_store::listing::Page;
use serde_json::Value as Json;

use kapelle_model::permit::Permit;

use super::world::World;

fn request(body: &str, headers: &[(&str, &str)]) -> WebhookRequest {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    WebhookRequest {
        method: "POST".to_owned(),
        headers: headers.collect(),
        parameters: Vec::new(),
        body: body.as_bytes().to_vec(),
    }
}

/// A flow `team.<id>` with a trigger `hook` that has these properties.
fn save(world: &World, id: &str, rest: &str, trigger: &str) {
    world.save(&format!(
        "
id: {id}
namespace: team
{rest}
tasks:
- {{id: out, type: io.kestra.plugin.core.debug.Return, format: '{{{{ trigger.body.n ?? \"none\" }}}}'}}
triggers:
- {{id: hook, type: io.kestra.plugin.core.trigger.Webhook, {trigger}}}
"
    ));
}

impl World {
    fn call(&self, flow: &str, key: &str, request: &WebhookRequest) -> WebhookAnswer {
        self.wait_for(self.runtime().webhook(&"main".into(), "team", flow, key, request))
    }

    fn call_by_key(&self, key: &str, request: &WebhookRequest) -> WebhookAnswer {
        self.wait_for(self.runtime().webhook_by_key(&"main".into(), key, request))
    }

    fn executions_count(&self) -> usize {
        let store: &dyn Store = &*self.store;
        let all = store.executions(&Permit::system("test"), &Filter::default(), &Page::newest(10)).unwrap();
        all.rows.len()
    }
}

/// Status and message of an answer.
fn told(answer: &WebhookAnswer) -> String {
    let message = json(answer)["message"].as_str().unwrap_or_default().to_owned();
    format!("{} {message}", answer.status).trim().to_owned()
}

fn json(answer: &WebhookAnswer) -> Json {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

fn id(answer: &WebhookAnswer) -> ExecutionId {
    ExecutionId::parse(json(answer)["id"].as_str().unwrap()).unwrap()
}

#[test]
fn a_request_starts_an_execution_and_is_answered_with_it() {
    let world = World::new();
    save(&world, "plain", "labels: {team: blue}", "key: k, labels: {n: '{{ trigger.body.n }}'}");
    let answer = world.call("plain", "k", &request(r#"{"n": "7"}"#, &[("X-A", "1")]));
    let id = id(&answer);
    assert_eq!(answer.status, 200);
    let mut told = json(&answer);
    told["state"] = told["state"]["current"].take();
    let expected = format!(
        r#"{{"tenantId":"main","id":"{id}","namespace":"team","flowId":"plain","flowRevision":1,"trigger":{{"id":"hook","type":"io.kestra.plugin.core.trigger.Webhook","variables":{{"body":{{"n":"7"}},"headers":{{"X-A":["1"]}},"parameters":{{}}}}}},"labels":[{{"key":"team","value":"blue"}},{{"key":"n","value":"7"}},{{"key":"system.from","value":"trigger"}},{{"key":"system.correlationId","value":"{id}"}}],"state":"{}","url":"https://flows.example/ui/main/executions/team/plain/{id}"}}"#,
        told["state"].as_str().unwrap()
    );
    assert_eq!(told.to_string(), expected);
    assert_eq!(world.finish(id), State::Success);
    let execution = world.execution(id);
    assert_eq!(execution.runs[0].outputs.as_ref().unwrap()["value"], Value::from("7"));
    assert_eq!(&*execution.birth.origin.as_ref().unwrap().id, "hook");
}

#[test]
fn strangers_cannot_tell_what_there_is() {
    let world = World::new();
    save(&world, "there", "", "key: k");
    save(&world, "off", "", "key: k, disabled: true");
    save(&world, "asleep", "disabled: true", "key: k");
    let request = request("", &[]);
    for (flow, key, expected) in [
        ("nowhere", "k", "404 Webhook not found"),
        ("there", "other", "404 Webhook not found"),
        ("there", "", "404 Webhook not found"),
        ("asleep", "other", "404 Webhook not found"),
        ("off", "k", "404 Webhook not found"),
        // Who has the key may know.
        ("asleep", "k", "409 Cannot execute a disabled flow"),
    ] {
        assert_eq!(told(&world.call(flow, key, &request)), expected, "{flow} {key}");
    }
    assert_eq!(world.executions_count(), 0);
}

#[test]
fn a_request_that_starts_nothing_says_so() {
    let world = World::new();
    save(&world, "held", "", "key: k, when: '{{ trigger.body.n == 1 }}'");
    save(&world, "inputs", "inputs:\n- {id: n, type: INT}", "key: k, inputs: {n: '{{ trigger.body.n }}'}");
    save(&world, "signed", "", "key: k, preset: github, secret: hush");
    save(&world, "unready", "", "key: k, preset: github, secret: '{{ nope }}'");
    let request = |n: &str| request(&format!(r#"{{"n": "{n}"}}"#), &[]);
    for (flow, n, expected) in [
        ("held", "2", "204"),
        ("inputs", "x", "422 "),
        ("signed", "1", "401 The signature is missing, wrong or too old"),
        ("unready", "1", "500 The webhook cannot check who calls it"),
    ] {
        let found = told(&world.call(flow, "k", &request(n)));
        assert!(found.starts_with(expected), "{flow}: {found}");
    }
    assert_eq!(world.executions_count(), 0);
    assert_eq!(world.call("inputs", "k", &request("3")).status, 200);
}

#[test]
fn what_cannot_be_evaluated_is_an_execution_that_failed() {
    let world = World::new();
    save(&world, "fails", "inputs:\n- {id: n, type: INT}", "key: k, wait: true, when: '{{ nope }}'");
    let answer = world.call("fails", "k", &request("{}", &[]));
    assert_eq!(answer.status, 500);
    assert_eq!(world.finish(id(&answer)), State::Failed);
    assert!(world.lines(id(&answer)).concat().contains("its conditions could not be answered"));
}

#[test]
fn who_waits_hears_of_the_end() {
    let world = World::new();
    let outputs = "outputs:\n- {id: o, type: STRING, value: 'was {{ outputs.out.value }}'}";
    let fails = "inputs:\n- {id: n, type: STRING, defaults: x}\nchecks: []";
    save(&world, "ends", outputs, "key: k, wait: true");
    save(&world, "returns", outputs, "key: k, wait: true, returnOutputs: true, responseCode: 201");
    save(
        &world,
        "text",
        outputs,
        "key: k, wait: true, respond: {status: 202, body: '{{ outputs.o }}/{{ outputs.out.value }}/{{ execution.state }}/{{ trigger.body.n }}'}",
    );
    save(
        &world,
        "early",
        outputs,
        "key: k, respond: {body: {id: '{{ execution.id }}', n: '{{ trigger.body.n }}'}}",
    );
    save(&world, "broken", fails, "key: k, wait: true, respond: {body: '{{ nope }}'}");
    let request = request(r#"{"n": "7"}"#, &[]);
    let ends = world.call("ends", "k", &request);
    assert_eq!((ends.status, &json(&ends)["outputs"]["o"]), (200, &Json::from("was 7")));
    assert_eq!(json(&ends)["state"]["current"], "SUCCESS");
    let returns = world.call("returns", "k", &request);
    assert_eq!((returns.status, json(&returns).to_string()), (201, r#"{"o":"was 7"}"#.to_owned()));
    let text = world.call("text", "k", &request);
    assert_eq!((text.status, String::from_utf8_lossy(&text.body).as_ref()), (202, "was 7/7/SUCCESS/7"));
    let early = world.call("early", "k", &request);
    assert_eq!((early.status, &json(&early)["n"]), (200, &Json::from("7")));
    assert_eq!(world.finish(id(&early)), State::Success);
    let broken = told(&world.call("broken", "k", &request));
    assert!(
        broken.starts_with("500 Execution ") && broken.ends_with("its `respond` cannot be used"),
        "{broken}"
    );
    assert_eq!(world.executions_count(), 5);
}

#[test]
fn a_failed_execution_is_answered_with_500_to_who_waits() {
    let world = World::new();
    world.save(
        "
id: bad
namespace: team
tasks:
- {id: t, type: io.kestra.plugin.core.execution.Fail}
triggers:
- {id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: k, wait: true}
",
    );
    let answer = world.call("bad", "k", &request("", &[]));
    assert_eq!((answer.status, &json(&answer)["state"]["current"]), (500, &Json::from("FAILED")));
}

#[test]
fn a_delivery_that_comes_again_is_answered_with_the_first_execution() {
    let mut world = World::new();
    save(&world, "repo", "", "key: k, preset: gitlab, secret: hush");
    save(&world, "other", "", "key: k, preset: gitlab, secret: hush, wait: true");
    let delivery = |name: &str| request("{}", &[("X-Gitlab-Token", "hush"), ("Idempotency-Key", name)]);
    let first = world.call("repo", "k", &delivery("a"));
    let again = world.call("repo", "k", &delivery("a"));
    let next = world.call("repo", "k", &delivery("b"));
    assert_eq!((again.status, id(&again)), (200, id(&first)));
    assert_ne!(id(&next), id(&first));
    // Another trigger, another occurrence.
    let other = world.call("other", "k", &delivery("a"));
    assert_ne!(id(&other), id(&first));
    assert_eq!(json(&world.call("other", "k", &delivery("a"))), json(&other));
    assert_eq!(world.executions_count(), 3);
    world.settle(super::world::NOW);
    world.die_and_begin(0);
    assert_eq!(id(&world.call("repo", "k", &delivery("a"))), id(&first));
    assert_eq!(world.executions_count(), 3);
}

fn is_sent_between_threads(_: impl Send) {}

#[test]
fn of_deliveries_that_come_at_once_only_one_starts_an_execution() {
    let world = World::new();
    save(&world, "repo", "", "key: k, preset: gitlab, secret: hush");
    let delivery = request("{}", &[("X-Gitlab-Token", "hush"), ("Idempotency-Key", "a")]);
    let tenant: Arc<str> = "main".into();
    let call = || world.runtime().webhook(&tenant, "team", "repo", "k", &delivery);
    let (one, two, three) = world.wait_for(async { tokio::join!(call(), call(), call()) });
    is_sent_between_threads(call());
    assert_eq!([one.status, two.status, three.status], [200; 3]);
    assert_eq!((id(&two), id(&three)), (id(&one), id(&one)));
    world.settle(super::world::NOW);
    assert_eq!(world.executions_count(), 1);
}

#[test]
fn the_short_address_works_if_only_one_webhook_has_the_key() {
    let world = World::new();
    let request = request("", &[]);
    assert_eq!(told(&world.call_by_key("k", &request)), "404 Webhook not found");
    save(&world, "one", "", "key: k");
    save(&world, "off", "", "key: k, disabled: true");
    save(&world, "rendered", "variables: {key: l}", "key: '{{ vars.key }}'");
    let answer = world.call_by_key("k", &request);
    assert_eq!((answer.status, &json(&answer)["flowId"]), (200, &Json::from("one")));
    assert_eq!(json(&world.call_by_key("l", &request))["flowId"], "rendered");
    save(&world, "two", "", "key: k");
    let several = told(&world.call_by_key("k", &request));
    assert_eq!(several, "409 Several webhooks have this key: call the address with namespace and flow");
    assert_eq!(world.wait_for(world.runtime().webhook_by_key(&"else".into(), "k", &request)).status, 404);
}

#[test]
fn plugin_defaults_may_bring_the_key() {
    let world = World::new();
    world.save(
        "
id: defaults
namespace: team
pluginDefaults:
- {type: io.kestra.plugin.core.trigger.Webhook, values: {key: k}}
tasks:
- {id: t, type: io.kestra.plugin.core.debug.Return}
triggers:
- {id: hook, type: io.kestra.plugin.core.trigger.Webhook}
",
    );
    assert_eq!(world.call("defaults", "k", &request("", &[])).status, 200);
}
