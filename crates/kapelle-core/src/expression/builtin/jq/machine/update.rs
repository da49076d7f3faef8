//! `|=` and `=`: the paths are found first, then the value is changed at one after the other, in place.

use super::Machine;
use super::state::{Cell, Env, Kont, Marks, Next, Path, Resume, Step, Store};
use crate::expression::builtin::jq::meter::{Fallible, raised};
use crate::expression::builtin::jq::paths;
use crate::expression::builtin::jq::term::Id;
use crate::expression::builtin::jq::value::{CELL, Json};

pub(super) struct Update {
    state: Json,
    /// Where the result goes, and its path.
    kont: Kont,
    handler: u32,
    path: Path,
    paths: Vec<Json>,
    index: usize,
    /// What `=` puts in all places.
    value: Option<Json>,
    /// What `|=` evaluates.
    term: Option<(Id, Env)>,
    /// The places for which it gave nothing.
    empty: Vec<Json>,
    forks: usize,
    marks: Marks,
}

impl Machine<'_, '_, '_, '_> {
    pub(super) fn start_update(
        &mut self,
        paths: Id,
        update: Option<Id>,
        value: Option<Json>,
        env: Env,
        input: Json,
        path: Path,
    ) -> Fallible<Next> {
        let cell = self.cell(Store::Seen(false));
        let state = Update {
            state: input.clone(),
            kont: self.kont,
            handler: self.handler,
            path,
            paths: Vec::new(),
            index: 0,
            value,
            term: None,
            empty: Vec::new(),
            forks: self.forks.len(),
            marks: self.marks(),
        };
        self.cells[cell] = Store::Update(Box::new(state));
        self.fork(Resume::PathsFound { cell, update: update.unwrap_or_default(), env });
        self.push(Step::UpdatePath { cell });
        let start = Some(Json::list(Vec::new())?);
        Ok(Next::Evaluate { term: paths, env, input, path: start })
    }

    fn update(&mut self, cell: Cell) -> Fallible<&mut Update> {
        match self.cells.get_mut(cell) {
            Some(Store::Update(update)) => Ok(update),
            _ => Err(raised("an update of the jq program lost its state")),
        }
    }

    pub(super) fn path_found(&mut self, cell: Cell, value: &Json, path: Path) -> Fallible<Next> {
        let Some(path @ Json::List(_)) = path else {
            return Err(raised(format!("Invalid path expression with result {}", value.shown())));
        };
        self.meter.bytes(CELL)?;
        self.update(cell)?.paths.push(path);
        Ok(Next::Back)
    }

    /// Goes on with the next path, or gives the result after the last one.
    pub(super) fn next_update(&mut self, cell: Cell, term: Option<(Id, Env)>) -> Fallible<Next> {
        if term.is_some() {
            self.update(cell)?.term = term;
        }
        loop {
            let Some(Store::Update(update)) = self.cells.get_mut(cell) else { return Ok(Next::Back) };
            self.kont = update.kont;
            self.handler = update.handler;
            let Some(path) = update.paths.get(update.index).cloned() else {
                let state = std::mem::replace(&mut update.state, Json::Null);
                let empty = std::mem::take(&mut update.empty);
                let path = update.path.take();
                let value = paths::delete_all(state, empty, self.meter)?;
                return Ok(Next::Give { value, path });
            };
            let keys = paths::keys(&path)?;
            if let Some(value) = update.value.clone() {
                paths::set(&mut update.state, keys, value, self.meter)?;
                update.index += 1;
                continue;
            }
            let (term, env) = update.term.unwrap_or_default();
            let input = paths::get(&update.state, keys, self.meter)?;
            self.fork(Resume::UpdateStep { cell });
            self.push(Step::UpdateStore { cell });
            return Ok(Next::Evaluate { term, env, input, path: None });
        }
    }

    /// The first value of the update is taken, others are not asked for.
    pub(super) fn updated(&mut self, cell: Cell, value: Json) -> Fallible<Next> {
        let (forks, marks) = {
            let update = self.update(cell)?;
            (update.forks, update.marks)
        };
        self.forks.truncate(forks);
        self.cut(marks);
        let Some(Store::Update(update)) = self.cells.get_mut(cell) else { return Ok(Next::Back) };
        let path = update.paths.get(update.index).cloned().unwrap_or(Json::Null);
        update.index += 1;
        paths::set(&mut update.state, paths::keys(&path)?, value, self.meter)?;
        self.next_update(cell, None)
    }

    pub(super) fn nothing_updated(&mut self, cell: Cell) -> Fallible<Next> {
        let update = self.update(cell)?;
        let path = update.paths.get(update.index).cloned().unwrap_or(Json::Null);
        update.index += 1;
        update.empty.push(path);
        self.next_update(cell, None)
    }
}
