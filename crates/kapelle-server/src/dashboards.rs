//! Dashboards: what their documents say, and the numbers that their charts show.
//!
//! [`chart`] reads a document, [`conditions`] are its filters, [`source`] reads the rows, [`table`] makes of rows what a
//! chart shows; [`ion`] writes that for programs.

pub(crate) mod chart;
pub(crate) mod conditions;
pub(crate) mod ion;
pub(crate) mod source;
pub(crate) mod table;

use kapelle_core::expression::plain;
use serde_json::{Map as Object, Value as Json};

use crate::error::{ApiError, Outcome};
use crate::views::{flow, value};
use chart::Chart;

/// Characters of an id.
const ID_MAX: usize = 100;

/// A dashboard as it was written, read.
#[derive(Debug)]
pub(crate) struct Dashboard {
    pub(crate) written: Object<String, Json>,
    pub(crate) charts: Vec<Chart>,
}

/// A document as JSON.
pub(crate) fn read(source: &str) -> Outcome<Object<String, Json>> {
    let wrong = || ApiError::invalid_entity("Illegal dashboard source: it is no object of YAML");
    let root = flow::root(source).ok_or_else(wrong)?;
    match value(&plain::from_node(&root)) {
        Json::Object(written) => Ok(written),
        _ => Err(wrong()),
    }
}

impl Dashboard {
    pub(crate) fn read(source: &str) -> Outcome<Self> {
        let written = read(source)?;
        let mut wrong = Vec::new();
        if let Some(id) = written.get("id").filter(|id| !is_id(id)) {
            wrong.push(format!("id: {id} must be letters, digits, - and _, at most {ID_MAX}"));
        }
        if written.get("title").and_then(Json::as_str).is_none_or(|title| title.trim().is_empty()) {
            wrong.push("title: must not be blank".to_owned());
        }
        let mut charts: Vec<Chart> = Vec::new();
        for (place, written) in
            written.get("charts").and_then(Json::as_array).into_iter().flatten().enumerate()
        {
            match Chart::read(written) {
                Ok(chart) if charts.iter().any(|known| known.id == chart.id) => {
                    wrong.push(format!("charts[{place}].id: `{}` is there twice", chart.id));
                }
                Ok(chart) => charts.push(chart),
                Err(why) => wrong.push(format!("charts[{place}]: {why}")),
            }
        }
        if wrong.is_empty() {
            Ok(Self { written, charts })
        } else {
            Err(ApiError::invalid_entity(wrong.join("\n")))
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.written.get(name)?.as_str()
    }

    /// What it shows when nobody says how much: a duration before now.
    pub(crate) fn window(&self) -> Option<&str> {
        self.written.get("timeWindow")?.get("default")?.as_str()
    }
}

fn is_id(id: &Json) -> bool {
    id.as_str().is_some_and(|id| {
        (1..=ID_MAX).contains(&id.len())
            && id.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
    })
}

#[cfg(test)]
mod tests;
