//! A chart as it is written.

use kapelle_core::catalogue::Catalogue;
use serde_json::Value as Json;

use super::conditions::{Condition, read_all};

/// How a chart draws its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// Rows, grouped if any column adds something up.
    Rows,
    /// One number.
    Number,
    /// A text that somebody wrote.
    Text,
}

/// What rows are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Executions,
    Logs,
    Metrics,
    Flows,
    Triggers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Count,
    Sum,
    Average,
    Least,
    Most,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// In the spelling `FLOW_ID`; empty where only rows are counted.
    pub(crate) field: String,
    pub(crate) aggregate: Option<Aggregate>,
    /// Of a label.
    pub(crate) key: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chart {
    pub(crate) id: String,
    pub(crate) drawn: Drawn,
    pub(crate) of: Of,
    pub(crate) columns: Vec<Column>,
    pub(crate) conditions: Vec<Condition>,
    /// Of one number: those that it counts among all.
    pub(crate) numerator: Vec<Condition>,
    pub(crate) is_share: bool,
    /// Columns, and whether the largest comes first.
    pub(crate) order: Vec<(String, bool)>,
    pub(crate) content: Option<String>,
}

impl Chart {
    /// Reads a chart; what is wrong is told in words.
    pub(crate) fn read(written: &Json) -> Result<Self, String> {
        let text = |name: &str| written[name].as_str().map(str::to_owned);
        let id = text("id").filter(|id| !id.is_empty()).ok_or("id: must not be blank")?;
        let kind = text("type").ok_or("type: must not be null")?;
        let drawn = drawn(&kind)?;
        let data = &written["data"];
        let of = match (drawn, data["type"].as_str()) {
            (Drawn::Text, _) => Of::Flows,
            (_, Some(kind)) => of(kind)?,
            (_, None) => return Err("data: must not be null".to_owned()),
        };
        let columns = if drawn == Drawn::Number {
            vec![column("value", &data["columns"])?]
        } else {
            let columns = data["columns"].as_object().into_iter().flatten();
            columns.map(|(name, written)| column(name, written)).collect::<Result<_, _>>()?
        };
        let number = written["chartOptions"]["numberType"].as_str();
        let source = &written["source"]["content"];
        Ok(Self {
            id,
            drawn,
            of,
            columns,
            conditions: read_all(&data["where"])?,
            numerator: read_all(&data["numerator"])?,
            is_share: number.is_some_and(|number| number.eq_ignore_ascii_case("PERCENTAGE")),
            order: order(&data["orderBy"]),
            content: source.as_str().map(str::to_owned).or_else(|| text("content")),
        })
    }

    /// Whether rows are added up.
    pub(crate) fn is_grouped(&self) -> bool {
        self.columns.iter().any(|column| column.aggregate.is_some())
    }
}

fn drawn(kind: &str) -> Result<Drawn, String> {
    let known =
        Catalogue::bundled().find(kind).map(|found| found.entry).filter(|entry| entry.kind == "chart");
    let entry = known.ok_or_else(|| format!("type: there is no chart `{kind}`"))?;
    Ok(match entry.simple_name() {
        "KPI" => Drawn::Number,
        "Markdown" => Drawn::Text,
        _ => Drawn::Rows,
    })
}

fn of(kind: &str) -> Result<Of, String> {
    let name = kind.rsplit('.').next().unwrap_or(kind);
    Ok(match name.strip_suffix("KPI").unwrap_or(name) {
        "Executions" => Of::Executions,
        "Logs" => Of::Logs,
        "Metrics" => Of::Metrics,
        "Flows" => Of::Flows,
        "Triggers" => Of::Triggers,
        _ => return Err(format!("data.type: there are no data `{kind}`")),
    })
}

fn column(name: &str, written: &Json) -> Result<Column, String> {
    let aggregate = match written["agg"].as_str().map(str::to_ascii_uppercase).as_deref() {
        None => None,
        Some("COUNT") => Some(Aggregate::Count),
        Some("SUM") => Some(Aggregate::Sum),
        Some("AVG") => Some(Aggregate::Average),
        Some("MIN") => Some(Aggregate::Least),
        Some("MAX") => Some(Aggregate::Most),
        Some(other) => return Err(format!("data.columns.{name}.agg: there is no `{other}`")),
    };
    let field = written["field"].as_str().map(str::to_ascii_uppercase);
    if field.is_none() && aggregate != Some(Aggregate::Count) {
        return Err(format!("data.columns.{name}.field: must not be null"));
    }
    let key = written["labelKey"].as_str().map(str::to_owned);
    Ok(Column { name: name.to_owned(), field: field.unwrap_or_default(), aggregate, key })
}

fn order(written: &Json) -> Vec<(String, bool)> {
    let all = written.as_array().into_iter().flatten();
    all.filter_map(|order| {
        let is_descending = order["order"].as_str().is_some_and(|order| order.eq_ignore_ascii_case("DESC"));
        Some((order["column"].as_str()?.to_owned(), is_descending))
    })
    .collect()
}
