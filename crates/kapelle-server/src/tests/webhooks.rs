//! Addresses that strangers may call.

use super::stage::Stage;

fn save(stage: &Stage, id: &str, key: &str) {
    let source = format!(
        "id: {id}\nnamespace: team\ntasks:\n- {{id: a, type: io.kestra.plugin.core.debug.Return, format: x}}\n\
         triggers:\n- {{id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: {key}}}\n"
    );
    let saved = stage.ask("POST", "/api/v1/flows", "application/x-yaml", &source);
    assert_eq!(saved.status, 200, "{}", saved.text());
}

#[test]
fn a_key_alone_is_enough_where_only_one_trigger_has_it() {
    let stage = Stage::start();
    save(&stage, "one", "only-this-one");
    let call = |key: &str| stage.send("POST", &format!("/api/v1/executions/{key}"), &[], "{}");
    let called = call("only-this-one");
    assert_eq!((called.status, &called.json()["flowId"]), (200, &"one".into()), "{}", called.text());
    assert_eq!(call("another").status, 404);
    save(&stage, "two", "only-this-one");
    let both = call("only-this-one");
    assert_eq!(both.status, 409);
    assert!(both.text().contains("namespace and flow"), "{}", both.text());
}
