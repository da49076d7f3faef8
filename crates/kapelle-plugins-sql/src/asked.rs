//! What a database is asked: properties that all queries have in common, and what comes of them.

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Map, Text};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::driver::Driver;
use crate::kept::FetchType;
use crate::login::Access;
use crate::rows::Results;
use crate::statement::{Bound, split};
use crate::veil::Veil;

/// Rows that are handed on at once where a flow does not say.
const FETCH_SIZE: usize = 10_000;

/// What a database is asked, and what is kept of the answer.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    /// The SQL.
    sql: Expr<Text>,
    /// One more statement, which is run after the others and in the same transaction: if it fails, nothing of them stays.
    #[serde(default, rename = "afterSQL")]
    after_sql: Option<Expr<Text>>,
    /// Older form of `fetchType: STORE`.
    store: Option<Expr<bool>>,
    /// Older form of `fetchType: FETCH_ONE`.
    fetch_one: Option<Expr<bool>>,
    /// Older form of `fetchType: FETCH`.
    fetch: Option<Expr<bool>>,
    /// What is done with rows: `STORE` writes them to a file, `FETCH` makes all of them outputs, `FETCH_ONE` the first one,
    /// `NONE` keeps nothing.
    fetch_type: Option<Expr<FetchType>>,
    /// How many rows are taken from the database at once, at most. A negative number, with which a driver of Java reads row by
    /// row, is the usual.
    fetch_size: Option<Expr<i64>>,
    /// Values for what is written as `:name` in the SQL. They go to the database beside the statement, so that nothing in
    /// them is taken for SQL.
    parameters: Option<Expr<Map>>,
}

/// How many statements there may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Several {
    /// One, unless the URL allows more.
    No,
    /// Any number, in one transaction or each in its own.
    Yes { transaction: bool },
}

/// What is to be done in one connection.
pub(crate) struct Order {
    pub(crate) statements: Vec<Bound>,
    pub(crate) after: Option<Bound>,
    pub(crate) fetch: FetchType,
    pub(crate) fetch_size: usize,
    /// Whether all results are one output, or the first one of each statement is one.
    pub(crate) results: Results,
    pub(crate) is_transaction: bool,
    pub(crate) veil: Veil,
}

impl Asked {
    pub(crate) fn order<D: Driver>(
        &self,
        cx: &RunContext,
        access: &Access,
        several: Several,
        usual: FetchType,
    ) -> Result<Order, Failure> {
        let mut veil = access.veil.clone();
        let parameters = cx.filled(self.parameters.as_ref())?;
        for value in parameters.iter().flat_map(Map::values) {
            veil.add_value(value);
        }
        let statements = read_statements::<D>(cx, ("sql", &self.sql), parameters.as_ref(), &mut veil)?;
        if statements.is_empty() {
            return Err(Failure::new("there is no statement in `sql`"));
        }
        if several == Several::No && !access.url.says("allowMultiQueries") {
            only_one(&statements, "sql")?;
        }
        let after = match &self.after_sql {
            None => None,
            Some(after) => {
                let mut after =
                    read_statements::<D>(cx, ("afterSQL", after), parameters.as_ref(), &mut veil)?;
                only_one(&after, "afterSQL")?;
                after.pop()
            }
        };
        Ok(Order {
            is_transaction: match several {
                Several::No => after.is_some(),
                Several::Yes { transaction } => transaction,
            },
            results: match several {
                Several::No => Results::All,
                Several::Yes { .. } => Results::First,
            },
            statements,
            after,
            fetch: self.fetch_type(cx, usual)?,
            fetch_size: cx
                .filled(self.fetch_size.as_ref())?
                .and_then(|rows| usize::try_from(rows).ok())
                .unwrap_or(FETCH_SIZE)
                .max(1),
            veil,
        })
    }

    /// Whether the SQL has this word, also as a part between signs such as `_` and `.`.
    pub(crate) fn speaks_of(&self, cx: &RunContext, word: &str) -> Result<bool, Failure> {
        let sql = cx.render(&self.sql)?;
        let mut words = sql.expose().split(|sign: char| !sign.is_alphanumeric());
        Ok(words.any(|found| found.eq_ignore_ascii_case(word)))
    }

    fn fetch_type(&self, cx: &RunContext, usual: FetchType) -> Result<FetchType, Failure> {
        for (older, meant) in [
            (&self.fetch, FetchType::Fetch),
            (&self.fetch_one, FetchType::FetchOne),
            (&self.store, FetchType::Store),
        ] {
            if cx.filled(older.as_ref())?.unwrap_or(false) {
                return Ok(meant);
            }
        }
        Ok(cx.filled(self.fetch_type.as_ref())?.unwrap_or(usual))
    }
}

fn read_statements<D: Driver>(
    cx: &RunContext,
    (property, sql): (&str, &Expr<Text>),
    parameters: Option<&Map>,
    veil: &mut Veil,
) -> Result<Vec<Bound>, Failure> {
    let sql = cx.render(sql)?;
    veil.add(&sql);
    cx.log(Level::Debug, Text::concat(&Text::from(format!("{property}: ")), &sql));
    let statements = split(&sql, D::SYNTAX)?;
    statements.into_iter().map(|one| one.bind(parameters, D::MARKERS, D::SYNTAX)).collect()
}

fn only_one(statements: &[Bound], property: &str) -> Result<(), Failure> {
    match statements {
        [_, second, ..] => Err(Failure::new(format!(
            "`{property}` has {} statements, and takes one: the second begins in line {}. The type `Queries` of the same database runs several",
            statements.len(),
            second.statement.line
        ))),
        _ => Ok(()),
    }
}
