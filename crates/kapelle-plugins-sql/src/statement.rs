//! From the text of a flow to statements with their parameters.

use std::fmt::Write;

use kapelle_model::{Failure, Map, Text, Value};

use crate::lexer::{Kind, Pieces, Syntax};

/// Statements of one task.
const STATEMENTS_MAX: usize = 10_000;

/// Bytes of a statement that are shown.
const SHOWN_BYTES: usize = 300;

/// One statement as it is written, with the number of its first line in the property.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) text: Text,
    pub(crate) line: usize,
}

/// How a database system wants to be given values.
#[derive(Clone, Copy)]
pub(crate) enum Markers {
    /// `$1`, `$2`, …: each place has its own.
    Numbered,
    /// `?`
    Questions,
    /// Nothing: the values stand in the statement, written like this.
    Literals(fn(&Value) -> Result<String, String>),
}

/// A statement as the database gets it.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) sql: String,
    /// The values of its places. None is a [`Value::Secret`].
    pub(crate) values: Vec<Value>,
    /// As it is written; for messages.
    pub(crate) statement: Statement,
    /// What looks like a parameter and is none that was given.
    pub(crate) unknown: Vec<String>,
}

impl Statement {
    /// Its start, for messages.
    pub(crate) fn shown(&self) -> String {
        let text = self.text.expose();
        let end = text.floor_char_boundary(SHOWN_BYTES);
        let start = self.text.slice(0..end).unwrap_or_default().masked();
        let more = if end < text.len() { " …" } else { "" };
        format!("{start}{more}")
    }

    /// Puts parameters in. Without any, the statement stays as it is.
    pub(crate) fn bind(
        self,
        parameters: Option<&Map>,
        markers: Markers,
        syntax: Syntax,
    ) -> Result<Bound, Failure> {
        let text = self.text.expose();
        let (mut sql, mut values, mut unknown) = (String::with_capacity(text.len()), Vec::new(), Vec::new());
        let Some(parameters) = parameters else {
            return Ok(Bound { sql: text.to_owned(), values, statement: self, unknown });
        };
        for (kind, range) in Pieces::new(text, syntax) {
            let piece = &text[range];
            let value = if kind == Kind::Marker { parameters.get(&piece[1..]) } else { None };
            if let Some(value) = value {
                put(&mut sql, &mut values, value, markers)
                    .map_err(|reason| Failure::new(format!("the parameter `{piece}` {reason}")))?;
                continue;
            }
            if kind == Kind::Marker {
                unknown.push(piece.to_owned());
            }
            // Beside parameters, drivers of Java take `?` for one, so that flows write that operator of PostgreSQL twice.
            let is_operator = piece == "??" && matches!(markers, Markers::Numbered);
            sql.push_str(if is_operator { "?" } else { piece });
        }
        Ok(Bound { sql, values, statement: self, unknown })
    }
}

/// Puts a value where its marker stood.
pub(crate) fn put(
    sql: &mut String,
    values: &mut Vec<Value>,
    value: &Value,
    markers: Markers,
) -> Result<(), String> {
    let value = match value {
        Value::Secret(inner) => &**inner,
        other => other,
    };
    match markers {
        Markers::Literals(write) => {
            sql.push_str(&write(value)?);
            return Ok(());
        }
        Markers::Questions => sql.push('?'),
        Markers::Numbered => {
            // Writing into a text never fails.
            let _infallible = write!(sql, "${}", values.len() + 1);
        }
    }
    values.push(value.clone());
    Ok(())
}

/// The statements of a text, without those in which nothing stands.
pub(crate) fn split(sql: &Text, syntax: Syntax) -> Result<Vec<Statement>, Failure> {
    let text = sql.expose();
    let mut statements = Vec::new();
    let mut body = Body::default();
    // Where the statement begins, once anything but blanks came.
    let mut start: Option<usize> = None;
    let mut end = 0;
    let mut lines = Lines { text, at: 0, line: 1 };
    for (kind, range) in Pieces::new(text, syntax) {
        match kind {
            Kind::Blank => continue,
            Kind::Semicolon if !body.is_open() || !syntax.bodies => {
                add(&mut statements, sql, start.take(), end, &mut lines)?;
                body = Body::default();
                continue;
            }
            Kind::Word => body.meet(&text[range.clone()]),
            _ => body.meet_other(kind),
        }
        start = start.or(Some(range.start));
        end = range.end;
    }
    add(&mut statements, sql, start, end, &mut lines)?;
    Ok(statements)
}

fn add(
    statements: &mut Vec<Statement>,
    sql: &Text,
    start: Option<usize>,
    end: usize,
    lines: &mut Lines<'_>,
) -> Result<(), Failure> {
    let Some(start) = start else { return Ok(()) };
    if statements.len() == STATEMENTS_MAX {
        return Err(Failure::new(format!("`sql` has more than {STATEMENTS_MAX} statements")));
    }
    let text = sql.slice(start..end).unwrap_or_default();
    statements.push(Statement { text, line: lines.number(start) });
    Ok(())
}

/// Counts lines on the way.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn number(&mut self, at: usize) -> usize {
        self.line += self.text[self.at..at].matches('\n').count();
        self.at = at;
        self.line
    }
}

/// Whether a `;` belongs to the body of a procedure, function, trigger or event that is being created.
#[derive(Default)]
struct Body {
    words: usize,
    is_created: bool,
    has_steps: bool,
    depth: usize,
    after_end: bool,
}

impl Body {
    fn meet(&mut self, word: &str) {
        let is = |known: &[&str]| known.iter().any(|known| word.eq_ignore_ascii_case(known));
        self.words += 1;
        match self.words {
            1 => self.is_created = is(&["CREATE", "ALTER"]),
            _ if !self.is_created => {}
            _ if !self.has_steps => self.has_steps = is(&["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"]),
            _ => self.count(is),
        }
        self.after_end = is(&["END"]);
    }

    fn count(&mut self, is: impl Fn(&[&str]) -> bool) {
        // `END IF` and its like close what did not count; `END CASE` closes what `CASE` opened, as a bare `END` does.
        let opens = if self.after_end {
            is(&["IF", "LOOP", "WHILE", "REPEAT", "FOR"])
        } else {
            is(&["BEGIN", "CASE"])
        };
        if opens {
            self.depth += 1;
        } else if is(&["END"]) {
            self.depth = self.depth.saturating_sub(1);
        }
    }

    fn meet_other(&mut self, kind: Kind) {
        self.after_end &= kind == Kind::Blank;
    }

    const fn is_open(&self) -> bool {
        self.depth > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::{EVERYTHING, NOTHING};

    fn told(sql: &str) -> Vec<String> {
        let statements = split(&Text::from(sql), EVERYTHING).unwrap();
        statements.iter().map(|one| format!("{} {}", one.line, one.text.expose())).collect()
    }

    #[test]
    fn statements_end_at_semicolons_and_know_their_line() {
        assert_eq!(told("select 1;\n\n-- next; one\n select ';' ;;\n"), ["1 select 1", "4 select ';'"]);
        assert_eq!(told(" ; -- nothing\n ;"), Vec::<String>::new());
        assert_eq!(told("select $$a;b$$; select `x;y`"), ["1 select $$a;b$$", "1 select `x;y`"]);
    }

    #[test]
    fn bodies_of_what_is_created_stay_whole() {
        let body =
            "create procedure p() begin if a then select case when 1 then 2 end; end if; set x = 1; end";
        assert_eq!(told(&format!("{body}; select 2")), [format!("1 {body}"), "1 select 2".to_owned()]);
        let trigger = "create trigger t after insert on a begin update b set c = 1; delete from d; end";
        assert_eq!(told(&format!("{trigger};select 1")), [format!("1 {trigger}"), "1 select 1".to_owned()]);
        assert_eq!(told("begin; select 1; end; select 2").len(), 4);
        assert_eq!(told("create table t (a int); insert into t values (1)").len(), 2);
        let table = Text::from("create table log (event text, begin text); select 1");
        assert_eq!(split(&table, NOTHING).unwrap().len(), 2);
    }

    fn bound(sql: &str, parameters: &[(&str, Value)], markers: Markers) -> Bound {
        let parameters = parameters.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        let statement = Statement { text: Text::from(sql), line: 1 };
        statement.bind(Some(&parameters), markers, NOTHING).unwrap()
    }

    #[test]
    fn parameters_are_put_in_wherever_they_stand_and_nowhere_else() {
        let values = [("id", Value::Int(1)), ("name", Value::from("x"))];
        let sql = "select ':id', a::text, \":name\" from t where id = :id and (n = :name or n = :name) -- :id\n and t > :other";
        let one = bound(sql, &values, Markers::Numbered);
        assert_eq!(
            one.sql,
            "select ':id', a::text, \":name\" from t where id = $1 and (n = $2 or n = $3) -- :id\n and t > :other"
        );
        assert_eq!(one.values, [Value::Int(1), Value::from("x"), Value::from("x")]);
        assert_eq!(one.unknown, [":other"]);
        assert_eq!(bound("a ?? :id and b ??| c", &values, Markers::Numbered).sql, "a ? $1 and b ?| c");
        assert_eq!(bound("a = :id and b = :id", &values, Markers::Questions).sql, "a = ? and b = ?");
        let literal = |value: &Value| Ok(format!("<{value:?}>"));
        assert_eq!(bound("a = :id", &values, Markers::Literals(literal)).sql, "a = <Int(1)>");
    }

    #[test]
    fn without_parameters_a_statement_stays_as_it_is() {
        let statement = Statement { text: Text::from("select ':a', :b"), line: 1 };
        assert_eq!(statement.bind(None, Markers::Questions, NOTHING).unwrap().sql, "select ':a', :b");
    }

    #[test]
    fn secrets_are_bound_as_they_are_and_shown_as_stars() {
        let secret = [("s", Value::Int(7).into_secret())];
        assert_eq!(bound("x = :s", &secret, Markers::Questions).values, [Value::Int(7)]);
        let text = Text::concat(&Text::from("select '"), &Text::from("canary").into_secret());
        assert_eq!(split(&text, NOTHING).unwrap()[0].shown(), "select '******");
    }
}
