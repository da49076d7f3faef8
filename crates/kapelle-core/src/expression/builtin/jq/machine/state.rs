//! What the machine has on its stacks.

use std::sync::Arc;

use super::update::Update;
use crate::expression::builtin::jq::term::{Function, Id, Name, Operator};
use crate::expression::builtin::jq::value::{Entries, Json};

/// Where a value was found: nothing if nobody asks, null if it was computed, else the list of keys.
pub(super) type Path = Option<Json>;

/// The places of things on their stacks. Zero is nothing.
pub(super) type Env = u32;
pub(super) type Kont = u32;
pub(super) type Cell = usize;

/// What to do next.
pub(super) enum Next {
    Evaluate { term: Id, env: Env, input: Json, path: Path },
    Give { value: Json, path: Path },
    Back,
}

/// A name with what it stands for.
pub(super) struct Entry {
    pub(super) parent: Env,
    pub(super) name: Name,
    pub(super) bound: Bound,
}

pub(super) enum Bound {
    Value(Json),
    Closure {
        term: Id,
        env: Env,
    },
    Function(Arc<Function>),
    /// How many forks there were when the label was set.
    Label(usize),
}

pub(super) struct Continuation {
    pub(super) parent: Kont,
    pub(super) step: Step,
}

/// A term with everything it is evaluated in.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) term: Id,
    pub(super) env: Env,
    pub(super) input: Json,
    pub(super) path: Path,
}

/// What is done with a value.
#[derive(Clone)]
pub(super) enum Step {
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
pub(super) struct CallState {
    pub(super) function: Arc<Function>,
    pub(super) arguments: Arc<[Id]>,
    pub(super) index: usize,
    /// What the function sees so far.
    pub(super) callee: Env,
    pub(super) caller: Env,
    pub(super) input: Json,
    pub(super) path: Path,
}

/// What a term remembers between its values.
pub(super) enum Store {
    Items(Vec<Json>),
    State(Json, Path),
    /// The state, and the one that the update gave.
    Reduce(Option<(Json, Path)>, Option<(Json, Path)>),
    Seen(bool),
    Count(u64),
    Update(Box<Update>),
}

pub(super) struct Fork {
    pub(super) kont: Kont,
    pub(super) handler: u32,
    pub(super) marks: Marks,
    pub(super) resume: Resume,
}

/// The heights of the stacks.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    pub(super) entries: usize,
    pub(super) continuations: usize,
    pub(super) cells: usize,
    pub(super) handlers: usize,
}

pub(super) enum Resume {
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
pub(super) struct Handler {
    pub(super) parent: u32,
    pub(super) kont: Kont,
    pub(super) forks: usize,
    pub(super) marks: Marks,
    pub(super) action: Action,
}

pub(super) enum Action {
    /// Nothing comes of it.
    Silence,
    /// The term is evaluated with the message as its input.
    Catch { term: Id, env: Env, path: Path },
    /// The term is evaluated instead.
    Instead(Frame),
}

impl Frame {
    pub(super) fn start(self) -> Next {
        Next::Evaluate { term: self.term, env: self.env, input: self.input, path: self.path }
    }
}

/// The path of a value that was computed, not found.
pub(super) fn computed(path: &Path) -> Path {
    path.as_ref().map(|_| Json::Null)
}
