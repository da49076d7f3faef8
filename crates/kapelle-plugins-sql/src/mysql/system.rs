//! The two systems that speak the protocol.

use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Broken, Expr, RunContext};

use super::cells::System;
use super::connect::connect;
use super::session::Session;
use crate::driver::Driver;
use crate::lexer::Syntax;
use crate::login::Access;
use crate::statement::Markers;

pub(super) const SYNTAX: Syntax = Syntax {
    backslashes: true,
    backticks: true,
    brackets: false,
    dollars: false,
    hashes: true,
    nested_comments: false,
    bodies: true,
};

/// With the file that `LOAD DATA LOCAL INFILE` reads.
pub(super) struct Mysql(Option<Text>);

/// With the file that `LOAD DATA LOCAL INFILE` reads.
pub(crate) struct Mariadb(Option<Text>);

impl Mysql {
    pub(super) fn new(cx: &RunContext, input_file: Option<&Expr<Text>>) -> Result<Self, Failure> {
        read(cx, input_file).map(Self)
    }
}

impl Mariadb {
    pub(crate) fn new(cx: &RunContext, input_file: Option<&Expr<Text>>) -> Result<Self, Failure> {
        read(cx, input_file).map(Self)
    }
}

fn read(cx: &RunContext, input_file: Option<&Expr<Text>>) -> Result<Option<Text>, Failure> {
    let file = cx.filled(input_file)?;
    file.iter().try_for_each(|file| kapelle_plugin::files::check_address(cx, file))?;
    Ok(file)
}

/// Flows write `LOAD DATA LOCAL INFILE '{{ inputFile }}'`.
fn variables(input_file: Option<&Text>) -> Map {
    input_file.map(|file| ("inputFile".into(), Value::Str(file.clone()))).into_iter().collect()
}

impl Driver for Mysql {
    const SYSTEMS: &'static [&'static str] = &["mysql"];
    const SYNTAX: Syntax = SYNTAX;
    const MARKERS: Markers = Markers::Questions;

    type Session = Session;

    fn variables(&self) -> Map {
        variables(self.0.as_ref())
    }

    async fn connect(&self, cx: &RunContext, access: &Access) -> Result<Session, Broken> {
        connect(cx, access, self.0.clone(), System::Mysql).await
    }
}

impl Driver for Mariadb {
    const SYSTEMS: &'static [&'static str] = &["mariadb", "mysql"];
    const SYNTAX: Syntax = SYNTAX;
    const MARKERS: Markers = Markers::Questions;

    type Session = Session;

    fn variables(&self) -> Map {
        variables(self.0.as_ref())
    }

    async fn connect(&self, cx: &RunContext, access: &Access) -> Result<Session, Broken> {
        connect(cx, access, self.0.clone(), System::Mariadb).await
    }
}
