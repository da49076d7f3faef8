//! What stands in double braces.

use std::collections::BTreeMap;

use super::fields::{At, Fields, Report};
use super::text::{Part, Text, quoted};
use super::tree::{Body, Step};

/// What a text can speak of.
pub(super) struct Scope<'s, 'd> {
    /// What the template was called with.
    pub(super) parameters: BTreeMap<String, Text>,
    /// Addresses of files that it was called with.
    pub(super) artifacts: BTreeMap<String, Text>,
    /// Paths of its files, as it speaks of them.
    pub(super) paths: BTreeMap<String, Text>,
    /// The steps beside the one that speaks, or inside of the one that does.
    pub(super) steps: Vec<&'s Step<'d>>,
    /// How many loops are around those steps.
    pub(super) loops: usize,
    /// Whether the innermost loop may be spoken of.
    pub(super) has_item: bool,
}

impl<'d> Scope<'_, 'd> {
    pub(super) fn of_flow() -> Self {
        Self {
            parameters: BTreeMap::new(),
            artifacts: BTreeMap::new(),
            paths: BTreeMap::new(),
            steps: Vec::new(),
            loops: 0,
            has_item: false,
        }
    }

    /// A text with all that it speaks of. What nobody knows is told.
    pub(super) fn text(&self, source: &str, at: At, report: &Report<'_>) -> Text {
        Text::read(source, |asked| {
            let found = self.resolve(asked);
            if found.is_none() {
                report.loss(at, format!("`{{{{{asked}}}}}` is not translated: it stays as it is written"));
            }
            found
        })
    }

    fn resolve(&self, asked: &str) -> Option<Text> {
        let parts: Vec<&str> = asked.split('.').collect();
        match parts.as_slice() {
            ["inputs", "parameters", name] => self.parameters.get(*name).cloned(),
            ["inputs" | "outputs", "artifacts", name, "path"] | ["outputs", "parameters", name, "path"] => {
                self.paths.get(*name).cloned()
            }
            ["inputs", "artifacts", name] => self.artifacts.get(*name).cloned(),
            ["workflow", "parameters", name] => Some(Text::code(index("inputs", name))),
            ["workflow", "name" | "uid"] => Some(Text::code("execution.id")),
            ["workflow", "namespace"] => Some(Text::code("flow.namespace")),
            ["workflow", "creationTimestamp"] => Some(Text::code("execution.startDate")),
            ["workflow", "status"] => Some(Text::code(status("execution.state", false))),
            ["pod" | "node", "name"] => Some(Text::code("taskrun.id")),
            ["retries"] => Some(Text::code("taskrun.attemptsCount")),
            ["item"] if self.has_item => Some(Text::parts(vec![Part::Item(self.loops)])),
            ["item", keys @ ..] if self.has_item => {
                let keys: Vec<String> = keys.iter().map(|key| format!("[{}]", quoted(key))).collect();
                let keys = keys.concat();
                let (before, after) = (Part::Plain("fromJson(".to_owned()), Part::Plain(format!("){keys}")));
                Some(Text::parts(vec![before, Part::Item(self.loops), after]))
            }
            ["tasks" | "steps", name, "status"] => {
                let step = self.step(name)?;
                Some(Text::code(status(&self.state(step)?, step.may_fail())))
            }
            ["tasks" | "steps", name, "outputs", kind, of @ ..] => {
                self.output(self.step(name)?, kind, of.first())
            }
            _ => None,
        }
    }

    fn step(&self, name: &str) -> Option<&Step<'d>> {
        // What a loop gave all together has no counterpart.
        self.steps.iter().copied().find(|step| step.name == name && step.around.is_none())
    }

    /// Something that a step gave.
    fn output(&self, step: &Step<'d>, kind: &str, name: Option<&&str>) -> Option<Text> {
        let fields = step.template.fields();
        if !matches!(step.body, Body::Work) {
            return self.passed_on(step, &fields, kind, name?);
        }
        let file = match kind {
            "result" if fields.take("http").is_some() => return Some(self.given(step, ".body", "", "")),
            "result" => RESULT,
            _ => name?,
        };
        if fields.take("suspend").is_some() {
            return (kind == "parameters").then(|| self.given(step, &format!(".onResume['{file}']"), "", ""));
        }
        let file = format!(".outputFiles['{file}']");
        Some(match kind {
            "artifacts" => self.given(step, &file, "", ""),
            "result" | "parameters" => self.given(step, &file, "read(", WITHOUT_END),
            _ => return None,
        })
    }

    /// What a group gives is what one inside of it gave.
    fn passed_on(&self, step: &Step<'d>, fields: &Fields<'d>, kind: &str, name: &str) -> Option<Text> {
        let (_, output) = fields.map("outputs")?.named(kind).into_iter().find(|(own, _)| own == name)?;
        let source = match kind {
            "parameters" => output.map("valueFrom")?.text("parameter")?,
            "artifacts" => output.text("from")?,
            _ => return None,
        };
        let inner = Scope { steps: step.inner(), loops: self.loops, ..Scope::of_flow() };
        let mut is_known = true;
        let text = Text::read(&source, |asked| {
            let found = inner.resolve(asked);
            is_known &= found.is_some();
            found
        });
        is_known.then_some(text)
    }

    /// An expression over the outputs of a step, in the loops that are around both.
    fn given(&self, step: &Step<'d>, tail: &str, before: &str, after: &str) -> Text {
        let mut parts = vec![Part::Plain(format!("{before}{}", index("outputs", &step.id)))];
        for of in 0..self.loops {
            parts.extend([Part::Plain("[".to_owned()), Part::Item(of), Part::Plain("]".to_owned())]);
        }
        parts.push(Part::Plain(format!("{tail}{after}")));
        Text::parts(parts)
    }

    /// The expression for the state of a step. In a loop it has one for each value, and they cannot be told apart.
    pub(super) fn state(&self, step: &Step<'d>) -> Option<String> {
        (self.loops == 0).then(|| format!("{}.state", index("tasks", &step.id)))
    }
}

/// One end of a line is no part of an output; blanks are.
const WITHOUT_END: &str = r") | regexReplace('\n\z', '')";

/// The file in which the output of a program is kept that others ask for.
pub(super) const RESULT: &str = "result";

/// A value of a map, written as people write it.
fn index(map: &str, key: &str) -> String {
    let is_plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain { format!("{map}.{key}") } else { format!("{map}[{}]", quoted(key)) }
}

/// A state in the words of Argo. A failure that is allowed is a warning here.
fn status(state: &str, may_fail: bool) -> String {
    let warning = if may_fail { String::new() } else { format!(" or {state} == 'WARNING'") };
    format!("({state} == 'SUCCESS'{warning} ? 'Succeeded' : ({state} == 'SKIPPED' ? 'Skipped' : 'Failed'))")
}
