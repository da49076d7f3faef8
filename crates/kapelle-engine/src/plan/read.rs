//! From a document to a plan.

use std::collections::HashMap;
use std::sync::Arc;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::plain;
use kapelle_core::flow;
use kapelle_core::language::Language;
use kapelle_model::flow::{Branch, BranchKind, Output, Task as FlowTask};
use kapelle_model::{Map, Node, Spanned};

use super::flowable::{Backoff, Dag, Each, GroupRetry, Loop, Pause, Spread, Template, Until};
use super::retry::{Retry, is_true};
use super::subflow::{Batch, Subflow};
use super::task::{Kind, OnLost, Place, Task, Update};
use super::{Concurrency, Key, Listener, Lists, Overflow, Plan, TaskIndex};
use crate::checks::Checks;
use crate::conditions::Conditions;
use crate::defaults::Layers;
use crate::flow_trigger::FlowTrigger;
use crate::labels::Pairs;
use crate::quotas::Quotas;
use crate::schedule::Schedule;
use crate::sla::Agreements;
use crate::triggers::{self, Trigger};
use crate::webhook::Webhook;
use crate::{defaults, inputs, outputs};
use kapelle_core::property::Property;

/// Properties that the engine has read; no plugin looks at them.
const OF_THE_ENGINE: [&str; 12] = [
    "id",
    "type",
    "description",
    "disabled",
    "retry",
    "runIf",
    "when",
    "timeout",
    "allowFailure",
    "allowWarning",
    "onWorkerLost",
    "version",
];

/// Where the core tasks have their names.
const CORE: &str = "io.kestra.plugin.core.";

impl Plan {
    /// Reads a document with the plugin defaults that hold for it: its own, and those around it.
    pub fn compile(
        root: &Node,
        revision: u32,
        layers: Layers<'_>,
        catalogue: &'static Catalogue,
        language: Language,
    ) -> Self {
        let merged = defaults::merge(root, layers, catalogue);
        let failures = merged.failures.into_iter().map(|failure| failure.value).collect();
        let namespace_variables = layers.variables.map_or_else(Arc::default, Arc::clone);
        Self { failures, namespace_variables, ..Self::read(&merged.root, revision, catalogue, language) }
    }

    /// Reads a document whose plugin defaults are merged in already.
    fn read(root: &Node, revision: u32, catalogue: &'static Catalogue, language: Language) -> Self {
        let flow = flow::read(root, catalogue);
        let mut reader = Reader { language, tasks: Vec::new(), by_id: HashMap::new() };
        let retry = root.get("retry").and_then(Retry::read).map(Arc::new);
        let around = Around { parent: None, retry: retry.clone(), on_worker_lost: None };
        let mut lists = Lists::default();
        let mut after_execution: Box<[TaskIndex]> = Box::default();
        let mut listeners = Vec::new();
        for branch in &flow.branches {
            let tasks = reader.branch(branch, &around);
            match branch.kind {
                BranchKind::AfterExecution => after_execution = tasks,
                BranchKind::Listener(place) => {
                    let listener = root.get("listeners").and_then(|list| list.items().get(place));
                    let conditions = listener.and_then(|listener| listener.get("conditions"));
                    let conditions = Conditions::read(conditions, None, language, catalogue);
                    listeners.push(Listener { conditions, tasks });
                }
                _ => lists.add(branch.kind.clone(), tasks),
            }
        }
        let labels = flow.labels.iter();
        let labels = labels.map(|label| (Arc::from(&*label.key.value), Arc::from(&*label.value.value)));
        let labels: Pairs = labels.collect();
        let variables = flow.variables.iter();
        let variables =
            variables.map(|entry| (Arc::from(&*entry.key), plain::from_node(&entry.value))).collect::<Map>();
        let (mut schedules, mut flow_triggers, mut webhooks) = (Vec::new(), Vec::new(), Vec::new());
        let triggers = flow.triggers.iter().map(|written| {
            let places = (schedules.len(), flow_triggers.len());
            let trigger = Trigger::read(written, places, language, catalogue);
            let (namespace, id) = (&flow.namespace, &flow.id);
            match trigger.kind {
                triggers::Kind::Schedule(_) => {
                    schedules.push(Schedule::read(written, namespace, id, language, catalogue));
                }
                triggers::Kind::Flow(_) => {
                    let read = FlowTrigger::read(written, namespace, id, language, catalogue);
                    let watches_windows = read.watches_windows();
                    flow_triggers.push(read);
                    return Trigger { watches_windows, ..trigger };
                }
                triggers::Kind::Webhook => {
                    let labels = labels.clone();
                    webhooks.push(Webhook::read(written, namespace, id, labels, language, catalogue));
                }
                triggers::Kind::Tool | triggers::Kind::Plugin => {}
            }
            trigger
        });
        let triggers = triggers.collect();
        Self {
            namespace: Arc::from(&*flow.namespace.value),
            flow: Arc::from(&*flow.id.value),
            revision,
            language,
            disabled: flow.disabled,
            failures: Vec::new(),
            labels: labels.into(),
            variables: Arc::new(variables),
            namespace_variables: Arc::default(),
            inputs: inputs::read(&flow.inputs, language),
            outputs: outputs::read(&flow.outputs, language),
            retry,
            concurrency: root.get("concurrency").and_then(|node| concurrency(node, language)),
            quotas: Quotas::read(root.get("quotas")),
            agreements: Agreements::read(root.get("sla"), language),
            checks: Checks::read(root.get("checks"), language),
            triggers,
            schedules: schedules.into(),
            flow_triggers: flow_triggers.into(),
            webhooks: webhooks.into(),
            lists,
            after_execution,
            listeners: listeners.into(),
            tasks: reader.tasks.into_iter().map(|task| task.expect("every place was filled")).collect(),
            by_id: reader.by_id,
        }
    }
}

impl Lists {
    fn add(&mut self, kind: BranchKind, tasks: Box<[TaskIndex]>) {
        match kind {
            BranchKind::Errors => self.errors = tasks,
            BranchKind::Finally => self.finally = tasks,
            _ => {
                let mut main = std::mem::take(&mut self.main).into_vec();
                main.push((kind, tasks));
                self.main = main.into();
            }
        }
    }
}

fn concurrency(node: &Node, language: Language) -> Option<Concurrency> {
    Some(Concurrency {
        limit: node.get("limit")?.scalar_text()?.parse().ok()?,
        behavior: match node.get("behavior").and_then(Node::as_text) {
            Some("CANCEL") => Overflow::Cancel,
            Some("FAIL") => Overflow::Fail,
            _ => Overflow::Queue,
        },
        key: node.get("key").filter(|key| !key.is_null()).map(|key| Key {
            source: key.scalar_text().unwrap_or_default().into(),
            value: Property::read(key, language),
        }),
    })
}

/// What a task takes over from those around it.
struct Around {
    parent: Option<TaskIndex>,
    retry: Option<Arc<Retry>>,
    on_worker_lost: Option<OnLost>,
}

struct Reader {
    language: Language,
    /// A place is taken before the tasks below it are read.
    tasks: Vec<Option<Task>>,
    by_id: HashMap<Arc<str>, TaskIndex>,
}

impl Reader {
    /// The tasks of a list that are not disabled, each with its place among them.
    fn branch(&mut self, branch: &Branch, around: &Around) -> Box<[TaskIndex]> {
        let enabled = branch.tasks.iter().filter(|task| !task.disabled);
        let place = |position: u32| match branch.kind {
            BranchKind::Errors => Place::Errors(position),
            BranchKind::Finally => Place::Finally(position),
            BranchKind::AfterExecution | BranchKind::Listener(_) => Place::After,
            BranchKind::OnPause => Place::Aside,
            _ => Place::Main(position),
        };
        enabled.zip(0..).map(|(task, position)| self.task(task, place(position), around)).collect()
    }

    fn task(&mut self, task: &FlowTask, place: Place, around: &Around) -> TaskIndex {
        let index = TaskIndex(self.tasks.len() as u32);
        let id: Arc<str> = Arc::from(&*task.id.value);
        self.tasks.push(None);
        self.by_id.insert(Arc::clone(&id), index);
        let own_retry = task.property("retry").and_then(Retry::read).map(Arc::new);
        let retry = own_retry.or_else(|| around.retry.clone());
        let own = task.property("onWorkerLost").and_then(kapelle_model::Node::as_text);
        let on_worker_lost = own.and_then(OnLost::from_word).or(around.on_worker_lost);
        let inner = Around { parent: Some(index), retry: retry.clone(), on_worker_lost };
        let mut lists = Lists::default();
        for branch in &task.branches {
            let tasks = self.branch(branch, &inner);
            lists.add(branch.kind.clone(), tasks);
        }
        let short = task.type_name.canonical.strip_prefix(CORE).unwrap_or_default();
        if short == "flow.ForEachItem" {
            let tasks = self.three_of(task, &inner);
            lists.add(BranchKind::Tasks, tasks);
        }
        let kind = self.kind(short, task);
        let bare = self.bare(task, id, Arc::from(&*task.type_name.canonical), around.parent, place);
        let keeps = matches!(kind, Kind::Runnable | Kind::Update(_) | Kind::Directory);
        let properties = if keeps { bare.properties } else { Box::default() };
        self.tasks[index.0 as usize] = Some(Task { kind, lists, retry, on_worker_lost, properties, ..bare });
        index
    }

    /// A task with what all tasks have.
    fn bare(
        &self,
        task: &FlowTask,
        id: Arc<str>,
        type_name: Arc<str>,
        parent: Option<TaskIndex>,
        place: Place,
    ) -> Task {
        let property = |entry: &kapelle_model::Entry| {
            (Arc::from(&*entry.key), Property::read(&entry.value, self.language))
        };
        // What describes a task may be what it sends, such as the text of an issue.
        let may_send = !type_name.starts_with(CORE);
        let kept = task.properties.iter().filter(|entry| match entry.key.as_str() {
            "description" => may_send,
            key => !OF_THE_ENGINE.contains(&key),
        });
        Task {
            id,
            type_name,
            parent,
            place,
            kind: Kind::Runnable,
            lists: Lists::default(),
            run_if: self.property(task, &["runIf", "when"]),
            retry: None,
            timeout: self.property(task, &["timeout"]),
            on_worker_lost: None,
            allow_failure: is_true(task.property("allowFailure")),
            allow_warning: is_true(task.property("allowWarning")),
            properties: kept.map(property).collect(),
        }
    }

    /// The tasks that a `ForEachItem` consists of: one splits the file, one starts the executions, one merges what they gave.
    fn three_of(&mut self, task: &FlowTask, around: &Around) -> Box<[TaskIndex]> {
        let id = &task.id.value;
        let split: Arc<str> = format!("{id}_split").into();
        let batch = Batch { split: Arc::clone(&split) };
        let subflow = self.subflow(task);
        let parts = [
            (split, "Split", Kind::Runnable),
            (format!("{id}_items").into(), "Executable", Kind::Items(Box::new(subflow), batch)),
            (format!("{id}_merge").into(), "MergeOutputs", Kind::Runnable),
        ];
        let add = |((id, name, kind), position): ((Arc<str>, &str, Kind), u32)| {
            let index = TaskIndex(self.tasks.len() as u32);
            let type_name: Arc<str> = format!("{}$ForEachItem{name}", task.type_name.canonical).into();
            self.by_id.insert(Arc::clone(&id), index);
            let bare = self.bare(task, id, type_name, around.parent, Place::Main(position));
            self.tasks.push(Some(Task {
                kind,
                run_if: None,
                // What is allowed is allowed to the whole: a part that fails ends it before the next one.
                allow_failure: false,
                allow_warning: false,
                retry: around.retry.clone(),
                on_worker_lost: around.on_worker_lost,
                timeout: None,
                ..bare
            }));
            index
        };
        parts.into_iter().zip(0..).map(add).collect()
    }

    fn kind(&self, short: &str, task: &FlowTask) -> Kind {
        let property = |names: &[&str]| self.property(task, names);
        let required = |names: &[&str]| property(names).unwrap_or_else(|| Property::text("", self.language));
        match short {
            "flow.Sequential" | "flow.ForEachItem" => Kind::Sequential,
            "flow.AllowFailure" => Kind::AllowFailure,
            "flow.Template" => Kind::Template(Box::new(self.template(task))),
            "flow.Parallel" => Kind::Parallel { concurrent: property(&["concurrent"]) },
            "flow.Dag" => Kind::Dag { concurrent: property(&["concurrent"]), dag: dag(task) },
            "flow.If" => Kind::If { condition: required(&["condition"]) },
            "flow.Switch" => Kind::Switch { value: required(&["value"]) },
            "flow.ForEach" => Kind::Each(Each {
                values: required(&["values", "items"]),
                spread: Spread::Chains(
                    task.property("concurrencyLimit")
                        .and_then(Node::scalar_text)
                        .and_then(|text| text.parse().ok())
                        .unwrap_or(1),
                ),
            }),
            "flow.EachSequential" => {
                Kind::Each(Each { values: required(&["value", "items"]), spread: Spread::Chains(1) })
            }
            "flow.EachParallel" => Kind::Each(Each {
                values: required(&["value", "items"]),
                spread: Spread::All(property(&["concurrent"])),
            }),
            "flow.LoopUntil" => Kind::Until(Box::new(self.until(task))),
            "flow.Retry" => Kind::Retry(Box::new(GroupRetry {
                attempts_max: property(&["maxAttempts"]),
                delay: property(&["delay", "interval"]),
                duration_max: property(&["maxDuration"]),
                backoff: match task.property("backoff").and_then(Node::as_text) {
                    Some("EXPONENTIAL") => Backoff::Exponential,
                    Some("RANDOM") => Backoff::Random,
                    _ => Backoff::Constant,
                },
            })),
            "flow.Pause" => Kind::Pause(Box::new(Pause {
                duration: property(&["pauseDuration", "delay"]),
                timeout: property(&["timeout"]),
                behavior: property(&["behavior"]),
                inputs: inputs::read(&flow::inputs(task.property("onResume")), self.language),
                has_turn: task.branches.iter().any(|branch| branch.kind == BranchKind::OnTimeout),
            })),
            "flow.WorkingDirectory" => Kind::Directory,
            "flow.Subflow" => Kind::Subflow(Box::new(self.subflow(task))),
            "flow.Loop" => Kind::Loop(Box::new(Loop {
                values: required(&["values"]),
                limit: property(&["concurrencyLimit"]),
                transmit_failed: !is_false(task.property("transmitFailed")),
                break_when: property(&["breakWhen"]),
                outputs: self.outputs(task),
            })),
            "execution.Labels" => Kind::Update(Update::Labels),
            "execution.SetVariables" => Kind::Update(Update::SetVariables),
            "execution.UnsetVariables" => Kind::Update(Update::UnsetVariables),
            "execution.Exit" => Kind::Update(Update::Exit),
            _ => Kind::Runnable,
        }
    }

    /// The first of several names under which a property may be written.
    fn property(&self, task: &FlowTask, names: &[&str]) -> Option<Property> {
        let written = names.iter().find_map(|name| task.property(name).filter(|node| !node.is_null()));
        written.map(|node| Property::read(node, self.language))
    }

    /// A template that was found brought its tasks.
    fn template(&self, task: &FlowTask) -> Template {
        let text = |name: &str| task.property(name).and_then(Node::scalar_text).unwrap_or_default();
        let is_there = task.branches.iter().any(|branch| branch.kind == BranchKind::Tasks);
        let missing = || format!("Can't find flow template '{}.{}'", text("namespace"), text("templateId"));
        Template { args: self.property(task, &["args"]), missing: (!is_there).then(missing) }
    }

    fn until(&self, task: &FlowTask) -> Until {
        let frequency = task.property("checkFrequency");
        let limit = |name: &str| {
            let inner = frequency.and_then(|node| node.get(name)).filter(|node| !node.is_null());
            inner.or_else(|| task.property(name)).map(|node| Property::read(node, self.language))
        };
        let mut tasks = task.branches.iter().filter(|branch| branch.kind == BranchKind::Tasks);
        let only_waits = tasks.all(|branch| branch.tasks.is_empty());
        Until {
            condition: self
                .property(task, &["condition"])
                .unwrap_or_else(|| Property::text("", self.language)),
            fail_on_max: self.property(task, &["failOnMaxReached"]),
            iterations_max: limit("maxIterations"),
            duration_max: limit("maxDuration"),
            interval: limit("interval"),
            timeout: self.property(task, &["timeout"]).filter(|_| only_waits),
        }
    }

    fn subflow(&self, task: &FlowTask) -> Subflow {
        let schedule = |name: &str| {
            let node = task.property("schedule").and_then(|node| node.get(name))?;
            Some(Property::read(node, self.language))
        };
        let is_scheduled = task.property("schedule").is_some();
        Subflow {
            namespace: self.property(task, &["namespace"]),
            flow: self.property(task, &["flowId"]),
            revision: self.property(task, &["revision"]),
            inputs: self.property(task, &["inputs"]),
            labels: self.property(task, &["labels"]),
            inherit_labels: self.property(task, &["inheritLabels"]),
            // What starts tomorrow is not waited for, unless somebody says so.
            wait: task.property("wait").map_or(!is_scheduled, |wait| !is_false(Some(wait))),
            transmit_failed: !is_false(task.property("transmitFailed")),
            schedule_at: self.property(task, &["scheduleDate"]).or_else(|| schedule("at")),
            schedule_in: schedule("in"),
            restarts_failed: task.property("restartBehavior").and_then(Node::as_text)
                != Some("NEW_EXECUTION"),
            outputs: self.property(task, &["outputs"]),
        }
    }

    /// What each iteration of a loop gives back, in the shape of a flow's outputs.
    fn outputs(&self, task: &FlowTask) -> outputs::Outputs {
        let items = task.property("outputs").map_or(&[][..], Node::items).iter();
        let declared: Vec<Output> = items
            .filter_map(|node| {
                let id = Spanned::new(node.get("id")?.scalar_text()?, node.span);
                Some(Output { id, node: node.clone() })
            })
            .collect();
        outputs::read(&declared, self.language)
    }
}

fn is_false(node: Option<&Node>) -> bool {
    node.and_then(Node::scalar_text).is_some_and(|text| text == "false")
}

/// Who waits for whom, among the tasks that are not disabled.
fn dag(task: &FlowTask) -> Dag {
    let branch = task.branches.iter().find(|branch| branch.kind == BranchKind::Tasks);
    let enabled: Vec<&FlowTask> =
        branch.map_or(&[][..], |branch| &branch.tasks).iter().filter(|task| !task.disabled).collect();
    let places: HashMap<&str, u32> =
        enabled.iter().zip(0..).map(|(task, place)| (&*task.id.value, place)).collect();
    let mut wanted_by = vec![Vec::new(); enabled.len()];
    let mut needs = Vec::with_capacity(enabled.len());
    for (task, place) in enabled.iter().zip(0..) {
        let mut own: Vec<u32> =
            task.depends_on.iter().filter_map(|name| places.get(&*name.value).copied()).collect();
        own.sort_unstable();
        own.dedup();
        for need in &own {
            wanted_by[*need as usize].push(place);
        }
        needs.push(own.into());
    }
    Dag { needs: needs.into(), wanted_by: wanted_by.into_iter().map(Into::into).collect() }
}
