//! Runs a program: a machine with its own stacks, so that no recursion of a program is one of ours.
//!
//! A term is evaluated towards a *continuation*, a list of what is to be done with its value. Where a term has several
//! values, a *fork* remembers how to get the next one; when the end of the continuations is reached, or nothing comes of a
//! value, the last fork is resumed. Everything made after a fork is garbage when it is resumed, and is cut off: the stacks
//! are the garbage collector.

mod advance;
mod evaluate;
mod resume;
mod update;

use std::sync::Arc;

use super::meter::{Failure, Fallible, Meter};
use super::prelude::prelude;
use super::term::{Function, Id, Name, Operator, Program, Term};
use super::value::{Entries, Json};
use crate::expression::Error;

/// Entries of one stack.
const STACK_MAX: usize = 200_000;

/// Values that a program may give.
const OUTPUTS_MAX: usize = 100_000;

/// Where a value was found: nothing if nobody asks, null if it was computed, else the list of keys.
type Path = Option<Json>;

/// The places of things on their stacks. Zero is nothing.
type Env = u32;
type Kont = u32;
type Cell = usize;

/// What to do next.
enum Next {
    Evaluate { term: Id, env: Env, input: Json, path: Path },
    Give { value: Json, path: Path },
    Back,
}

/// A name with what it stands for.
struct Entry {
    parent: Env,
    name: Name,
    bound: Bound,
}

enum Bound {
    Value(Json),
    Closure {
        term: Id,
        env: Env,
    },
    Function(Arc<Function>),
    /// How many forks there were when the label was set.
    Label(usize),
}

struct Continuation {
    parent: Kont,
    step: Step,
}

/// A term with everything it is evaluated in.
#[derive(Clone)]
struct Frame {
    term: Id,
    env: Env,
    input: Json,
    path: Path,
}

/// What is done with a value.
#[derive(Clone)]
enum Step {
    Output,
    Pipe {
        term: Id,
        env: Env,
    },
    Bind {
        name: Name,
        body: Frame,
    },
    IndexKey {
        target: Frame,
    },
    IndexTarget {
        key: Json,
    },
    SliceFrom {
        to: Id,
        target: Frame,
    },
    SliceTo {
        from: Json,
        target: Frame,
    },
    SliceTarget {
        from: Json,
        to: Json,
    },
    Iterate,
    Negate {
        path: Path,
    },
    Right {
        operator: Operator,
        left: Id,
        env: Env,
        input: Json,
        path: Path,
    },
    Left {
        operator: Operator,
        right: Json,
        path: Path,
    },
    Logic {
        is_or: bool,
        right: Frame,
    },
    Truth {
        path: Path,
    },
    Condition {
        then: Id,
        otherwise: Id,
        env: Env,
        input: Json,
        path: Path,
    },
    Alternative {
        cell: Cell,
        handler: u32,
    },
    EndTry {
        handler: u32,
    },
    Collect {
        cell: Cell,
    },
    FoldStart {
        frame: Frame,
    },
    ReduceItem {
        cell: Cell,
        name: Name,
        update: Id,
        env: Env,
    },
    ReduceStore {
        cell: Cell,
    },
    ForeachItem {
        cell: Cell,
        name: Name,
        update: Id,
        extract: Id,
        env: Env,
    },
    ForeachStore {
        cell: Cell,
        extract: Id,
        env: Env,
    },
    ObjectKey {
        entries: Id,
        index: usize,
        done: Arc<Entries>,
        env: Env,
        input: Json,
        path: Path,
    },
    ObjectValue {
        key: Arc<str>,
        entries: Id,
        index: usize,
        done: Arc<Entries>,
        env: Env,
        input: Json,
        path: Path,
    },
    Interpolate {
        pieces: Id,
        index: usize,
        done: Arc<str>,
        env: Env,
        input: Json,
        path: Path,
    },
    CallArgument {
        call: Arc<CallState>,
    },
    NativeArgument {
        term: Id,
        done: Arc<Vec<Json>>,
        env: Env,
        input: Json,
        path: Path,
    },
    EndPath {
        path: Path,
    },
    GetPath {
        input: Json,
        path: Path,
    },
    AssignValue {
        paths: Id,
        env: Env,
        input: Json,
        path: Path,
    },
    UpdatePath {
        cell: Cell,
    },
    UpdateStore {
        cell: Cell,
    },
    RangeFrom {
        to: Id,
        env: Env,
        input: Json,
        path: Path,
    },
    RangeTo {
        from: f64,
        path: Path,
    },
    LimitCount {
        term: Id,
        env: Env,
        input: Json,
        path: Path,
    },
    LimitItem {
        cell: Cell,
        count: u64,
        forks: usize,
    },
}

/// A call whose arguments are being evaluated.
struct CallState {
    function: Arc<Function>,
    arguments: Arc<[Id]>,
    index: usize,
    /// What the function sees so far.
    callee: Env,
    caller: Env,
    input: Json,
    path: Path,
}

/// What a term remembers between its values.
enum Store {
    Items(Vec<Json>),
    State(Json, Path),
    /// The state, and the one that the update gave.
    Reduce(Option<(Json, Path)>, Option<(Json, Path)>),
    Seen(bool),
    Count(u64),
    Update(Box<update::Update>),
}

struct Fork {
    kont: Kont,
    handler: u32,
    marks: Marks,
    resume: Resume,
}

/// The heights of the stacks.
#[derive(Clone, Copy)]
struct Marks {
    entries: usize,
    continuations: usize,
    cells: usize,
    handlers: usize,
}

enum Resume {
    Evaluate(Frame),
    Items { value: Json, index: usize, path: Path },
    Range { next: f64, to: f64, path: Path },
    Collected { cell: Cell, path: Path },
    Reduced { cell: Cell },
    ReduceStep { cell: Cell },
    Alternative { cell: Cell, otherwise: Frame },
    PathsFound { cell: Cell, update: Id, env: Env },
    UpdateStep { cell: Cell },
}

/// Who catches errors.
struct Handler {
    parent: u32,
    kont: Kont,
    forks: usize,
    marks: Marks,
    action: Action,
}

enum Action {
    /// Nothing comes of it.
    Silence,
    /// The term is evaluated with the message as its input.
    Catch { term: Id, env: Env, path: Path },
    /// The term is evaluated instead.
    Instead(Frame),
}

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
        if here == top && here >= needed {
            if let Some(Continuation { parent, step }) = self.continuations.pop() {
                self.kont = parent;
                return step;
            }
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

    /// The value, closure, function or label of a name.
    fn look_up(&self, mut env: Env, name: Name) -> Option<(Env, &Bound)> {
        while let Some(entry) = (env as usize).checked_sub(1).and_then(|index| self.entries.get(index)) {
            if entry.name == name {
                return Some((env, &entry.bound));
            }
            env = entry.parent;
        }
        None
    }
}

impl Frame {
    fn start(self) -> Next {
        Next::Evaluate { term: self.term, env: self.env, input: self.input, path: self.path }
    }
}

/// The path of a value that was computed, not found.
fn computed(path: &Path) -> Path {
    path.as_ref().map(|_| Json::Null)
}
