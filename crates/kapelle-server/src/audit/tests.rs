use hyper::Method;
use kapelle_model::Millis;
use kapelle_store::audit::{AuditEntry, AuditRecord};
use kapelle_store::memory::MemoryStore;
use kapelle_store::{Store, Transaction, Write};

use super::read::{Wanted, kind, newest};
use super::{action, is_recorded};
use crate::routes;

#[test]
fn every_change_is_recorded_and_no_question_is() {
    for (method, pattern, what) in [
        (Method::POST, "flows", Some("flow.create")),
        (Method::DELETE, "flows/{namespace}/{id}", Some("flow.delete")),
        (Method::POST, "executions/{id:execution}/kill", None),
        (Method::DELETE, "executions/{id:execution}/kill", Some("execution.execute")),
        (Method::POST, "executions/{namespace}/{flow}", Some("execution.create")),
        (Method::POST, "executions/{namespace}/{flow}/validate", None),
        (Method::GET, "executions/export/by-query/csv", Some("execution.view")),
        (Method::GET, "logs/{id}/download", Some("log.view")),
        (Method::GET, "executions/search", None),
        (Method::POST, "executions/webhook/{namespace}/{flow}/{key}", None),
        (Method::POST, "language/complete", None),
        (Method::PUT, "flows/{namespace}/{id}/draft", None),
        (Method::PUT, "me/settings", None),
        (Method::POST, "views", Some("user.views")),
    ] {
        let table = routes::api();
        let route = table.iter().find(|route| route.method == method && route.pattern == pattern);
        let told = route.filter(|route| is_recorded(route)).map(action);
        assert_eq!(told.as_deref(), what, "{method} {pattern}");
    }
    for route in routes::api() {
        let changes = !matches!(route.method, Method::GET | Method::POST);
        let is_webhook = route.pattern.starts_with("executions/webhook/");
        let is_small = route.pattern.ends_with("/draft") || route.pattern == "me/settings";
        assert!(
            !changes || is_webhook || is_small || is_recorded(&route),
            "{} {}",
            route.method,
            route.pattern
        );
    }
}

fn entry(number: u64) -> AuditEntry {
    let (actor, action) =
        if number.is_multiple_of(2) { ("ann", "flow.create") } else { ("bob", "user.login") };
    AuditEntry {
        at: Millis(i64::try_from(number).unwrap()),
        tenant: "main".into(),
        actor: actor.into(),
        action: action.into(),
        subject: format!("/api/v1/main/flows/{number}").into(),
        detail: format!(r#"{{"status": {}}}"#, if number % 4 == 1 { 200 } else { 401 }).into(),
    }
}

#[test]
fn the_newest_come_first_and_all_are_counted() {
    for count in [0_u64, 1, 2, 7, 1_001, 2_500] {
        let memory = MemoryStore::new();
        let store: &dyn Store = &memory;
        if count > 0 {
            store.commit(Transaction::of((1..=count).map(|number| Write::Audit(entry(number))))).unwrap();
        }
        let (found, total) = newest(store, &Wanted::default(), 1, 3).unwrap();
        let numbers: Vec<u64> = found.iter().map(|record| record.number).collect();
        let expected: Vec<u64> = (1..=count).rev().skip(1).take(3).collect();
        assert_eq!((numbers, total), (expected, count));
        let ann = Wanted { actor: Some("ann".to_owned()), ..Wanted::default() };
        assert_eq!(newest(store, &ann, 0, 1).unwrap().1, count / 2);
        let few = Wanted { from: Some(Millis(2)), until: Some(Millis(3)), ..Wanted::default() };
        assert_eq!(newest(store, &few, 0, 9).unwrap().1, count.saturating_sub(1).min(2));
    }
}

#[test]
fn kinds_are_those_that_clients_know() {
    for (number, expected) in [(2, "CREATE"), (1, "LOGIN"), (3, "LOGIN_FAILURE")] {
        let record = AuditRecord { number, entry: entry(number), hash: [0; 32] };
        assert_eq!(kind(&record), expected);
        assert!(Wanted { kind: Some(expected.to_owned()), ..Wanted::default() }.has(&record));
    }
}
