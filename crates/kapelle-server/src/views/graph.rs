//! The topology of a flow: tasks as nodes, what follows what as edges, groups as clusters.

use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::plain;
use kapelle_core::flow;
use kapelle_model::Node;
use kapelle_model::flow::{Branch, BranchKind, Flow, Task};
use serde_json::{Value as Json, json};

use super::value;

/// What the types of nodes begin with.
const TYPES: &str = "io.kestra.core.models.hierarchies";

/// The name that everything is below.
const ROOT: &str = "root";

/// How one node follows another.
#[derive(Clone, Debug)]
struct Relation {
    kind: &'static str,
    value: Option<String>,
}

impl Relation {
    const fn of(kind: &'static str) -> Self {
        Self { kind, value: None }
    }
}

/// Where edges come from that lead to what is next.
type Exits = Vec<(String, Relation)>;

/// Gives the document of the flow that a task starts, by the uid of its node, if it is to be shown inside.
pub(crate) type Inside<'i> = dyn FnMut(&str, &Task) -> Option<Node> + 'i;

struct Graph<'r> {
    /// The document whose tasks are added now.
    root: Node,
    inside: &'r mut Inside<'r>,
    nodes: Vec<Json>,
    edges: Vec<Json>,
    clusters: Vec<Json>,
    flowables: Vec<String>,
}

/// The topology of a flow, by its document, with that of the flows that are shown inside.
pub(crate) fn graph<'r>(root: &Node, inside: &'r mut Inside<'r>) -> Json {
    let flow = flow::read(root, Catalogue::bundled());
    let mut graph = Graph {
        root: root.clone(),
        inside,
        nodes: Vec::new(),
        edges: Vec::new(),
        clusters: Vec::new(),
        flowables: Vec::new(),
    };
    graph.flow(&flow);
    json!({
        "nodes": graph.nodes, "edges": graph.edges, "clusters": graph.clusters, "flowables": graph.flowables
    })
}

/// The topology with the last task run of each task. Executions are given as they are shown, each with the uid of the
/// task that started it; the uid of the outermost one is empty.
pub(crate) fn of_executions(mut graph: Json, executions: &[(String, Json)]) -> Json {
    for node in graph["nodes"].as_array_mut().into_iter().flatten() {
        let uid = node["uid"].as_str().unwrap_or_default();
        let is_around = |outer: &str| {
            outer.is_empty() || uid.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
        };
        let around = executions.iter().filter(|(outer, _)| is_around(outer));
        let Some((_, execution)) = around.max_by_key(|(outer, _)| outer.len()) else { continue };
        if let Some(run) = last_run(execution, &node["task"]["id"]) {
            node["taskRun"] = run.clone();
        }
    }
    graph
}

/// The last run of a task in an execution as it is shown.
pub(crate) fn last_run<'e>(execution: &'e Json, task: &Json) -> Option<&'e Json> {
    let runs = execution["taskRunList"].as_array().map_or(&[][..], Vec::as_slice);
    runs.iter().rev().find(|run| !task.is_null() && run["taskId"] == *task)
}

impl Graph<'_> {
    fn flow(&mut self, flow: &Flow) {
        let (start, end) = self.bounds(ROOT);
        let exits = self.branches(&flow.branches, &start, "SEQUENTIAL", ROOT, &[]);
        self.lead(exits, &end);
        self.triggers(flow, &start, None, &[]);
    }

    /// The triggers of a flow that begins at a node; of one inside of another by the uid of the task that starts it.
    fn triggers(&mut self, flow: &Flow, start: &str, task: Option<&str>, parents: &[String]) {
        if flow.triggers.is_empty() {
            return;
        }
        let uid = &task.map_or_else(|| "Triggers".to_owned(), |task| format!("{task}.Triggers"));
        let place = task.map_or_else(|| format!("{ROOT}.{uid}"), |_| uid.clone());
        let (first, last) = self.bounds(uid);
        let mut inner = vec![first.clone(), last.clone()];
        for trigger in &flow.triggers {
            let name = format!("{place}.{}", trigger.id.value);
            let written = self.root.get("triggers").map_or(&[][..], Node::items).iter();
            let id = |node: &&Node| {
                node.get("id").and_then(Node::scalar_text).as_deref() == Some(&*trigger.id.value)
            };
            let declared = written.clone().find(id).map(|node| value(&plain::from_node(node)));
            let kind = format!("{TYPES}.GraphTrigger");
            self.nodes.push(json!({"uid": name, "type": kind, "triggerDeclaration": declared}));
            self.edge(&first, &name, &Relation::of("SEQUENTIAL"));
            self.edge(&name, &last, &Relation::of("SEQUENTIAL"));
            inner.push(name);
        }
        self.edge(&last, start, &Relation::of("SEQUENTIAL"));
        self.cluster(uid, &inner, parents, (&first, &last));
    }

    /// The two nodes around a group.
    fn bounds(&mut self, uid: &str) -> (String, String) {
        let (start, end) = (format!("{uid}_cluster_start"), format!("{uid}_cluster_end"));
        self.nodes.push(json!({"uid": start, "type": format!("{TYPES}.GraphClusterRoot")}));
        self.nodes.push(json!({"uid": end, "type": format!("{TYPES}.GraphClusterEnd")}));
        (start, end)
    }

    fn cluster(&mut self, uid: &str, nodes: &[String], parents: &[String], bounds: (&str, &str)) {
        let cluster = json!({"uid": format!("cluster_{uid}"), "type": format!("{TYPES}.GraphCluster")});
        self.cluster_of(&cluster, nodes, parents, bounds);
    }

    fn cluster_of(&mut self, cluster: &Json, nodes: &[String], parents: &[String], bounds: (&str, &str)) {
        let (start, end) = bounds;
        self.clusters.push(
            json!({"cluster": cluster, "nodes": nodes, "parents": parents, "start": start, "end": end}),
        );
    }

    fn edge(&mut self, source: &str, target: &str, relation: &Relation) {
        let mut words = json!({"relationType": relation.kind});
        if let Some(value) = &relation.value {
            words["value"] = value.as_str().into();
        }
        self.edges.push(json!({"source": source, "target": target, "relation": words}));
    }

    fn lead(&mut self, exits: Exits, target: &str) {
        for (source, relation) in exits {
            self.edge(&source, target, &relation);
        }
    }

    /// All lists below a node, and what they end with. `finally` comes behind all others.
    fn branches(
        &mut self,
        branches: &[Branch],
        from: &str,
        kind: &'static str,
        prefix: &str,
        parents: &[String],
    ) -> Exits {
        let mut exits = Exits::new();
        let is_last =
            |branch: &&Branch| matches!(branch.kind, BranchKind::Finally | BranchKind::AfterExecution);
        for branch in branches.iter().filter(|branch| !is_last(branch)) {
            let relation = match &branch.kind {
                BranchKind::Tasks => Relation::of(kind),
                BranchKind::Errors => Relation::of("ERROR"),
                BranchKind::Case(key) => Relation { kind: "CHOICE", value: Some(key.clone()) },
                BranchKind::Then => Relation { kind: "CHOICE", value: Some("then".to_owned()) },
                BranchKind::Else => Relation { kind: "CHOICE", value: Some("else".to_owned()) },
                BranchKind::Defaults => Relation { kind: "CHOICE", value: Some("defaults".to_owned()) },
                _ => Relation::of("CHOICE"),
            };
            exits.extend(match (&branch.kind, kind) {
                (BranchKind::Tasks, "PARALLEL") => self.beside(&branch.tasks, from, prefix, parents),
                _ => self.chain(&branch.tasks, vec![(from.to_owned(), relation)], prefix, parents),
            });
        }
        if exits.is_empty() {
            exits.push((from.to_owned(), Relation::of("SEQUENTIAL")));
        }
        for branch in branches.iter().filter(is_last) {
            exits = self.chain(&branch.tasks, exits, prefix, parents);
        }
        exits
    }

    /// One task after the other.
    fn chain(&mut self, tasks: &[Task], from: Exits, prefix: &str, parents: &[String]) -> Exits {
        let mut exits = from;
        for task in tasks {
            let (entry, exit) = self.task(task, prefix, parents);
            self.lead(exits, &entry);
            exits = vec![(exit, Relation::of("SEQUENTIAL"))];
        }
        exits
    }

    /// Tasks side by side, each behind those that it waits for.
    fn beside(&mut self, tasks: &[Task], from: &str, prefix: &str, parents: &[String]) -> Exits {
        let relation = Relation::of("PARALLEL");
        let ends: Vec<(String, String)> = tasks.iter().map(|task| self.task(task, prefix, parents)).collect();
        let place = |id: &str| tasks.iter().position(|task| task.id.value == id);
        let mut is_waited_for = vec![false; tasks.len()];
        for (task, (entry, _)) in tasks.iter().zip(&ends) {
            let wanted: Vec<usize> = task.depends_on.iter().filter_map(|id| place(&id.value)).collect();
            for place in &wanted {
                is_waited_for[*place] = true;
                self.edge(&ends[*place].1, entry, &relation);
            }
            if wanted.is_empty() {
                self.edge(from, entry, &relation);
            }
        }
        let last = ends.into_iter().zip(is_waited_for).filter(|(_, is_waited_for)| !is_waited_for);
        last.map(|((_, exit), _)| (exit, relation.clone())).collect()
    }

    /// Adds a task with all below it: where it is entered, and where it is left.
    fn task(&mut self, task: &Task, prefix: &str, parents: &[String]) -> (String, String) {
        let uid = format!("{prefix}.{}", task.id.value);
        if is_subflow(task)
            && let Some(document) = (self.inside)(&uid, task)
        {
            return self.subflow(task, &uid, document, parents);
        }
        if task.branches.is_empty() {
            self.node(task, &uid);
            return (uid.clone(), uid);
        }
        self.flowables.push(task.id.value.clone());
        let (start, end) = self.bounds(&uid);
        let first = self.nodes.len();
        self.node(task, &uid);
        self.edge(&start, &uid, &Relation::of("SEQUENTIAL"));
        let mut inner = parents.to_vec();
        inner.push(format!("cluster_{uid}"));
        let exits = self.branches(&task.branches, &uid, kind(task), &uid, &inner);
        self.lead(exits, &end);
        let mut nodes = vec![start.clone(), end.clone()];
        nodes.extend(self.nodes[first..].iter().filter_map(|node| node["uid"].as_str().map(str::to_owned)));
        self.cluster(&uid, &nodes, parents, (&start, &end));
        (start, end)
    }

    /// Adds the flow that a task starts, as a group below it.
    fn subflow(&mut self, task: &Task, uid: &str, document: Node, parents: &[String]) -> (String, String) {
        let (start, end) = self.bounds(uid);
        let first = self.nodes.len();
        let node = self.node(task, uid);
        self.edge(&start, uid, &Relation::of("SEQUENTIAL"));
        let mut inner = parents.to_vec();
        inner.push(format!("cluster_{uid}"));
        let flow = flow::read(&document, Catalogue::bundled());
        let outer = std::mem::replace(&mut self.root, document);
        let exits = self.branches(&flow.branches, uid, "SEQUENTIAL", uid, &inner);
        self.lead(exits, &end);
        self.triggers(&flow, &start, Some(uid), &inner);
        self.root = outer;
        let mut nodes = vec![start.clone(), end.clone()];
        nodes.extend(self.nodes[first..].iter().filter_map(|node| node["uid"].as_str().map(str::to_owned)));
        let cluster = json!({
            "uid": format!("cluster_{uid}"), "type": format!("{TYPES}.SubflowGraphCluster"), "taskNode": node
        });
        self.cluster_of(&cluster, &nodes, parents, (&start, &end));
        (start, end)
    }

    /// Adds the node of a task, and gives it.
    fn node(&mut self, task: &Task, uid: &str) -> Json {
        let written = super::flow::task(&self.root, &task.id.value);
        let kind = if is_subflow(task) { "SubflowGraphTask" } else { "GraphTask" };
        let node = json!({
            "uid": uid,
            "type": format!("{TYPES}.{kind}"),
            "task": written.map(|node| value(&plain::from_node(node))),
        });
        self.nodes.push(node.clone());
        node
    }
}

fn is_subflow(task: &Task) -> bool {
    task.type_name.canonical.ends_with(".Subflow")
}

/// How the tasks of a group follow it.
fn kind(task: &Task) -> &'static str {
    match task.type_name.canonical.rsplit('.').next() {
        Some("Parallel" | "Dag") => "PARALLEL",
        Some("ForEach" | "EachSequential" | "EachParallel" | "LoopUntil" | "ForEachItem") => "DYNAMIC",
        _ => "SEQUENTIAL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The edges, and how many nodes and clusters there are.
    fn shown(tasks: &str) -> String {
        // The flow `other` is shown where a task starts it.
        let mut inside = |uid: &str, task: &Task| {
            let other = "id: other\nnamespace: n\ntasks: [{id: in, type: io.kestra.plugin.core.log.Log, message: x}]\ntriggers: [{id: t, type: io.kestra.plugin.core.trigger.Schedule, cron: '* * * * *'}]";
            assert_eq!(uid, format!("root.{}", task.id.value));
            let flow = task.property("flowId").and_then(Node::scalar_text)?;
            (flow == "other").then(|| crate::views::flow::root(other).unwrap())
        };
        let source = format!("id: a\nnamespace: n\ntasks:\n{tasks}");
        let graph = graph(&crate::views::flow::root(&source).unwrap(), &mut inside);
        let short = |uid: &Json| uid.as_str().unwrap().replace("_cluster_", "_").replace("root.", "");
        let edges: Vec<String> = graph["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| {
                let word = edge["relation"]["relationType"].as_str().unwrap()[..1].to_owned();
                format!("{}-{word}>{}", short(&edge["source"]), short(&edge["target"]))
            })
            .collect();
        let count = |name: &str| graph[name].as_array().unwrap().len();
        format!("{} {} {}", count("nodes"), count("clusters"), edges.join(" "))
    }

    #[test]
    fn edges_lead_from_the_start_to_the_end() {
        let log = |id: &str| format!("{{id: {id}, type: io.kestra.plugin.core.log.Log, message: x}}");
        let (one, two) = (log("one"), log("two"));
        assert_eq!(shown(&format!("- {one}\n- {two}\n")), "4 0 root_start-S>one one-S>two two-S>root_end");
        let group = |kind: &str| {
            shown(&format!("- {{id: g, type: io.kestra.plugin.core.flow.{kind}, tasks: [{one}, {two}]}}\n"))
        };
        assert_eq!(
            group("Parallel"),
            "7 1 g_start-S>g g-P>g.one g-P>g.two g.one-P>g_end g.two-P>g_end root_start-S>g_start g_end-S>root_end"
        );
        assert_eq!(
            group("Sequential"),
            "7 1 g_start-S>g g-S>g.one g.one-S>g.two g.two-S>g_end root_start-S>g_start g_end-S>root_end"
        );
    }

    #[test]
    fn a_flow_inside_is_a_group_below_the_task_that_starts_it() {
        let start = |flow: &str| {
            let kind = "io.kestra.plugin.core.flow.Subflow";
            shown(&format!("- {{id: s, type: {kind}, namespace: n, flowId: {flow}}}\n"))
        };
        assert_eq!(start("unknown"), "3 0 root_start-S>s s-S>root_end");
        assert_eq!(
            start("other"),
            "9 2 s_start-S>s s-S>s.in s.in-S>s_end s.Triggers_start-S>s.Triggers.t s.Triggers.t-S>s.Triggers_end \
             s.Triggers_end-S>s_start root_start-S>s_start s_end-S>root_end"
        );
    }
}
