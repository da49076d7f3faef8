//! What a database system has to be able to do, so that tasks can ask it.

use std::future::Future;

use kapelle_model::{Map, Value};
use kapelle_plugin::{Broken, RunContext};

use crate::lexer::Syntax;
use crate::login::Access;
use crate::rows::Rows;
use crate::statement::{Bound, Markers};
use crate::wrong::Wrong;

/// A database system, with what a task says about it beside the login.
pub(crate) trait Driver: Send + Sync + Sized {
    /// How URLs call it; the first is the usual one.
    const SYSTEMS: &'static [&'static str];
    const SYNTAX: Syntax;
    const MARKERS: Markers;
    /// What begins a transaction, where there are any.
    const BEGIN: Option<&'static str> = Some("BEGIN");

    type Session: Session;

    /// What statements see beside the variables of the flow.
    fn variables(&self) -> Map {
        Map::new()
    }

    /// Connects. It is dropped if the attempt has to end.
    fn connect(
        &self,
        cx: &RunContext,
        access: &Access,
    ) -> impl Future<Output = Result<Self::Session, Broken>> + Send;
}

/// A connection with a user logged in. Dropped, it is closed.
pub(crate) trait Session: Send {
    /// Ends from elsewhere what it is doing.
    type Cancel: Cancel;

    fn cancel(&self) -> Self::Cancel;

    /// Runs one statement, and gives its rows away as they come. Where nobody wants more of them, the statement is still
    /// done to its end.
    fn run(&mut self, bound: &Bound, rows: Rows) -> impl Future<Output = Result<(), Wrong>> + Send;

    /// Runs something without parameters and rows.
    fn command(&mut self, sql: &str) -> impl Future<Output = Result<(), Wrong>> + Send;

    /// Waits until what was done is done for good, where the end of the connection does not do that by itself.
    fn close(self) -> impl Future<Output = Result<(), Wrong>> + Send
    where
        Self: Sized,
    {
        std::future::ready(Ok(()))
    }
}

/// A connection to a server, to which rows can be sent many at once.
pub(crate) trait Batching: Session {
    /// Runs a statement once for each list of values. How many rows it changed.
    fn batch(&mut self, sql: &str, lists: Vec<Vec<Value>>)
    -> impl Future<Output = Result<u64, Wrong>> + Send;
}

/// Ends a statement from outside of its connection.
pub(crate) trait Cancel: Send + Sync {
    fn now(&self) -> impl Future<Output = ()> + Send;
}
