use kapelle_model::Millis;
use serde_json::{Value as Json, json};

use super::chart::Chart;
use super::table::{Row, Window, number, rows};
use super::*;

const MAY: i64 = 1_777_593_600_000;

fn chart(data: &Json) -> Chart {
    let kind = if data["type"].as_str().unwrap().ends_with("KPI") { "KPI" } else { "Bar" };
    let share = json!({"numberType": data["share"].as_str()});
    let kind = format!("io.kestra.plugin.core.dashboard.chart.{kind}");
    Chart::read(&json!({"id": "c", "type": kind, "chartOptions": share, "data": data})).unwrap()
}

fn row(day: i64, state: &str, seconds: f64) -> Row {
    let at = crate::views::moment(Millis(MAY + day * 24 * 3_600_000 + 5));
    Row::of(1, [("START_DATE", at.into()), ("STATE", state.into()), ("DURATION", seconds.into())])
}

fn sample() -> Vec<Row> {
    vec![row(0, "SUCCESS", 1.0), row(0, "SUCCESS", 3.0), row(1, "FAILED", 5.0), row(1, "SUCCESS", 7.0)]
}

const WEEK: Window = Window { from: Millis(MAY), until: Millis(MAY + 7 * 24 * 3_600_000) };

#[test]
fn rows_are_added_up_by_what_the_other_columns_have_in_common() {
    let chart = chart(&json!({
        "type": "io.kestra.plugin.core.dashboard.data.Executions",
        "columns": {"day": {"field": "START_DATE"}, "n": {"agg": "COUNT"}, "mean": {"field": "DURATION", "agg": "AVG"}},
        "orderBy": [{"column": "n", "order": "DESC"}, {"column": "day", "order": "DESC"}],
    }));
    assert_eq!(
        Json::from(rows(&chart, &sample(), WEEK).into_iter().map(Json::Object).collect::<Vec<_>>()),
        json!([
            {"day": "2026-05-02T00:00:00.000Z", "n": 2, "mean": 6.0},
            {"day": "2026-05-01T00:00:00.000Z", "n": 2, "mean": 2.0},
        ])
    );
}

#[test]
fn one_number_may_be_a_share() {
    let data = |share: &str| {
        json!({
            "type": "io.kestra.plugin.core.dashboard.data.ExecutionsKPI",
            "columns": {"field": "ID", "agg": "COUNT"},
            "numerator": [{"field": "STATE", "type": "IN", "values": ["SUCCESS"]}],
            "share": share,
        })
    };
    assert_eq!(number(&chart(&data("FLAT")), &sample()), json!(3));
    assert_eq!(number(&chart(&data("PERCENTAGE")), &sample()), json!(75.0));
    assert_eq!(number(&chart(&data("PERCENTAGE")), &[]), json!(0));
}

#[test]
fn conditions_hold_for_rows() {
    for (condition, count) in [
        (json!({"field": "STATE", "type": "EQUAL_TO", "value": "FAILED"}), 1),
        (json!({"field": "state", "type": "NOT_IN", "values": ["FAILED"]}), 3),
        (json!({"field": "DURATION", "type": "GREATER_THAN_OR_EQUAL_TO", "value": 3}), 3),
        (json!({"field": "STATE", "type": "REGEX", "value": "^S"}), 3),
        (json!({"field": "NAMESPACE", "type": "IS_NULL"}), 4),
        (
            json!({"type": "OR", "values": [
                {"field": "STATE", "type": "CONTAINS", "value": "AIL"},
                {"field": "DURATION", "type": "LESS_THAN", "value": 2},
            ]}),
            2,
        ),
    ] {
        let read = conditions::read_all(&json!([condition])).unwrap();
        assert_eq!(sample().iter().filter(|row| read[0].holds(row)).count(), count, "{condition}");
    }
}

#[test]
fn what_is_wrong_with_a_dashboard_is_told() {
    for (source, words) in [
        ("- a", "no object"),
        ("id: a b\ntitle: t", "id: "),
        ("id: a", "title: must not be blank"),
        ("title: t\ncharts: [{id: a, type: nothing}]", "there is no chart `nothing`"),
        (
            "title: t\ncharts: [{id: a, type: io.kestra.plugin.core.dashboard.chart.Bar}]",
            "data: must not be null",
        ),
    ] {
        let error = Dashboard::read(source).unwrap_err();
        assert!(error.message.contains(words), "{source}: {}", error.message);
    }
    assert!(Dashboard::read("title: t\ncharts: []").is_ok());
}
