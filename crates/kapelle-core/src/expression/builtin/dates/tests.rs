//! Single calls, with what they give or fail with.

use kapelle_model::Value;

use crate::expression::builtin::testing;
use crate::expression::error::Category;

fn run(name: &str, input: impl Into<Value>, arguments: &[&str]) -> Result<String, Category> {
    let arguments: Vec<Value> = arguments.iter().map(|text| Value::from(*text)).collect();
    match testing::filter(name, input, &arguments) {
        Ok(Value::Str(text)) => Ok(text.expose().to_owned()),
        Ok(other) => Ok(format!("{other:?}")),
        Err(error) => Err(error.category),
    }
}

#[test]
fn inputs_of_every_kind_are_dates() {
    let cases = [
        ("2024-01-01T00:00Z", "2024-01-01T00:00:00Z"),
        ("2024-01-01t00:00:00z", "2024-01-01T00:00:00Z"),
        ("2024-01-01T00:00:00+02", "2023-12-31T22:00:00Z"),
        ("2013-09-08T17:19:12+02:00[Europe/Paris]", "2013-09-08T15:19:12Z"),
        ("2013-09-08T17:19:12", "2013-09-08T17:19:12Z"),
        ("2013-09-08", "2013-09-08T00:00:00Z"),
    ];
    for (text, expected) in cases {
        assert_eq!(run("date", text, &["iso_sec"]).as_deref(), Ok(expected), "{text}");
    }
    for text in ["", "yesterday", "2024-01-01 00:00:00", "2024-01-01T00:00:00+0200", "2024-1-1", "2024-02-30"]
    {
        assert_eq!(run("date", text, &["iso_sec"]), Err(Category::InvalidInput), "{text}");
    }
    let numbers = [
        (1_378_653_552, "2013-09-08T15:19:12.000000Z"),
        (1_378_653_552_123, "2013-09-08T15:19:12.123000Z"),
        (1_378_653_552_123_456_000, "2013-09-08T15:19:12.123456Z"),
        (20_240_101, "1970-08-23T06:15:01.000000Z"),
        (-1, "1969-12-31T23:59:59.000000Z"),
        (0, "1970-01-01T00:00:00.000000Z"),
    ];
    for (number, expected) in numbers {
        assert_eq!(run("date", Value::Int(number), &[]).as_deref(), Ok(expected));
    }
    assert_eq!(run("date", Value::Int(i64::MAX / 100), &[]), Err(Category::InvalidInput));
    assert_eq!(run("date", Value::Float(1.5), &[]), Err(Category::Type));
    let noon = Value::LocalDate(jiff::civil::date(2013, 9, 8));
    assert_eq!(run("date", noon, &["HH", "Europe/Paris"]).as_deref(), Ok("12"));
}

#[test]
fn arguments_are_checked() {
    let text = "2024-01-01T00:00:00Z";
    for arguments in
        [&["j"][..], &["iso", "Mars/Olympus"], &["iso", "UTC", "yyyy#"], &["HH", "UTC", "", "no locale"]]
    {
        let result = run("date", text, arguments);
        assert!(
            matches!(result, Err(Category::Argument | Category::InvalidInput)),
            "{arguments:?} {result:?}"
        );
    }
    assert_eq!(testing::filter("date", text, &[Value::Null]).unwrap_err().category, Category::Argument);
    let error = testing::filter("dateAdd", text, &[Value::Int(1), Value::from("fortnight")]).unwrap_err();
    assert_eq!(error.category, Category::Argument);
    assert!(error.help.unwrap().starts_with("the units are NANOS, "));
}

#[test]
fn dates_move() {
    let add = |input: &str, amount: i64, unit: &str, zone: &str| {
        let arguments = [Value::Int(amount), Value::from(unit), Value::from("iso_sec"), Value::from(zone)];
        testing::filter("dateAdd", input, &arguments)
    };
    let cases = [
        ("2024-03-30T12:00:00+01:00[Europe/Paris]", 1, "DAYS", "2024-03-31T12:00:00+02:00"),
        ("2024-03-30T12:00:00+01:00[Europe/Paris]", 24, "HOURS", "2024-03-31T13:00:00+02:00"),
        ("2024-10-26T02:30:00+02:00[Europe/Paris]", 1, "DAYS", "2024-10-27T02:30:00+02:00"),
        ("2024-10-28T02:30:00+01:00[Europe/Paris]", -1, "DAYS", "2024-10-27T02:30:00+01:00"),
        ("2024-01-31T00:00:00", 1, "MONTHS", "2024-02-29T00:00:00+01:00"),
        ("2024-02-29T00:00:00", -1, "MILLENNIA", "1024-02-29T00:00:00+00:09:21"),
    ];
    for (input, amount, unit, expected) in cases {
        let expected = expected.trim_end_matches(":21");
        assert_eq!(add(input, amount, unit, "Europe/Paris"), Ok(Value::from(expected)), "{input}");
    }
    for unit in ["day", "Days", "DAY", "days"] {
        let moved = add("2024-01-01T00:00:00Z", -1, unit, "UTC");
        assert_eq!(moved, Ok(Value::from("2023-12-31T00:00:00Z")), "{unit}");
    }
    for unit in ["NANOS", "HALF_DAYS", "DAYS", "WEEKS", "MONTHS", "MILLENNIA"] {
        for amount in [i64::MIN, i64::MAX, 400_000_000_000] {
            let _outcome = add("2024-01-01", amount, unit, "UTC");
        }
    }
    assert_eq!(add("2024-01-01", i64::MAX, "DAYS", "UTC").unwrap_err().category, Category::Argument);
}
