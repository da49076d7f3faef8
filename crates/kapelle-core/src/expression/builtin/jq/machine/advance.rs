//! What is done with the value of a term.

use std::sync::Arc;

use super::state::{Bound, CallState, Frame, Next, Path, Resume, Step, Store, computed};
use super::{Machine, OUTPUTS_MAX};
use crate::expression::Error;
use crate::expression::builtin::jq::meter::{Fallible, raised};
use crate::expression::builtin::jq::term::Term;
use crate::expression::builtin::jq::value::{CELL, Entries, Json};
use crate::expression::builtin::jq::{natives, operators, paths, text};

impl Machine<'_, '_, '_, '_> {
    pub(super) fn advance(&mut self, value: Json, path: Path) -> Fallible<Next> {
        Ok(match self.pop() {
            Step::Output => {
                if self.outputs.len() >= OUTPUTS_MAX {
                    return Err(
                        Error::limit(format!("the jq program gives more than {OUTPUTS_MAX} values")).into()
                    );
                }
                self.meter.keep(value.weight())?;
                self.outputs.push(value);
                Next::Back
            }
            Step::Pipe { term, env } => Next::Evaluate { term, env, input: value, path },
            Step::Bind { name, mut body } => {
                body.env = self.bind(body.env, name, Bound::Value(value));
                body.start()
            }
            Step::IndexKey { target } => {
                self.push(Step::IndexTarget { key: value });
                target.start()
            }
            Step::IndexTarget { key } => {
                let member = paths::index(&value, &key, self.meter)?;
                let path = self.longer(path, &key, &value)?;
                Next::Give { value: member, path }
            }
            Step::SliceFrom { to, target } => {
                let next =
                    Next::Evaluate { term: to, env: target.env, input: target.input.clone(), path: None };
                self.push(Step::SliceTo { from: value, target });
                next
            }
            Step::SliceTo { from, target } => {
                self.push(Step::SliceTarget { from, to: value });
                target.start()
            }
            Step::SliceTarget { from, to } => {
                let part = paths::slice(&value, &from, &to, self.meter)?;
                let path = if path.is_some() {
                    let key = Json::map(Entries::from_iter([("start".into(), from), ("end".into(), to)]))?;
                    self.longer(path, &key, &value)?
                } else {
                    None
                };
                Next::Give { value: part, path }
            }
            Step::Iterate => {
                if !matches!(value, Json::List(_) | Json::Map(_)) {
                    return Err(raised(format!("Cannot iterate over {}", value.shown())));
                }
                if path.as_ref().is_some_and(|path| matches!(path, Json::Null)) {
                    return Err(raised(format!(
                        "Invalid path expression near attempt to iterate through {}",
                        shown(&value)
                    )));
                }
                self.items(value, 0, path)?
            }
            Step::Negate { path } => Next::Give { value: operators::negate(&value)?, path },
            Step::Right { operator, left, env, input, path } => {
                self.push(Step::Left { operator, right: value, path });
                Next::Evaluate { term: left, env, input, path: None }
            }
            Step::Left { operator, right, path } => {
                Next::Give { value: operators::apply(operator, &value, &right, self.meter)?, path }
            }
            Step::Logic { is_or, right } => {
                let path = computed(&right.path);
                if value.is_true() == is_or {
                    Next::Give { value: Json::Bool(is_or), path }
                } else {
                    self.push(Step::Truth { path });
                    Frame { path: None, ..right }.start()
                }
            }
            Step::Truth { path } => Next::Give { value: Json::Bool(value.is_true()), path },
            Step::Condition { then, otherwise, env, input, path } => {
                Next::Evaluate { term: if value.is_true() { then } else { otherwise }, env, input, path }
            }
            Step::Alternative { cell, handler } => {
                if !value.is_true() {
                    return Ok(Next::Back);
                }
                self.cells[cell] = Store::Seen(true);
                self.handler = handler;
                Next::Give { value, path }
            }
            Step::EndTry { handler } => {
                self.handler = handler;
                Next::Give { value, path }
            }
            Step::Collect { cell } => {
                self.meter.bytes(CELL)?;
                if let Some(Store::Items(items)) = self.cells.get_mut(cell) {
                    items.push(value);
                }
                Next::Back
            }
            Step::FoldStart { frame } => self.start_fold(frame, value, path),
            Step::ReduceItem { cell, name, update, env } => {
                let state = match self.cells.get_mut(cell) {
                    Some(Store::Reduce(state, _)) => state.take(),
                    _ => None,
                };
                let (input, path) = state.unwrap_or((Json::Null, None));
                self.fork(Resume::ReduceStep { cell });
                let env = self.bind(env, name, Bound::Value(value));
                self.push(Step::ReduceStore { cell });
                Next::Evaluate { term: update, env, input, path }
            }
            Step::ReduceStore { cell } => {
                if let Some(Store::Reduce(_, new)) = self.cells.get_mut(cell) {
                    *new = Some((value, path));
                }
                Next::Back
            }
            Step::ForeachItem { cell, name, update, extract, env } => {
                let (input, path) = match self.cells.get(cell) {
                    Some(Store::State(state, path)) => (state.clone(), path.clone()),
                    _ => (Json::Null, None),
                };
                let env = self.bind(env, name, Bound::Value(value));
                self.push(Step::ForeachStore { cell, extract, env });
                Next::Evaluate { term: update, env, input, path }
            }
            Step::ForeachStore { cell, extract, env } => {
                self.cells[cell] = Store::State(value.clone(), path.clone());
                Next::Evaluate { term: extract, env, input: value, path }
            }
            Step::ObjectKey { entries, index, done, env, input, path } => {
                let Json::Text(key) = value else {
                    return Err(raised(format!("Cannot use {} as object key", value.shown())));
                };
                let Term::Object(terms) = self.term(entries) else { return Ok(Next::Back) };
                let Some((_, term)) = terms.get(index) else { return Ok(Next::Back) };
                self.push(Step::ObjectValue { key, entries, index, done, env, input: input.clone(), path });
                Next::Evaluate { term: *term, env, input, path: None }
            }
            Step::ObjectValue { key, entries, index, done, env, input, path } => {
                if Arc::strong_count(&done) > 1 {
                    self.meter.bytes(done.len() * 64)?;
                }
                let mut done = Arc::unwrap_or_clone(done);
                // Of two entries with one key the last one counts.
                done.insert(key, value);
                self.object(entries, index + 1, Arc::new(done), env, input, path)?
            }
            Step::Interpolate { pieces, index, done, env, input, path } => {
                let Term::Interpolate { format, .. } = self.term(pieces) else { return Ok(Next::Back) };
                let piece = match format {
                    None => text::to_text(&value, self.meter)?,
                    Some(format) => natives::format(format, &value, self.meter)?,
                };
                self.meter.bytes(piece.len() + done.len())?;
                let done = [&*piece, &*done].concat().into();
                self.interpolate(pieces, index, done, env, input, path)?
            }
            Step::CallArgument { call } => {
                let name = call.function.parameters.get(call.index).map_or(0, |parameter| parameter.name);
                let callee = self.bind(call.callee, name, Bound::Value(value));
                self.go_on_calling(CallState {
                    function: Arc::clone(&call.function),
                    arguments: Arc::clone(&call.arguments),
                    index: call.index + 1,
                    callee,
                    caller: call.caller,
                    input: call.input.clone(),
                    path: call.path.clone(),
                })
            }
            Step::NativeArgument { term, done, env, input, path } => {
                let mut done = Arc::unwrap_or_clone(done);
                done.push(value);
                self.native(term, Arc::new(done), env, input, path)?
            }
            Step::EndPath { path: outer } => match path {
                Some(keys @ Json::List(_)) => Next::Give { value: keys, path: outer },
                _ => return Err(raised(format!("Invalid path expression with result {}", shown(&value)))),
            },
            Step::GetPath { input, path } => {
                let keys = paths::keys(&value)?;
                let found = paths::get(&input, keys, self.meter)?;
                let path = match path {
                    Some(Json::Null) => {
                        let message = format!("Invalid path expression with result {}", shown(&input));
                        return Err(raised(message));
                    }
                    Some(path) => Some(operators::add(&path, &value, self.meter)?),
                    None => None,
                };
                Next::Give { value: found, path }
            }
            Step::AssignValue { paths, env, input, path } => {
                self.start_update(paths, None, Some(value), env, input, path)?
            }
            Step::UpdatePath { cell } => self.path_found(cell, &value, path)?,
            Step::UpdateStore { cell } => self.updated(cell, value)?,
            Step::RangeFrom { to, env, input, path } => {
                let from = bound(&value)?;
                self.push(Step::RangeTo { from, path });
                Next::Evaluate { term: to, env, input, path: None }
            }
            Step::RangeTo { from, path } => self.range(from, bound(&value)?, &path),
            Step::LimitCount { term, env, input, path } => {
                let count = bound(&value)?;
                if count == 0.0 {
                    return Ok(Next::Back);
                }
                if count.is_nan() || count < 0.0 {
                    // No limit at all.
                    return Ok(Next::Evaluate { term, env, input, path });
                }
                let cell = self.cell(Store::Count(0));
                self.push(Step::LimitItem { cell, count: count.ceil() as u64, forks: self.forks.len() });
                Next::Evaluate { term, env, input, path }
            }
            Step::LimitItem { cell, count, forks } => {
                let Some(Store::Count(seen)) = self.cells.get_mut(cell) else { return Ok(Next::Back) };
                *seen += 1;
                if *seen >= count {
                    self.forks.truncate(forks);
                }
                Next::Give { value, path }
            }
        })
    }

    /// The path of a member, if anybody wants it.
    fn longer(&mut self, path: Path, key: &Json, value: &Json) -> Fallible<Path> {
        match path {
            None => Ok(None),
            Some(Json::List(keys)) => {
                self.meter.bytes((keys.items.len() + 1) * CELL)?;
                let mut keys = keys.items.clone();
                keys.push(key.clone());
                let path = Json::list(keys)?;
                paths::keys(&path)?;
                Ok(Some(path))
            }
            Some(_) => {
                let what = shown(key);
                let message = format!(
                    "Invalid path expression near attempt to access element {what} of {}",
                    shown(value)
                );
                Err(raised(message))
            }
        }
    }

    /// The sources of `reduce` and `foreach` are gone through with the state in a cell.
    fn start_fold(&mut self, frame: Frame, state: Json, path: Path) -> Next {
        let Frame { term, env, input, .. } = frame;
        let source = match self.term(term) {
            Term::Reduce { source, name, update, .. } => {
                let cell = self.cell(Store::Reduce(Some((state, path)), None));
                self.fork(Resume::Reduced { cell });
                self.push(Step::ReduceItem { cell, name: *name, update: *update, env });
                *source
            }
            Term::Foreach { source, name, update, extract, .. } => {
                let cell = self.cell(Store::State(state, path));
                self.push(Step::ForeachItem { cell, name: *name, update: *update, extract: *extract, env });
                *source
            }
            _ => return Next::Back,
        };
        Next::Evaluate { term: source, env, input, path: None }
    }
}

fn bound(value: &Json) -> Fallible<f64> {
    value.as_float().ok_or_else(|| raised("Range bounds must be numeric"))
}

fn shown(value: &Json) -> String {
    let shown = value.shown();
    let start = value.kind().len() + 2;
    shown.get(start..shown.len() - 1).unwrap_or(&shown).to_owned()
}
