//! Workflows and templates in files.

use kapelle_core::source::Source;
use kapelle_core::yaml;
use kapelle_model::{Node, Span};

use super::fields::{At, Fields, Report};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Workflow,
    Template,
    Cron,
}

/// A document with a workflow.
pub(super) struct Document {
    pub(super) file: usize,
    pub(super) kind: Kind,
    root: Node,
}

impl Document {
    pub(super) fn fields(&self) -> Fields<'_> {
        Fields::new(self.file, &self.root)
    }

    /// What describes the workflow: `spec`, or what it has as `workflowSpec`.
    pub(super) fn spec(&self) -> Option<&Node> {
        let spec = self.root.get("spec")?;
        if self.kind == Kind::Cron { spec.get("workflowSpec") } else { Some(spec) }
    }

    pub(super) fn name(&self) -> Option<String> {
        let metadata = self.root.get("metadata")?;
        let name = metadata.get("name").or_else(|| metadata.get("generateName"));
        name.and_then(Node::scalar_text).map(|name| name.trim_end_matches('-').to_owned())
    }
}

/// Whether a text looks like workflows of Argo.
pub(crate) fn is_argo(text: &str) -> bool {
    let says = |line: &str| line.starts_with("apiVersion:") && line.contains("argoproj.io/");
    text.lines().any(says)
}

/// The workflows of these files. Other documents are left alone, and said.
pub(super) fn read(files: &[Source], report: &Report<'_>) -> Vec<Document> {
    let mut documents = Vec::new();
    for (file, text) in files.iter().enumerate().map(|(place, file)| (place, file.text())) {
        for span in yaml::split(text) {
            let reading = yaml::read(text, span);
            for problem in &reading.diagnostics {
                report.loss(At { file, span: problem.span }, format!("this is no YAML: {}", problem.message));
            }
            let Some(root) = reading.root else { continue };
            match kind(&root) {
                Ok(kind) => documents.push(Document { file, kind, root }),
                Err(what) => {
                    let start = Span::new(root.span.start, root.span.start);
                    report.loss(At { file, span: start }, format!("{what} is not translated"));
                }
            }
        }
    }
    documents
}

fn kind(root: &Node) -> Result<Kind, String> {
    let text = |key: &str| root.get(key).and_then(Node::as_text).unwrap_or_default();
    if !text("apiVersion").starts_with("argoproj.io/") {
        return Err("a document that is no workflow of Argo".to_owned());
    }
    match text("kind") {
        "Workflow" => Ok(Kind::Workflow),
        "WorkflowTemplate" | "ClusterWorkflowTemplate" => Ok(Kind::Template),
        "CronWorkflow" => Ok(Kind::Cron),
        other => Err(format!("an Argo document of kind `{other}`")),
    }
}
