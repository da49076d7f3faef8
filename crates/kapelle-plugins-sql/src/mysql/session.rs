//! A connection to MySQL at work.

use std::io::Read;

use jiff::tz::TimeZone;
use kapelle_core::time::zone;
use kapelle_model::{Text, Value};
use kapelle_plugin::files::open;
use tokio::sync::mpsc;

use super::cells::{Column, Manner, binary_row, text_row};
use super::connect::{Open, Way};
use super::packets::{Content, Wire};
use super::parameters::execution;
use super::words::wrong;
use crate::driver;
use crate::rows::{Results, Rows, way};
use crate::statement::{Bound, Statement};
use crate::wrong::Wrong;

/// What the server is asked to do.
mod command {
    pub(super) const QUERY: u8 = 3;
    pub(super) const PREPARE: u8 = 22;
    pub(super) const EXECUTE: u8 = 23;
    pub(super) const CLOSE: u8 = 25;
}

/// Says that another result follows.
const MORE: u16 = 1 << 3;

/// Executions that are sent before their answers are read: few enough that the answers fit on the way.
const AHEAD: usize = 50;

/// Bytes of a file that are sent at once.
const PART_BYTES: usize = 64 << 10;

pub(crate) struct Session {
    wire: Wire,
    cancel: Cancel,
    manner: Manner,
    columns_say_more: bool,
    /// What the server gets when it asks for a file, whatever it calls it.
    input_file: Option<Text>,
    /// An answer was not read to its end, so that nothing more can be asked.
    is_broken: bool,
}

/// How the server is reached once more, and what the connection is called there.
#[derive(Clone)]
pub(crate) struct Cancel {
    way: Way,
    thread: u32,
}

/// In which form rows come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Binary,
}

/// What a command came to, apart from rows.
#[derive(Default)]
struct Done {
    changed: u64,
    has_more: bool,
}

impl Session {
    pub(super) async fn begin(
        Open { wire, thread, columns_say_more }: Open,
        way_there: Way,
        manner: Manner,
        input_file: Option<Text>,
        variables: Option<&str>,
    ) -> Result<Self, Wrong> {
        let cancel = Cancel { way: way_there, thread };
        let mut session = Self { wire, cancel, manner, columns_say_more, input_file, is_broken: false };
        // The zone may be one of them.
        if let Some(assignment) = variables {
            session.plain(assignment, None).await?;
        }
        let row = session.first_row("SELECT @@session.time_zone, @@system_time_zone, CAST(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW()) AS CHAR)").await?;
        session.manner.session = session_zone(&row);
        Ok(session)
    }

    /// The first row of a small answer, as texts.
    async fn first_row(&mut self, sql: &str) -> Result<Vec<String>, Wrong> {
        let statement = Statement { text: Text::from(sql), line: 1 };
        let bound = Bound { sql: sql.to_owned(), values: Vec::new(), statement, unknown: Vec::new() };
        let (rows, mut parts) = way(1, Results::First);
        let listening = async {
            let mut first = Vec::new();
            while let Some(part) = parts.recv().await {
                if let crate::rows::Part::Rows(rows) = part {
                    first = rows.into_iter().next().unwrap_or_default();
                }
            }
            first
        };
        let (ran, first) = tokio::join!(driver::Session::run(self, &bound, rows), listening);
        ran?;
        let text = |value: &Value| match value {
            Value::Str(text) => text.expose().to_owned(),
            Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        };
        Ok(first.iter().map(text).collect())
    }

    /// Reads all that follows a command. Rows of its results go to where they are wanted.
    async fn answer(&mut self, form: Form, mut rows: Option<&mut Rows>) -> Result<u64, Wrong> {
        let mut changed = 0;
        loop {
            let done = self.result(form, rows.as_deref_mut()).await?;
            changed += done.changed;
            if !done.has_more {
                return Ok(changed);
            }
        }
    }

    async fn result(&mut self, form: Form, mut rows: Option<&mut Rows>) -> Result<Done, Wrong> {
        let packet = self.wire.read().await?;
        let mut content = Content(&packet);
        match packet.first() {
            Some(0x00) => return done(&packet),
            Some(0xff) => return Err(wrong(&packet[1..])),
            Some(0xfb) => {
                self.send_file().await?;
                let packet = self.wire.read().await?;
                return if packet.first() == Some(&0xff) { Err(wrong(&packet[1..])) } else { done(&packet) };
            }
            _ => {}
        }
        let count = content.number()?.unwrap_or_default();
        let columns = self.columns(usize::try_from(count).unwrap_or(usize::MAX)).await?;
        if let Some(rows) = &mut rows {
            rows.columns(columns.iter().map(|column| column.name.as_str())).await.map_err(Wrong::new)?;
        }
        let mut is_wanted = rows.is_some();
        loop {
            let packet = self.wire.read().await?;
            match packet.first() {
                Some(0xff) => return Err(wrong(&packet[1..])),
                Some(0xfe) if packet.len() < 9 => {
                    return Ok(Done { changed: 0, has_more: has_more(&packet) });
                }
                _ => {}
            }
            if let Some(rows) = &mut rows
                && is_wanted
            {
                let read = if form == Form::Text { text_row } else { binary_row };
                let cells = read(&packet, &columns, &self.manner);
                self.is_broken = cells.is_err();
                is_wanted = rows.row(cells?).await;
            }
        }
    }

    /// So many descriptions of columns, with what ends them.
    async fn columns(&mut self, count: usize) -> Result<Vec<Column>, Wrong> {
        let mut columns = Vec::new();
        if count == 0 {
            return Ok(columns);
        }
        for _ in 0..count {
            columns.push(Column::read(&self.wire.read().await?, self.columns_say_more)?);
        }
        self.wire.read().await?;
        Ok(columns)
    }

    /// Sends the file of the task, whichever one the server asked for.
    async fn send_file(&mut self) -> Result<(), Wrong> {
        let Some(from) = self.input_file.clone() else {
            self.wire.write(&[]).await?;
            return self.wire.flush().await;
        };
        let (to, mut parts) = mpsc::channel::<Vec<u8>>(4);
        let cx = self.cancel.way.cx.clone();
        let reading = tokio::task::spawn_blocking(move || -> Result<(), String> {
            let mut file = open(&cx, &from).map_err(|failure| failure.to_string())?;
            loop {
                let mut part = vec![0; PART_BYTES];
                let count = file.read(&mut part).map_err(|error| error.to_string())?;
                part.truncate(count);
                if count == 0 || to.blocking_send(part).is_err() {
                    return Ok(());
                }
            }
        });
        while let Some(part) = parts.recv().await {
            self.wire.write(&part).await?;
        }
        let read =
            reading.await.unwrap_or_else(|_| Err("reading it ended by a mistake in the program".to_owned()));
        // A file that ends too early must not be taken for a whole one: the connection ends here, and nothing stays.
        read.map_err(|reason| Wrong::new(format!("the file of `inputFile` cannot be read: {reason}")))?;
        self.wire.write(&[]).await?;
        self.wire.flush().await
    }

    async fn plain(&mut self, sql: &str, rows: Option<&mut Rows>) -> Result<u64, Wrong> {
        if self.is_broken {
            return Err(Wrong::lost("the connection is not usable any more"));
        }
        self.wire.command(command::QUERY, sql.as_bytes()).await?;
        self.wire.flush().await?;
        self.answer(Form::Text, rows).await
    }

    /// The number of a prepared statement, and how many values it takes.
    async fn prepare(&mut self, sql: &str) -> Result<(u32, usize), Wrong> {
        self.wire.command(command::PREPARE, sql.as_bytes()).await?;
        self.wire.flush().await?;
        let packet = self.wire.read().await?;
        let mut content = Content(&packet);
        if content.byte()? == 0xff {
            return Err(wrong(content.0));
        }
        let statement = u32::from_le_bytes(content.take()?);
        let columns = u16::from_le_bytes(content.take()?).into();
        let places = u16::from_le_bytes(content.take()?).into();
        self.columns(places).await?;
        self.columns(columns).await?;
        Ok((statement, places))
    }

    async fn ask(&mut self, statement: u32, values: &[Value]) -> Result<(), Wrong> {
        let packet = execution(statement, values, &self.manner.session).map_err(Wrong::new)?;
        self.wire.command(command::EXECUTE, &packet).await
    }

    async fn close(&mut self, statement: u32) -> Result<(), Wrong> {
        self.wire.command(command::CLOSE, &statement.to_le_bytes()).await?;
        self.wire.flush().await
    }
}

fn done(packet: &[u8]) -> Result<Done, Wrong> {
    let mut content = Content(packet);
    content.byte()?;
    let changed = content.number()?.unwrap_or_default();
    content.number()?;
    Ok(Done { changed, has_more: u16::from_le_bytes(content.take()?) & MORE != 0 })
}

/// Whether another result follows, from what ends the rows.
fn has_more(packet: &[u8]) -> bool {
    let status = packet.get(3..5).and_then(|bytes| bytes.try_into().ok());
    status.is_some_and(|status| u16::from_le_bytes(status) & MORE != 0)
}

/// The zone of the session, of the machine of the server if it says so, or how far it is from UTC now.
fn session_zone(row: &[String]) -> TimeZone {
    let named = row.first().filter(|name| *name != "SYSTEM").or_else(|| row.get(1));
    let found = named.and_then(|name| zone::find(name));
    let seconds = || row.get(2).and_then(|seconds| seconds.parse().ok()).unwrap_or(0_i32);
    // The two moments may be a second apart.
    let whole = |seconds: i32| (seconds + seconds.signum() * 30) / 60 * 60;
    let fixed = || jiff::tz::Offset::from_seconds(whole(seconds())).map(TimeZone::fixed).ok();
    found.or_else(fixed).unwrap_or(TimeZone::UTC)
}

impl driver::Session for Session {
    type Cancel = Cancel;

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    async fn run(&mut self, bound: &Bound, mut rows: Rows) -> Result<(), Wrong> {
        if bound.values.is_empty() {
            self.plain(&bound.sql, Some(&mut rows)).await?;
        } else {
            let (statement, places) = self.prepare(&bound.sql).await?;
            if places != bound.values.len() {
                return Err(Wrong::new(format!(
                    "the statement has {places} places for values, and `parameters` fill {}: write every `?` of your own as a parameter too",
                    bound.values.len()
                )));
            }
            self.ask(statement, &bound.values).await?;
            self.wire.flush().await?;
            self.answer(Form::Binary, Some(&mut rows)).await?;
            self.close(statement).await?;
        }
        rows.end().await;
        Ok(())
    }

    async fn command(&mut self, sql: &str) -> Result<(), Wrong> {
        self.plain(sql, None).await.map(drop)
    }
}

impl driver::Batching for Session {
    async fn batch(&mut self, sql: &str, lists: Vec<Vec<Value>>) -> Result<u64, Wrong> {
        let (statement, places) = self.prepare(sql).await?;
        if let Some(list) = lists.iter().find(|list| list.len() != places) {
            return Err(Wrong::new(format!(
                "the statement has {places} places, and a row {} values",
                list.len()
            )));
        }
        let (mut changed, mut first_error) = (0, None);
        for part in lists.chunks(AHEAD) {
            for list in part {
                self.ask(statement, list).await?;
            }
            self.wire.flush().await?;
            for _ in part {
                match self.answer(Form::Binary, None).await {
                    Ok(more) => changed += more,
                    Err(wrong) if wrong.is_lost => return Err(wrong),
                    // The answers to the others come in any case.
                    Err(wrong) => first_error = first_error.or(Some(wrong)),
                }
            }
            if let Some(wrong) = first_error {
                return Err(wrong);
            }
        }
        self.close(statement).await?;
        Ok(changed)
    }
}

impl driver::Cancel for Cancel {
    async fn now(&self) {
        if let Ok(Open { mut wire, .. }) = self.way.open().await {
            let asked = wire.command(command::QUERY, format!("KILL QUERY {}", self.thread).as_bytes()).await;
            if asked.is_ok() && wire.flush().await.is_ok() {
                // Whether there was anything to end does not matter.
                let _heard = wire.read().await;
            }
        }
    }
}
