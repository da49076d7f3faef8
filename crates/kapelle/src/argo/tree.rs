//! Templates unfolded into the steps that they come to.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_model::Node;

use super::documents::{Document, Kind};
use super::fields::{At, Fields, Report};

/// Steps that a workflow may come to. Beyond, it would be no flow that a person can read.
const STEPS_MAX: usize = 2_000;

/// A template, with the workflow template that it belongs to.
#[derive(Clone)]
pub(super) struct Template<'d> {
    pub(super) file: usize,
    pub(super) node: &'d Node,
    home: String,
}

impl<'d> Template<'d> {
    pub(super) fn fields(&self) -> Fields<'d> {
        Fields::new(self.file, self.node)
    }
}

/// Templates by the workflow that they belong to and their names.
pub(super) struct Library<'d>(BTreeMap<(String, String), Template<'d>>);

/// The name under which the templates of a workflow of its own stand.
pub(super) const OWN: &str = "";

impl<'d> Library<'d> {
    /// The templates of all workflow templates, and of this workflow.
    pub(super) fn new(documents: &'d [Document], own: &'d Document) -> Self {
        let others = documents.iter().filter(|document| document.kind == Kind::Template);
        let named = others.filter_map(|document| Some((document.name()?, document)));
        let mut templates = BTreeMap::new();
        for (home, document) in named.chain([(OWN.to_owned(), own)]) {
            let list = document.spec().and_then(|spec| spec.get("templates")).map_or(&[][..], Node::items);
            for node in list {
                if let Some(name) = node.get("name").and_then(Node::scalar_text) {
                    let template = Template { file: document.file, node, home: home.clone() };
                    templates.insert((home.clone(), name), template);
                }
            }
        }
        Self(templates)
    }

    fn find(&self, home: &str, name: &str) -> Option<&Template<'d>> {
        self.0.get(&(home.to_owned(), name.to_owned()))
    }
}

/// A step: a template at the place where it is called.
pub(super) struct Step<'d> {
    /// The id of its task.
    pub(super) id: String,
    /// The id of the loop around it, if there is one.
    pub(super) around: Option<String>,
    /// As its siblings call it.
    pub(super) name: String,
    /// Where it is called.
    pub(super) call: Option<&'d Node>,
    /// The file in which it is called.
    pub(super) file: usize,
    pub(super) template: Template<'d>,
    pub(super) body: Body<'d>,
}

pub(super) enum Body<'d> {
    Work,
    Dag(Vec<Step<'d>>),
    /// One after the other, and each at once.
    Steps(Vec<Vec<Step<'d>>>),
    /// What it calls could not be translated.
    Unknown,
}

impl<'d> Step<'d> {
    pub(super) fn call(&self) -> Option<Fields<'d>> {
        self.call.map(|node| Fields::new(self.file, node))
    }

    /// Whether all goes on when it fails.
    pub(super) fn may_fail(&self) -> bool {
        let on = self.call().and_then(|call| call.map("continueOn"));
        let says = |key: &str| on.as_ref()?.take(key)?.as_bool();
        says("failed") == Some(true) || says("error") == Some(true)
    }

    /// Whether some of its steps may run at the same time.
    pub(super) fn runs_several_at_once(&self) -> bool {
        let inner = self.inner();
        let is_wide = match &self.body {
            Body::Steps(groups) => groups.iter().any(|group| group.len() > 1),
            Body::Work | Body::Unknown | Body::Dag(_) => inner.len() > 1,
        };
        is_wide || inner.iter().any(|step| step.around.is_some() || step.runs_several_at_once())
    }

    /// The steps right inside of it.
    pub(super) fn inner(&self) -> Vec<&Self> {
        match &self.body {
            Body::Work | Body::Unknown => Vec::new(),
            Body::Dag(steps) => steps.iter().collect(),
            Body::Steps(groups) => groups.iter().flatten().collect(),
        }
    }
}

/// Unfolds templates.
pub(super) struct Unfold<'u, 'd> {
    pub(super) library: &'u Library<'d>,
    pub(super) report: &'u Report<'u>,
    ids: BTreeSet<String>,
    steps: usize,
    /// The templates that are being unfolded.
    within: Vec<&'d Node>,
}

impl<'u, 'd> Unfold<'u, 'd> {
    pub(super) fn new(library: &'u Library<'d>, report: &'u Report<'u>) -> Self {
        Self { library, report, ids: BTreeSet::new(), steps: 0, within: Vec::new() }
    }

    /// The template of this name, where nobody calls it.
    pub(super) fn root(&mut self, home: &str, name: &str, at: At) -> Option<Step<'d>> {
        let Some(template) = self.library.find(home, name).cloned() else {
            self.report.loss(at, format!("there is no template `{name}`"));
            return None;
        };
        let id = self.id(name, None);
        let body = self.body(&template, &id);
        Some(Step { id, around: None, name: name.to_owned(), call: None, file: at.file, template, body })
    }

    fn body(&mut self, template: &Template<'d>, above: &str) -> Body<'d> {
        let fields = template.fields();
        self.within.push(template.node);
        let body = if let Some(dag) = fields.map("dag") {
            let steps = dag.list("tasks").iter();
            Body::Dag(steps.filter_map(|node| self.step(node, template, above)).collect())
        } else if fields.take("steps").is_some() {
            let group = |list: &'d Node| {
                list.items().iter().filter_map(|node| self.step(node, template, above)).collect()
            };
            Body::Steps(fields.list("steps").iter().map(group).collect())
        } else {
            Body::Work
        };
        self.within.pop();
        body
    }

    fn step(&mut self, node: &'d Node, caller: &Template<'d>, above: &str) -> Option<Step<'d>> {
        let call = Fields::new(caller.file, node);
        let name = call.text("name")?;
        let id = self.id(&name, Some(above));
        let is_loop = ["withItems", "withParam", "withSequence"].iter().any(|key| node.get(key).is_some());
        let (id, around) =
            if is_loop { (self.id(&format!("{id}-item"), None), Some(id)) } else { (id, None) };
        let file = caller.file;
        let called = self.called(&call, caller);
        let (template, body) = match called {
            Ok(template) => {
                let body = self.body(&template, &id);
                (template, body)
            }
            Err(why) => {
                self.report.loss(call.at(), format!("`{name}` is not translated: {why}"));
                (Template { file, node, home: caller.home.clone() }, Body::Unknown)
            }
        };
        Some(Step { id, around, name, call: Some(node), file, template, body })
    }

    /// The template that a step calls, or why it cannot be written out.
    fn called(&mut self, call: &Fields<'d>, caller: &Template<'d>) -> Result<Template<'d>, String> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return Err(format!("the workflow comes to more than {STEPS_MAX} steps"));
        }
        if let Some(inline) = call.take("inline") {
            return Ok(Template { file: caller.file, node: inline, home: caller.home.clone() });
        }
        let reference = call.map("templateRef");
        let (home, wanted) = match &reference {
            Some(reference) => (reference.text("name"), reference.text("template")),
            None => (Some(caller.home.clone()), call.text("template")),
        };
        let (Some(home), Some(wanted)) = (home, wanted) else {
            return Err("it names no template".to_owned());
        };
        let Some(template) = self.library.find(&home, &wanted) else {
            let of = if home == OWN {
                String::new()
            } else {
                format!(" in the workflow template `{home}`: give its file too")
            };
            return Err(format!("there is no template `{wanted}`{of}"));
        };
        if self.within.iter().any(|node| std::ptr::eq(*node, template.node)) {
            return Err(format!(
                "the template `{wanted}` calls itself: make a flow of it that calls itself as a subflow"
            ));
        }
        Ok(template.clone())
    }

    /// An id that no other task has.
    fn id(&mut self, name: &str, above: Option<&str>) -> String {
        let plain: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "_-".contains(c) { c } else { '-' })
            .collect();
        let plain = plain.trim_start_matches(['-', '_']);
        let plain = if plain.is_empty() { "task" } else { plain }.to_owned();
        let longer = above.map(|above| format!("{above}-{plain}"));
        let numbered = (2..).map(|number| format!("{plain}-{number}"));
        let mut candidates = [plain.clone()].into_iter().chain(longer).chain(numbered);
        let id = candidates.find(|id| !self.ids.contains(id)).unwrap_or(plain);
        self.ids.insert(id.clone());
        id
    }
}
