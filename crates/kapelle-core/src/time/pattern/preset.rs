//! The patterns that have a name.

use super::compile::{compile, fixed, number};
use super::field::Field;
use super::{Item, OffsetForm, Pattern, Sign};

/// The pattern of this name; the localised ones are not among them.
pub(super) fn named(name: &str) -> Option<Pattern> {
    let simple = match name {
        "iso" => "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
        "iso_milli" => "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "iso_sec" => "yyyy-MM-dd'T'HH:mm:ssXXX",
        "sql" => "yyyy-MM-dd HH:mm:ss.SSSSSS",
        "sql_milli" => "yyyy-MM-dd HH:mm:ss.SSS",
        // The second is how an early version had it.
        "sql_sec" | "sql_seq" => "yyyy-MM-dd HH:mm:ss",
        _ => "",
    };
    if !simple.is_empty() {
        return compile(simple).ok();
    }
    let items = match name {
        "iso_date_time" => {
            join([date(), literal("T"), time(), vec![optional(join([offset(), vec![Item::Region]]))]])
        }
        "iso_zoned_date_time" => join([date(), literal("T"), time(), offset(), vec![Item::Region]]),
        "iso_offset_date_time" => join([date(), literal("T"), time(), offset()]),
        "iso_local_date_time" => join([date(), literal("T"), time()]),
        "iso_date" => join([date(), vec![optional(offset())]]),
        "iso_offset_date" => join([date(), offset()]),
        "iso_local_date" => date(),
        "iso_time" => join([time(), vec![optional(offset())]]),
        "iso_offset_time" => join([time(), offset()]),
        "iso_local_time" => time(),
        "iso_instant" => vec![Item::Instant],
        "iso_ordinal_date" => join([
            vec![year(Field::Year)],
            literal("-"),
            vec![fixed(Field::DayOfYear, 3), optional(offset())],
        ]),
        "iso_week_date" => join([
            vec![year(Field::IsoWeekYear)],
            literal("-W"),
            vec![fixed(Field::IsoWeek, 2)],
            literal("-"),
            vec![fixed(Field::Weekday, 1), optional(offset())],
        ]),
        "rfc_1123_date_time" => join([
            vec![optional(join([vec![Item::Text(Field::Weekday, "EEE")], literal(", ")]))],
            vec![number(Field::Day, 1, 2, Sign::NotNegative)],
            literal(" "),
            vec![Item::Text(Field::Month, "MMM")],
            literal(" "),
            vec![fixed(Field::Year, 4)],
            literal(" "),
            vec![fixed(Field::Hour, 2)],
            literal(":"),
            vec![fixed(Field::Minute, 2), optional(join([literal(":"), vec![fixed(Field::Second, 2)]]))],
            literal(" "),
            vec![Item::Offset(OffsetForm::Basic, "GMT")],
        ]),
        _ => return None,
    };
    Some(Pattern { items, is_standard: true })
}

fn join<const N: usize>(parts: [Vec<Item>; N]) -> Vec<Item> {
    parts.into_iter().flatten().collect()
}

fn literal(text: &str) -> Vec<Item> {
    vec![Item::Literal(text.to_owned())]
}

fn optional(items: Vec<Item>) -> Item {
    Item::Optional(items)
}

fn year(field: Field) -> Item {
    number(field, 4, 10, Sign::ExceedsPad)
}

fn date() -> Vec<Item> {
    join([
        vec![year(Field::Year)],
        literal("-"),
        vec![fixed(Field::Month, 2)],
        literal("-"),
        vec![fixed(Field::Day, 2)],
    ])
}

fn time() -> Vec<Item> {
    let seconds = join([literal(":"), vec![fixed(Field::Second, 2), Item::Fraction]]);
    join([vec![fixed(Field::Hour, 2)], literal(":"), vec![fixed(Field::Minute, 2), optional(seconds)]])
}

fn offset() -> Vec<Item> {
    vec![Item::Offset(OffsetForm::Loose, "Z")]
}
