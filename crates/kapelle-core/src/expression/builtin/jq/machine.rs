//! Runs a program: a machine with its own stacks, so that no recursion of a program is one of ours.
//!
//! A term is evaluated towards a *continuation*, a list of what is to be done with its value. Where a term has several
//! values, a *fork* remembers how to get the next one; when the end of the continuations is reached, or nothing comes of a
//! value, the last fork is resumed. Everything made after a fork is garbage when it is resumed, and is cut off: the stacks
//! are the garbage collector.

mod advance;
mod evaluate;
mod resume;
mod state;
mod update;

use super::meter::{Failure, Fallible, Meter};
use super::prelude::prelude;
use super::term::{Id, Name, Program, Term};
use super::value::Json;
use crate::expression::Error;
use state::{
    Action, Bound, Cell, Continuation, Entry, Env, Fork, Handler, Kont, Marks, Next, Resume, Step, Store,
    computed,
};

/// Entries of one stack.
const STACK_MAX: usize = 200_000;

/// Names that are passed in one turn.
const NAMES_PER_TURN: u64 = 16;

/// Values that a program may give.
const OUTPUTS_MAX: usize = 100_000;

pub(super) struct Machine<'p, 'c, 'm, 'e> {
    program: &'p Program,
    meter: &'c mut Meter<'m, 'e>,
    entries: Vec<Entry>,
    continuations: Vec<Continuation>,
    cells: Vec<Store>,
    handlers: Vec<Handler>,
    forks: Vec<Fork>,
    kont: Kont,
    handler: u32,
    outputs: Vec<Json>,
}

impl<'p, 'c, 'm, 'e> Machine<'p, 'c, 'm, 'e> {
    pub(super) fn new(program: &'p Program, meter: &'c mut Meter<'m, 'e>) -> Self {
        Self {
            program,
            meter,
            entries: Vec::new(),
            continuations: vec![Continuation { parent: 0, step: Step::Output }],
            cells: Vec::new(),
            handlers: Vec::new(),
            forks: Vec::new(),
            kont: 0,
            handler: 0,
            outputs: Vec::new(),
        }
    }

    /// All values that the program gives for `input`.
    pub(super) fn run(mut self, input: Json) -> Fallible<Vec<Json>> {
        let mut next = Next::Evaluate { term: self.program.root, env: 0, input, path: None };
        loop {
            self.meter.step(1)?;
            let done = match next {
                Next::Evaluate { term, env, input, path } => self.evaluate(term, env, input, path),
                Next::Give { value, path } => self.advance(value, path),
                Next::Back => match self.forks.pop() {
                    None => return Ok(self.outputs),
                    Some(fork) => self.resume(fork),
                },
            };
            next = match done {
                Ok(next) => next,
                // An error of nothing is no error: nothing comes of it.
                Err(Failure::Raised(Json::Null)) => Next::Back,
                Err(Failure::Raised(message)) => self.raise(message)?,
                Err(refused) => return Err(refused),
            };
            let calls = self.entries.len().max(self.continuations.len()).max(self.forks.len());
            if calls.max(self.cells.len()).max(self.handlers.len()) > STACK_MAX {
                return Err(Error::limit("the jq program calls itself too often").into());
            }
        }
    }

    fn term(&self, id: Id) -> &'p Term {
        const NOTHING: &Term = &Term::Empty;
        let terms = if id < self.program.first { &prelude().terms } else { &self.program.terms };
        let index = if id < self.program.first { id } else { id - self.program.first };
        terms.get(index as usize).unwrap_or(NOTHING)
    }

    /// Takes the next step off. What no fork needs any more is removed, so that loops without forks need no memory.
    fn pop(&mut self) -> Step {
        let top = self.continuations.len() - 1;
        let here = self.kont as usize;
        let needed = self.forks.last().map_or(1, |fork| fork.marks.continuations);
        if here == top
            && here >= needed
            && let Some(Continuation { parent, step }) = self.continuations.pop()
        {
            self.kont = parent;
            return step;
        }
        match self.continuations.get(here) {
            None => Step::Output,
            Some(continuation) => {
                self.kont = continuation.parent;
                continuation.step.clone()
            }
        }
    }

    fn push(&mut self, step: Step) {
        self.continuations.push(Continuation { parent: self.kont, step });
        self.kont = (self.continuations.len() - 1) as Kont;
    }

    fn bind(&mut self, parent: Env, name: Name, bound: Bound) -> Env {
        self.entries.push(Entry { parent, name, bound });
        self.entries.len() as Env
    }

    fn cell(&mut self, store: Store) -> Cell {
        self.cells.push(store);
        self.cells.len() - 1
    }

    fn marks(&self) -> Marks {
        Marks {
            entries: self.entries.len(),
            continuations: self.continuations.len(),
            cells: self.cells.len(),
            handlers: self.handlers.len(),
        }
    }

    fn cut(&mut self, marks: Marks) {
        self.entries.truncate(marks.entries);
        self.continuations.truncate(marks.continuations);
        self.cells.truncate(marks.cells);
        self.handlers.truncate(marks.handlers);
    }

    fn fork(&mut self, resume: Resume) {
        let fork = Fork { kont: self.kont, handler: self.handler, marks: self.marks(), resume };
        self.forks.push(fork);
    }

    /// From here on errors are caught. Zero is nobody, so handlers are counted from one.
    fn handle(&mut self, action: Action) {
        let handler = Handler {
            parent: self.handler,
            kont: self.kont,
            forks: self.forks.len(),
            marks: self.marks(),
            action,
        };
        self.handlers.push(handler);
        self.handler = self.handlers.len() as u32;
    }

    /// Goes on at the innermost handler, or fails if there is none.
    fn raise(&mut self, message: Json) -> Fallible<Next> {
        let index = (self.handler as usize).checked_sub(1);
        let Some(index) = index.filter(|index| *index < self.handlers.len()) else {
            return Err(Failure::Raised(message));
        };
        self.handlers.truncate(index + 1);
        let Some(handler) = self.handlers.pop() else { return Err(Failure::Raised(message)) };
        self.forks.truncate(handler.forks);
        self.cut(handler.marks);
        self.kont = handler.kont;
        self.handler = handler.parent;
        Ok(match handler.action {
            Action::Silence => Next::Back,
            Action::Catch { term, env, path } => {
                Next::Evaluate { term, env, input: message, path: computed(&path) }
            }
            Action::Instead(frame) => frame.start(),
        })
    }

    /// Where the value, closure, function or label of a name is; nowhere is zero. A program may define thousands of names, so
    /// that looking for one of them is work.
    fn look_up(&mut self, mut env: Env, name: Name) -> Fallible<Env> {
        let mut passed = 0;
        while let Some(entry) = self.entry(env) {
            if entry.name == name {
                break;
            }
            passed += 1;
            env = entry.parent;
        }
        if passed >= NAMES_PER_TURN {
            self.meter.step(passed / NAMES_PER_TURN)?;
        }
        Ok(env)
    }

    fn entry(&self, env: Env) -> Option<&Entry> {
        self.entries.get((env as usize).checked_sub(1)?)
    }

    fn bound(&self, env: Env) -> Option<&Bound> {
        self.entry(env).map(|entry| &entry.bound)
    }
}
