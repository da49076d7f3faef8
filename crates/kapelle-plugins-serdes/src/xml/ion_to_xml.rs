//! `io.kestra.plugin.serdes.xml.IonToXml`: writes rows as XML.

use std::fmt::Write as _;
use std::io::Write;

use jiff::tz::TimeZone;
use kapelle_core::expression::form::{decimal_text, iso_date_time_full, iso_instant, iso_offset_full};
use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::ion::Rows;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::charset::Charset;
use crate::converted::{Converted, create};
use crate::moments::zone_of;

/// Blanks of a level.
const INDENT: usize = 2;

/// # Convert Ion to XML
///
/// Writes rows as elements `item` of one element. A list becomes an element for each of its items, null an empty one.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IonToXml {
    /// The address of the file.
    from: Expr<Text>,
    /// The charset of the file; UTF-8 if nothing is said.
    charset: Option<Expr<String>>,
    /// The name of the element around all; `items` if nothing is said.
    root_name: Option<Expr<String>>,
    /// The zone in which dates with a time and a zone are written; that of the server if nothing is said. Moments
    /// without a zone are written in UTC.
    time_zone_id: Option<Expr<String>>,
}

impl Task for IonToXml {
    const TYPE: &'static str = "io.kestra.plugin.serdes.xml.IonToXml";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl IonToXml {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let charset = Charset::read(cx, self.charset.as_ref())?;
        let root = name(&cx.filled(self.root_name.as_ref())?.unwrap_or_else(|| "items".to_owned()));
        let zone = zone_of(cx, self.time_zone_id.as_ref())?;
        let mut to = charset.encode(create(cx, ".xml")?);
        writeln!(to, "<?xml version='1.0' encoding='{}'?>", charset.name())?;
        let mut rows = Rows::open(cx, &from)?;
        while let Some(row) = rows.next()? {
            if rows.number() == 1 {
                writeln!(to, "<{root}>")?;
            }
            let told = |reason: String| Failure::new(format!("row {}: {reason}", rows.number()));
            let mut out = String::new();
            element("item", &row, 1, &zone, &mut out).map_err(told)?;
            to.write_all(out.as_bytes())?;
        }
        if rows.number() == 0 {
            writeln!(to, "<{root}/>")?;
        } else {
            writeln!(to, "</{root}>")?;
        }
        Converted::file(cx, to.finish()?, rows.number())
    }
}

/// An element on lines of its own; what is in it stands further in.
fn element(key: &str, value: &Value, depth: usize, zone: &TimeZone, out: &mut String) -> Result<(), String> {
    let tag = name(key);
    let indent = " ".repeat(depth * INDENT);
    match value {
        Value::Null => _ = writeln!(out, "{indent}<{tag}/>"),
        Value::Map(map) if map.is_empty() => _ = writeln!(out, "{indent}<{tag}/>"),
        Value::List(items) if items.is_empty() => _ = writeln!(out, "{indent}<{tag}/>"),
        Value::Map(map) => {
            _ = writeln!(out, "{indent}<{tag}>");
            for (key, value) in &**map {
                let values = if let Value::List(items) = value { items } else { std::slice::from_ref(value) };
                values.iter().try_for_each(|value| element(key, value, depth + 1, zone, out))?;
            }
            _ = writeln!(out, "{indent}</{tag}>");
        }
        Value::List(items) => {
            _ = writeln!(out, "{indent}<{tag}>");
            items.iter().try_for_each(|item| element("item", item, depth + 1, zone, out))?;
            _ = writeln!(out, "{indent}</{tag}>");
        }
        value => {
            _ = write!(out, "{indent}<{tag}>");
            escaped(&text(value, zone)?, key, out)?;
            _ = writeln!(out, "</{tag}>");
        }
    }
    Ok(())
}

fn text(value: &Value, zone: &TimeZone) -> Result<String, String> {
    Ok(match value {
        Value::Bytes(bytes) => plain::to_base64(bytes),
        Value::Decimal(number) => decimal_text(number),
        Value::Instant(moment) => iso_instant(*moment),
        Value::Zoned(moment) => iso_offset_full(&moment.with_time_zone(zone.clone())),
        Value::LocalDateTime(moment) => iso_date_time_full(*moment),
        Value::LocalTime(time) => time.to_string(),
        other => text_of(other).map_err(|error| error.text())?.expose().to_owned(),
    })
}

fn escaped(text: &str, key: &str, out: &mut String) -> Result<(), String> {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Readers make a line feed of it.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(character),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => {
                return Err(format!(
                    "the field `{key}` has the character {character:?}, which XML cannot have"
                ));
            }
            _ => out.push(character),
        }
    }
    Ok(())
}

/// A name that an element may have: what is not allowed in one becomes `_`.
fn name(key: &str) -> String {
    let is_start = |character: char| character.is_alphabetic() || character == '_';
    let is_inner = |character: char| {
        is_start(character) || character.is_numeric() || matches!(character, '-' | '.' | ':')
    };
    let mut name: String =
        key.chars().map(|character| if is_inner(character) { character } else { '_' }).collect();
    if !name.starts_with(is_start) {
        name.insert(0, '_');
    }
    name
}
