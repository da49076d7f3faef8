//! Flows as tasks reach them.

use std::sync::Arc;

use kapelle_plugin::{FlowRef, Flows};

use super::world::World;
use crate::flows::TenantFlows;

const FLOW: &str = "id: one\nnamespace: team\ntasks:\n  - id: log\n    type: io.kestra.plugin.core.log.Log\n    message: a\n";

fn flows(world: &World) -> TenantFlows {
    TenantFlows::new(Arc::from("main"), world.runtime().grips())
}

#[test]
fn a_task_saves_lists_and_ends_flows() {
    let world = World::new();
    let flows = flows(&world);
    assert_eq!(flows.save(FLOW).unwrap().revision, 1);
    assert_eq!(flows.save(FLOW).unwrap().revision, 1, "the same again is no new revision");
    let changed = FLOW.replace("message: a", "message: b");
    assert_eq!(flows.save(&changed).unwrap().revision, 2);
    flows.save(&FLOW.replace("namespace: team", "namespace: team.child")).unwrap();
    assert_eq!(flows.namespaces().unwrap(), ["team", "team.child"]);
    let listed = flows.list("team").unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((&*listed[0].source, listed[0].revision), (&*changed, 2));

    let one = FlowRef { namespace: "team".to_owned(), flow: "one".to_owned() };
    assert!(flows.delete(&one).unwrap());
    assert!(!flows.delete(&one).unwrap());
    assert_eq!(flows.list("team").unwrap(), []);
    assert_eq!(flows.save(&changed).unwrap().revision, 4, "its revisions go on");
}

#[test]
fn mistakes_come_with_their_places() {
    let world = World::new();
    let flows = flows(&world);
    let wrong = FLOW.replace("    message: a\n", "    mesage: a\n");
    let mistakes = flows.mistakes(&wrong).unwrap();
    assert!(mistakes.iter().any(|line| line.starts_with("6:5: ")), "{mistakes:?}");
    let failure = flows.save(&wrong).unwrap_err().to_string();
    assert_eq!(failure, mistakes.join("\n"));
    assert_eq!(flows.namespaces().unwrap(), Vec::<String>::new(), "nothing was saved");
    assert_eq!(flows.mistakes(FLOW).unwrap(), Vec::<String>::new());
}
