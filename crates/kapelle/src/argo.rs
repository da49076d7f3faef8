//! Workflows of Argo as flows.
//!
//! [`documents`] finds them, [`tree`] unfolds templates into the steps that they come to, and [`flow`] writes those as a
//! flow: [`group`] what runs in which order, [`task`] what does the work. What stands in `{{ }}` is found out by [`scope`],
//! what secrets and config maps keep by [`kept`].
//! [`fields`] sees to it that whatever nobody understood is told, with its line; nothing is left out in silence.

mod condition;
mod container;
mod dag;
mod documents;
mod fields;
mod flow;
mod group;
mod kept;
mod pod;
mod scope;
mod task;
mod text;
mod tree;

use clap::ValueEnum;
use kapelle_core::source::Source;

pub(crate) use documents::is_argo;

/// Where containers run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Runner {
    /// In pods of a Kubernetes cluster
    Kubernetes,
    /// In containers of Docker
    Docker,
    /// On the machine itself
    Process,
    /// In containers where there is an engine for them, else on the machine itself
    Auto,
}

/// How flows are to be written.
pub(crate) struct Options<'o> {
    pub(crate) namespace: &'o str,
    pub(crate) runner: Runner,
}

/// A flow of a workflow.
#[derive(Debug, PartialEq)]
pub(crate) struct Made {
    /// The file of its workflow.
    pub(crate) file: usize,
    pub(crate) id: String,
    pub(crate) text: String,
}

/// Something that a person has to know: what could not be translated, or means something else here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Remark {
    pub(crate) file: usize,
    pub(crate) line: usize,
    pub(crate) words: String,
    /// It was not translated.
    pub(crate) is_loss: bool,
}

impl Remark {
    /// As a line for people.
    pub(crate) fn told(&self, files: &[Source]) -> String {
        let name = files.get(self.file).map_or("", |file| file.name.as_str());
        let kind = if self.is_loss { "" } else { "note: " };
        format!("{name}:{}: {kind}{}", self.line, self.words)
    }
}

/// All workflows of these files as flows, and what is to be said of them.
pub(crate) fn translate(files: &[Source], options: &Options<'_>) -> (Vec<Made>, Vec<Remark>) {
    let report = fields::Report::new(files);
    let documents = documents::read(files, &report);
    let made = flow::all(&documents, &report, options);
    (made, report.into_remarks())
}

/// The same texts, with flows in the place of workflows; a text without any is left out, with what belongs to it. What
/// is told is said; if something would be left out, nothing is given, for it is to run now.
pub(crate) fn in_place<T>(
    texts: Vec<(T, Source)>,
    options: &Options<'_>,
    mut say: impl FnMut(&str),
) -> Option<Vec<(T, Source)>> {
    let (workflows, others): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(_, text)| is_argo(text.text()));
    let (owners, files): (Vec<T>, Vec<Source>) = workflows.into_iter().unzip();
    let (made, remarks) = translate(&files, options);
    for remark in &remarks {
        say(&remark.told(&files));
    }
    if remarks.iter().any(|remark| remark.is_loss) {
        return None;
    }
    let flows = owners.into_iter().zip(&files).enumerate().filter_map(|(file, (owner, source))| {
        let own = made.iter().filter(|made| made.file == file).map(|made| made.text.as_str());
        let own: Vec<&str> = own.collect();
        // Lines that are told are those of the flow.
        let name = format!("{} (as a flow)", source.name);
        (!own.is_empty()).then(|| (owner, Source::new(name, own.join("---\n"))))
    });
    Some(flows.collect::<Vec<_>>().into_iter().chain(others).collect())
}

#[cfg(test)]
mod tests;
