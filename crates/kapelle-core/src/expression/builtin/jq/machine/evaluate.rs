//! What each term does first.

use std::sync::Arc;

use super::Machine;
use super::state::{Action, Bound, CallState, Entry, Env, Frame, Next, Path, Resume, Step, Store, computed};
use crate::expression::builtin::jq::meter::{Fallible, raised};
use crate::expression::builtin::jq::natives;
use crate::expression::builtin::jq::prelude::prelude;
use crate::expression::builtin::jq::term::{Function, Id, Term};
use crate::expression::builtin::jq::value::{Entries, Json};

impl Machine<'_, '_, '_, '_> {
    pub(super) fn evaluate(&mut self, id: Id, env: Env, input: Json, path: Path) -> Fallible<Next> {
        let frame = |term: Id, input: &Json, path: &Path| Frame {
            term,
            env,
            input: input.clone(),
            path: path.clone(),
        };
        Ok(match self.term(id) {
            Term::Identity => Next::Give { value: input, path },
            Term::Empty => Next::Back,
            Term::Literal(value) => Next::Give { value: value.clone(), path: computed(&path) },
            Term::Variable(name) => {
                let found = self.look_up(env, *name)?;
                let value = match self.bound(found) {
                    Some(Bound::Value(value)) => value.clone(),
                    _ => Json::Null,
                };
                Next::Give { value, path: computed(&path) }
            }
            Term::Pipe(first, second) => {
                self.push(Step::Pipe { term: *second, env });
                Next::Evaluate { term: *first, env, input, path }
            }
            Term::Comma(first, second) => {
                let second = frame(*second, &input, &path);
                self.fork(Resume::Evaluate(second));
                Next::Evaluate { term: *first, env, input, path }
            }
            Term::Index { target, key } => {
                self.push(Step::IndexKey { target: frame(*target, &input, &path) });
                Next::Evaluate { term: *key, env, input, path: None }
            }
            Term::Slice { target, from, to } => {
                self.push(Step::SliceFrom { to: *to, target: frame(*target, &input, &path) });
                Next::Evaluate { term: *from, env, input, path: None }
            }
            Term::Iterate(target) => {
                self.push(Step::Iterate);
                Next::Evaluate { term: *target, env, input, path }
            }
            Term::Negate(term) => {
                self.push(Step::Negate { path: computed(&path) });
                Next::Evaluate { term: *term, env, input, path: None }
            }
            Term::Binary(operator, left, right) => {
                let path = computed(&path);
                self.push(Step::Right { operator: *operator, left: *left, env, input: input.clone(), path });
                Next::Evaluate { term: *right, env, input, path: None }
            }
            Term::And(left, right) | Term::Or(left, right) => {
                let is_or = matches!(self.term(id), Term::Or(..));
                self.push(Step::Logic { is_or, right: frame(*right, &input, &path) });
                Next::Evaluate { term: *left, env, input, path: None }
            }
            Term::Alternative(first, second) => {
                let cell = self.cell(Store::Seen(false));
                let otherwise = frame(*second, &input, &path);
                self.fork(Resume::Alternative { cell, otherwise });
                let handler = self.handler;
                self.handle(Action::Silence);
                self.push(Step::Alternative { cell, handler });
                Next::Evaluate { term: *first, env, input, path }
            }
            Term::If { condition, then, otherwise } => {
                let step = Step::Condition {
                    then: *then,
                    otherwise: *otherwise,
                    env,
                    input: input.clone(),
                    path: path.clone(),
                };
                self.push(step);
                Next::Evaluate { term: *condition, env, input, path: None }
            }
            Term::Try { body, handler } => {
                let action = match handler {
                    None => Action::Silence,
                    Some(term) => Action::Catch { term: *term, env, path: path.clone() },
                };
                let outer = self.handler;
                self.handle(action);
                self.push(Step::EndTry { handler: outer });
                Next::Evaluate { term: *body, env, input, path }
            }
            Term::Either(first, second) => {
                let outer = self.handler;
                self.handle(Action::Instead(frame(*second, &input, &path)));
                self.push(Step::EndTry { handler: outer });
                Next::Evaluate { term: *first, env, input, path }
            }
            Term::Bind { source, name, body } => {
                self.push(Step::Bind { name: *name, body: frame(*body, &input, &path) });
                Next::Evaluate { term: *source, env, input, path: None }
            }
            Term::Reduce { start, .. } | Term::Foreach { start, .. } => {
                self.push(Step::FoldStart { frame: frame(id, &input, &path) });
                Next::Evaluate { term: *start, env, input, path }
            }
            Term::Label { name, body } => {
                let env = self.bind(env, *name, Bound::Label(self.forks.len()));
                Next::Evaluate { term: *body, env, input, path }
            }
            Term::Break(name) => {
                let found = self.look_up(env, *name)?;
                if let Some(Bound::Label(forks)) = self.bound(found) {
                    let forks = *forks;
                    self.forks.truncate(forks);
                }
                Next::Back
            }
            Term::Collect(term) => {
                let cell = self.cell(Store::Items(Vec::new()));
                self.fork(Resume::Collected { cell, path: computed(&path) });
                self.push(Step::Collect { cell });
                Next::Evaluate { term: *term, env, input, path: None }
            }
            Term::Object(_) => self.object(id, 0, Arc::default(), env, input, path)?,
            Term::Interpolate { pieces, .. } => {
                self.interpolate(id, pieces.len(), "".into(), env, input, path)?
            }
            Term::Format(name) => {
                let text = natives::format(name, &input, self.meter)?;
                Next::Give { value: Json::text(text), path: computed(&path) }
            }
            Term::Define { function, rest } => {
                let env = self.bind(env, function.name, Bound::Function(Arc::clone(function)));
                Next::Evaluate { term: *rest, env, input, path }
            }
            Term::Call { name, arguments } => self.call_named(*name, arguments, env, input, path)?,
            Term::Parameter(name) => {
                let found = self.look_up(env, *name)?;
                match self.bound(found) {
                    Some(Bound::Closure { term, env }) => {
                        Next::Evaluate { term: *term, env: *env, input, path }
                    }
                    _ => Next::Back,
                }
            }
            Term::Global { function, arguments } => match prelude().functions.get(*function) {
                Some(function) => self.call(Arc::clone(function), arguments, 0, env, input, path),
                None => Next::Back,
            },
            Term::Native { .. } => self.native(id, Arc::default(), env, input, path)?,
            Term::Path(term) => {
                self.push(Step::EndPath { path: computed(&path) });
                let start = Some(Json::list(Vec::new())?);
                Next::Evaluate { term: *term, env, input, path: start }
            }
            Term::GetPath(term) => {
                self.push(Step::GetPath { input: input.clone(), path });
                Next::Evaluate { term: *term, env, input, path: None }
            }
            Term::Assign { paths, value } => {
                self.push(Step::AssignValue {
                    paths: *paths,
                    env,
                    input: input.clone(),
                    path: computed(&path),
                });
                Next::Evaluate { term: *value, env, input, path: None }
            }
            Term::Update { paths, update } => {
                self.start_update(*paths, Some(*update), None, env, input, computed(&path))?
            }
            Term::Range(from, to) => {
                let path = computed(&path);
                self.push(Step::RangeFrom { to: *to, env, input: input.clone(), path });
                Next::Evaluate { term: *from, env, input, path: None }
            }
            Term::Limit(count, term) => {
                self.push(Step::LimitCount { term: *term, env, input: input.clone(), path });
                Next::Evaluate { term: *count, env, input, path: None }
            }
        })
    }

    /// An object from its first entry to its last; `index` of them are done.
    pub(super) fn object(
        &mut self,
        id: Id,
        index: usize,
        done: Arc<Entries>,
        env: Env,
        input: Json,
        path: Path,
    ) -> Fallible<Next> {
        let Term::Object(entries) = self.term(id) else { return Ok(Next::Back) };
        let Some((key, _)) = entries.get(index) else {
            let entries = Arc::unwrap_or_clone(done);
            return Ok(Next::Give { value: Json::map(entries)?, path: computed(&path) });
        };
        self.push(Step::ObjectKey { entries: id, index, done, env, input: input.clone(), path });
        Ok(Next::Evaluate { term: *key, env, input, path: None })
    }

    /// A text from its last piece to its first.
    pub(super) fn interpolate(
        &mut self,
        id: Id,
        index: usize,
        done: Arc<str>,
        env: Env,
        input: Json,
        path: Path,
    ) -> Fallible<Next> {
        use crate::expression::builtin::jq::term::Piece;
        let Term::Interpolate { pieces, .. } = self.term(id) else { return Ok(Next::Back) };
        match index.checked_sub(1).and_then(|index| pieces.get(index)) {
            None => Ok(Next::Give { value: Json::Text(done), path: computed(&path) }),
            Some(Piece::Text(text)) => {
                self.meter.bytes(text.len() + done.len())?;
                let done = [&**text, &*done].concat().into();
                self.interpolate(id, index - 1, done, env, input, path)
            }
            Some(Piece::Term(term)) => {
                let step =
                    Step::Interpolate { pieces: id, index: index - 1, done, env, input: input.clone(), path };
                self.push(step);
                Ok(Next::Evaluate { term: *term, env, input, path: None })
            }
        }
    }

    fn call_named(
        &mut self,
        name: u32,
        arguments: &[Id],
        env: Env,
        input: Json,
        path: Path,
    ) -> Fallible<Next> {
        let mut at = env;
        // Functions of one name differ in the number of their arguments.
        loop {
            let found = self.look_up(at, name)?;
            let Some(Entry { parent, bound, .. }) = self.entry(found) else { break };
            if let Bound::Function(function) = bound
                && function.parameters.len() == arguments.len()
            {
                let function = Arc::clone(function);
                return Ok(self.call(function, arguments, found, env, input, path));
            }
            at = *parent;
        }
        Err(raised("a function of the jq program is not there"))
    }

    fn call(
        &mut self,
        function: Arc<Function>,
        arguments: &[Id],
        callee: Env,
        caller: Env,
        input: Json,
        path: Path,
    ) -> Next {
        let state =
            CallState { function, arguments: arguments.into(), index: 0, callee, caller, input, path };
        self.go_on_calling(state)
    }

    /// Binds arguments until one has to be evaluated, or all are there.
    pub(super) fn go_on_calling(&mut self, mut state: CallState) -> Next {
        while let (Some(parameter), Some(argument)) =
            (state.function.parameters.get(state.index), state.arguments.get(state.index))
        {
            if parameter.is_variable {
                let next = Next::Evaluate {
                    term: *argument,
                    env: state.caller,
                    input: state.input.clone(),
                    path: None,
                };
                self.push(Step::CallArgument { call: Arc::new(state) });
                return next;
            }
            let bound = Bound::Closure { term: *argument, env: state.caller };
            state.callee = self.bind(state.callee, parameter.name, bound);
            state.index += 1;
        }
        Next::Evaluate { term: state.function.body, env: state.callee, input: state.input, path: state.path }
    }

    /// Calls a native function when all its arguments are there, the first one outermost.
    pub(super) fn native(
        &mut self,
        id: Id,
        done: Arc<Vec<Json>>,
        env: Env,
        input: Json,
        path: Path,
    ) -> Fallible<Next> {
        let Term::Native { native, arguments } = self.term(id) else { return Ok(Next::Back) };
        let Some(argument) = arguments.get(done.len()) else {
            let value = (native.call)(&input, &done, self.meter)?;
            return Ok(Next::Give { value, path: computed(&path) });
        };
        self.push(Step::NativeArgument { term: id, done, env, input: input.clone(), path });
        Ok(Next::Evaluate { term: *argument, env, input, path: None })
    }
}
