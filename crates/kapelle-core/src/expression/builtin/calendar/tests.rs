//! Single calls, with what they give or fail with.

use kapelle_model::Value;

use crate::expression::builtin::{Kind, testing};
use crate::expression::error::Category;

fn run(name: &str, arguments: &[&str]) -> Result<Value, Category> {
    let arguments: Vec<Value> = arguments.iter().map(|text| Value::from(*text)).collect();
    testing::call(Kind::Function, name, Value::Null, &arguments).map_err(|error| error.category)
}

#[test]
fn dates_are_in_a_calendar() {
    let cases: &[(&str, &[&str], Value)] = &[
        ("isWeekend", &["2025-01-04"], Value::Bool(true)),
        ("isWeekend", &["2025-01-06"], Value::Bool(false)),
        ("isWeekend", &["2025-01-04T10:00:00Z"], Value::Bool(true)),
        ("dayOfWeek", &["2025-01-06T23:30:00+02:00"], Value::from("MONDAY")),
        ("dayOfMonth", &["2025-01-06"], Value::Int(6)),
        ("monthOfYear", &["2025-11-06"], Value::Int(11)),
        ("hourOfDay", &["2025-01-06T14:30:00+02:00"], Value::Int(14)),
        ("hourOfDay", &["2025-01-06T14:30:00"], Value::Int(14)),
        ("isDayWeekInMonth", &["2025-01-13", "MONDAY", "FIRST"], Value::Bool(false)),
        ("isDayWeekInMonth", &["2025-01-13", "monday", "second"], Value::Bool(true)),
        ("isDayWeekInMonth", &["2025-01-24", "FRIDAY", "FOURTH"], Value::Bool(true)),
        ("isDayWeekInMonth", &["2025-01-31", "FRIDAY", "LAST"], Value::Bool(true)),
        ("isDayWeekInMonth", &["2025-01-24", "FRIDAY", "LAST"], Value::Bool(false)),
        ("isLastWorkingDay", &["2025-01-31"], Value::Bool(true)),
        ("isLastWorkingDay", &["2025-05-30"], Value::Bool(true)),
        ("isLastWorkingDay", &["2025-05-31"], Value::Bool(false)),
        ("isLastWorkingDay", &["2025-01-30", "MONDAY,TUESDAY,WEDNESDAY,THURSDAY"], Value::Bool(true)),
        ("isLastWorkingDay", &["2025-01-31", "friday saturday"], Value::Bool(true)),
        (
            "isDateBetween",
            &["2026-01-01T01:00:00+02:00", "2025-12-31T22:59:00Z", "2025-12-31T23:01:00Z"],
            Value::Bool(true),
        ),
        (
            "isDateBetween",
            &["2026-06-30T00:00:00Z", "2026-01-01T00:00:00Z", "2026-06-30T00:00:00Z"],
            Value::Bool(false),
        ),
        ("isPublicHoliday", &["2025-07-04", "US"], Value::Bool(true)),
        ("isPublicHoliday", &["2025-01-01T10:00:00Z", "DE"], Value::Bool(true)),
        ("isPublicHoliday", &["2025-11-01", "DE", "BY"], Value::Bool(true)),
    ];
    for (name, arguments, expected) in cases {
        assert_eq!(run(name, arguments).as_ref(), Ok(expected), "{name} {arguments:?}");
    }
}

#[test]
fn what_is_wrong_has_a_category() {
    let cases: &[(&str, &[&str], Category)] = &[
        ("isWeekend", &[], Category::Argument),
        ("isWeekend", &["soon"], Category::InvalidInput),
        ("isDayWeekInMonth", &["2025-01-06", "FOO", "FIRST"], Category::Argument),
        ("isDayWeekInMonth", &["2025-01-06", "MONDAY", "FIFTH"], Category::Argument),
        ("isLastWorkingDay", &["2025-01-31", "FOO"], Category::Argument),
        ("isLastWorkingDay", &["2025-01-31", ""], Category::Argument),
        ("hourOfDay", &["2025-01-06"], Category::InvalidInput),
        (
            "isDateBetween",
            &["2026-03-01T00:00:00", "2025-12-31T23:59:59Z", "2026-06-30T23:59:59Z"],
            Category::InvalidInput,
        ),
        ("isDateBetween", &["2026-03-01T00:00:00Z", "2025-12-31T23:59:59Z"], Category::Argument),
        ("isPublicHoliday", &["2025-07-14"], Category::Argument),
        ("isPublicHoliday", &["2025-07-14", "XX"], Category::Argument),
    ];
    for (name, arguments, expected) in cases {
        assert_eq!(run(name, arguments), Err(*expected), "{name} {arguments:?}");
    }
}
