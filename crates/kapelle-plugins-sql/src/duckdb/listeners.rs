//! What becomes of the lines of an answer.

use jiff::tz::TimeZone;
use kapelle_model::Value;

use super::answer::{Field, fields};
use super::cells::cell;
use super::program::Listener;
use super::statement::FILENAME;
use super::types::Type;
use crate::rows::Rows;
use crate::wrong::Wrong;

/// A name of a column, with what it holds.
pub(super) type Column = (String, Type);

/// Whether a line begins with a text. Names of columns do, and copied rows. The drawing of a profile, which the database
/// adds if a flow asks for it, does not.
fn is_quoted(line: &[u8]) -> bool {
    line.starts_with(b"'")
}

/// Keeps all rows, whose first cell is a text.
#[derive(Default)]
pub(super) struct Small(pub(super) Vec<Vec<Field>>);

impl Listener for Small {
    async fn line(&mut self, line: &[u8]) -> Result<(), Wrong> {
        if is_quoted(line) {
            self.0.push(fields(line).map_err(Wrong::new)?);
        }
        Ok(())
    }
}

/// Rows of columns that are known before.
pub(super) struct Typed<'r> {
    rows: &'r mut Rows,
    columns: &'r [Column],
    zone: &'r TimeZone,
    /// The directory from which the files of rows are told, if they are asked for.
    home: Option<&'r str>,
    is_wanted: bool,
}

impl<'r> Typed<'r> {
    pub(super) const fn new(
        rows: &'r mut Rows,
        columns: &'r [Column],
        zone: &'r TimeZone,
        home: Option<&'r str>,
    ) -> Self {
        Self { rows, columns, zone, home, is_wanted: true }
    }
}

impl Listener for Typed<'_> {
    async fn line(&mut self, line: &[u8]) -> Result<(), Wrong> {
        if !self.is_wanted || !is_quoted(line) && !line.starts_with(b"NULL") {
            return Ok(());
        }
        let fields = fields(line).map_err(Wrong::new)?;
        if fields.len() != self.columns.len() {
            return Err(Wrong::new("a row has not as many cells as there are columns"));
        }
        let cells = fields.into_iter().zip(self.columns).map(|(field, (name, ty))| {
            match (self.home, typed(field, ty, self.zone)) {
                (Some(home), Value::Str(path)) if name == FILENAME => {
                    Value::from(seen_from(home, path.expose()))
                }
                (_, value) => value,
            }
        });
        self.is_wanted = self.rows.row(cells.collect()).await;
        Ok(())
    }
}

/// The path of a file as it is seen from a directory. One that is elsewhere stays whole.
fn seen_from<'p>(home: &str, path: &'p str) -> &'p str {
    let below = path.strip_prefix(home).and_then(|rest| rest.strip_prefix('/'));
    below.or_else(|| path.strip_prefix("./")).unwrap_or(path)
}

/// Rows behind the names of their columns.
pub(super) struct Named<'r> {
    rows: &'r mut Rows,
    /// Nothing where they are not known.
    types: Option<Vec<Type>>,
    zone: &'r TimeZone,
    is_begun: bool,
    is_wanted: bool,
}

impl<'r> Named<'r> {
    pub(super) const fn new(rows: &'r mut Rows, types: Option<Vec<Type>>, zone: &'r TimeZone) -> Self {
        Self { rows, types, zone, is_begun: false, is_wanted: true }
    }
}

impl Listener for Named<'_> {
    async fn line(&mut self, line: &[u8]) -> Result<(), Wrong> {
        let is_row =
            if self.is_begun { line.first().is_some_and(u8::is_ascii_graphic) } else { is_quoted(line) };
        if !self.is_wanted || !is_row {
            return Ok(());
        }
        let fields = fields(line).map_err(Wrong::new)?;
        if !self.is_begun {
            self.is_begun = true;
            let names = fields.into_iter().map(|field| field.text().unwrap_or_default());
            return self.rows.columns(names).await.map_err(Wrong::new);
        }
        let cells = fields.into_iter().enumerate().map(|(at, field)| {
            match self.types.as_ref().and_then(|types| types.get(at)) {
                Some(ty) => typed(field, ty, self.zone),
                None => field.value(),
            }
        });
        self.is_wanted = self.rows.row(cells.collect()).await;
        Ok(())
    }
}

fn typed(field: Field, ty: &Type, zone: &TimeZone) -> Value {
    field.text().map_or(Value::Null, |text| cell(&text, ty, zone))
}

/// A drawing of a plan, which has no rows.
#[derive(Default)]
pub(super) struct Drawing(pub(super) String);

impl Listener for Drawing {
    fn is_whole(&self, _part: &[u8]) -> bool {
        true
    }

    async fn line(&mut self, line: &[u8]) -> Result<(), Wrong> {
        self.0.push_str(&String::from_utf8_lossy(line));
        Ok(())
    }
}
