//! A client that goes on until nobody answers any more. It never asks for the same thing twice.

use std::net::SocketAddr;
use std::sync::Mutex;

use serde_json::Value as Json;

use crate::Chance;
use crate::ledger::{Asked, Ledger, Put};
use crate::web::{Answer, ask};

/// How many task runs an execution of a flow has.
pub(crate) const TASK_RUNS: &[(&str, usize)] = &[("short", 1), ("steps", 4), ("waits", 2), ("hook", 1)];

pub(crate) const FLOWS: &[&str] = &[
    "id: short\nnamespace: storm\ntasks:\n- {id: t, type: io.kestra.plugin.core.log.Log, message: short}\n",
    "id: steps\nnamespace: storm\ntasks:\n\
     - {id: a, type: io.kestra.plugin.core.debug.Return, format: a}\n\
     - {id: both, type: io.kestra.plugin.core.flow.Parallel, tasks: [\
     {id: b, type: io.kestra.plugin.core.debug.Return, format: '{{ outputs.a.value }}'}, \
     {id: c, type: io.kestra.plugin.core.log.Log, message: c}]}\n",
    "id: waits\nnamespace: storm\ntasks:\n\
     - {id: pause, type: io.kestra.plugin.core.flow.Pause, delay: PT0.3S}\n\
     - {id: t, type: io.kestra.plugin.core.log.Log, message: after}\n",
    "id: hook\nnamespace: storm\ntasks:\n- {id: t, type: io.kestra.plugin.core.log.Log, message: '{{ trigger.body }}'}\n\
     triggers:\n- {id: in, type: io.kestra.plugin.core.trigger.Webhook, key: storm-key-of-the-hook}\n",
    "id: saved\nnamespace: storm\ntasks:\n- {id: t, type: io.kestra.plugin.core.log.Log, message: 'number 0'}\n",
];

pub(crate) fn work(client: u64, address: SocketAddr, ledger: &Mutex<Ledger>, mut chance: Chance) {
    loop {
        let number = ledger.lock().unwrap().number();
        let goes_on = match chance.below(10) {
            0..=3 => create(address, ledger, number, "short"),
            4 => create(address, ledger, number, "steps"),
            5 => create(address, ledger, number, "waits"),
            6 | 7 => hook(address, ledger, number),
            // Only one client saves, so that it knows which revisions are its own.
            8 if client == 0 => save(address, ledger, number),
            _ => put(client, address, ledger, number),
        };
        if goes_on.is_none() {
            return;
        }
    }
}

fn create(address: SocketAddr, ledger: &Mutex<Ledger>, number: u64, flow: &'static str) -> Option<()> {
    let path = format!("/api/v1/main/executions/storm/{flow}?labels=number:{number}");
    execution(ledger, number, flow, || ask(address, "POST", &path, "text/plain", "").ok())
}

fn hook(address: SocketAddr, ledger: &Mutex<Ledger>, number: u64) -> Option<()> {
    let path = "/api/v1/main/executions/webhook/storm/hook/storm-key-of-the-hook";
    let body = format!("{{\"number\": {number}}}");
    execution(ledger, number, "hook", || ask(address, "POST", path, "application/json", &body).ok())
}

fn execution(
    ledger: &Mutex<Ledger>,
    number: u64,
    flow: &'static str,
    ask: impl FnOnce() -> Option<Answer>,
) -> Option<()> {
    ledger.lock().unwrap().executions.insert(number, Asked { flow, answered: None });
    let answer = ask()?;
    assert_eq!(answer.status, 200, "{flow}: {}", answer.body);
    let json: Json = serde_json::from_str(&answer.body).unwrap();
    let id = json["id"].as_str().unwrap().to_owned();
    ledger.lock().unwrap().executions.get_mut(&number).unwrap().answered = Some(id);
    Some(())
}

fn save(address: SocketAddr, ledger: &Mutex<Ledger>, number: u64) -> Option<()> {
    let source = FLOWS[4].replace("number 0", &format!("number {number}"));
    let answer = ask(address, "PUT", "/api/v1/main/flows/storm/saved", "application/x-yaml", &source).ok()?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let json: Json = serde_json::from_str(&answer.body).unwrap();
    let before = ledger.lock().unwrap().revisions.insert(json["revision"].as_u64().unwrap(), number);
    assert!(before.is_none(), "a revision was given twice: {json}");
    Some(())
}

fn put(client: u64, address: SocketAddr, ledger: &Mutex<Ledger>, number: u64) -> Option<()> {
    if !ledger.lock().unwrap().has_keys {
        return Some(());
    }
    let key = format!("client-{client}");
    let books = || ledger.lock().unwrap();
    books().keys.entry(key.clone()).or_default().push(Put { value: number, is_answered: false });
    let path = format!("/api/v1/main/namespaces/storm/kv/{key}");
    let answer = ask(address, "PUT", &path, "text/plain", &number.to_string()).ok()?;
    assert!(answer.status < 300, "{path}: {}", answer.body);
    books().keys.get_mut(&key).unwrap().last_mut().unwrap().is_answered = true;
    Some(())
}
