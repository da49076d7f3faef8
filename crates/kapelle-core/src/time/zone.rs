//! Time zones by the names that `java.time.ZoneId.of` knows.

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

/// Zones of the data that Java leaves out.
const NOT_IN_JAVA: &[&str] = &["Etc/Unknown", "Factory", "ROC"];

/// What people write, and Java refuses, because several places share or have shared the letters.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("AEDT", "Australia/Sydney"),
    ("AEST", "Australia/Sydney"),
    ("BST", "Europe/London"),
    ("CDT", "America/Chicago"),
    ("CEST", "Europe/Paris"),
    ("CST", "America/Chicago"),
    ("EDT", "America/New_York"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MDT", "America/Denver"),
    ("PDT", "America/Los_Angeles"),
    ("PST", "America/Los_Angeles"),
];

/// The regions that people choose from; the rest are names of the past such as `US/Eastern`.
const REGIONS: &[&str] = &[
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
];

/// No name is longer than this, so nothing resembles a longer one.
const NAME_BYTES_MAX: usize = 40;

/// Finds a zone: an IANA id in its exact spelling, `Z`, an offset such as `+02:00` or `-5`, or `UTC`, `GMT` or `UT`
/// alone or with an offset behind.
pub fn find(name: &str) -> Option<TimeZone> {
    if name.len() <= 1 || name.starts_with(['+', '-']) {
        return offset(name).map(Offset::to_time_zone);
    }
    let behind_prefix = ["UTC", "GMT", "UT"].iter().find_map(|prefix| name.strip_prefix(prefix));
    match behind_prefix {
        Some("") => Some(TimeZone::UTC),
        Some(rest) if rest.starts_with(['+', '-']) => offset(rest).map(Offset::to_time_zone),
        _ => region(name),
    }
}

/// What Java calls the zone found by this name: `GMT+2` becomes `GMT+02:00`, `-5` becomes `-05:00`.
pub fn id(name: &str) -> String {
    let at = name.find(['+', '-']).filter(|_| !name.contains('/')).unwrap_or(name.len());
    let (prefix, rest) = name.split_at(at);
    match offset(rest).filter(|_| matches!(prefix, "" | "UTC" | "GMT" | "UT")) {
        Some(offset) if offset.is_zero() => {
            if prefix.is_empty() {
                "Z".to_owned()
            } else {
                prefix.to_owned()
            }
        }
        Some(offset) => {
            let seconds = offset.seconds().unsigned_abs();
            let sign = if offset.is_negative() { '-' } else { '+' };
            let behind = if seconds % 60 == 0 { String::new() } else { format!(":{:02}", seconds % 60) };
            format!("{prefix}{sign}{:02}:{:02}{behind}", seconds / 3600, seconds / 60 % 60)
        }
        None => name.to_owned(),
    }
}

/// What Java calls a zone.
pub fn id_of(zone: &TimeZone) -> String {
    match zone.iana_name() {
        Some(name) => name.to_owned(),
        None => id(&zone.to_fixed_offset().map_or_else(|_| "UTC".to_owned(), written)),
    }
}

fn written(offset: Offset) -> String {
    let seconds = offset.seconds().unsigned_abs();
    let sign = if offset.is_negative() { '-' } else { '+' };
    format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Proposes an IANA id for a name that [`find`] does not know: other case, region missing or wrong, abbreviation, typo.
pub fn nearest(name: &str) -> Option<String> {
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let wanted = name.trim().replace(' ', "_");
    let exact = |letters: &str| wanted.eq_ignore_ascii_case(letters);
    if let Some(letters) = ["UTC", "GMT", "UT", "Z"].into_iter().find(|letters| exact(letters)) {
        return Some(letters.to_owned());
    }
    let database = TimeZoneDatabase::bundled();
    let mut names: Vec<String> = database.available().map(|name| name.to_string()).collect();
    names.retain(|name| !NOT_IN_JAVA.contains(&name.as_str()));
    names.sort_by_key(|name| !REGIONS.iter().any(|region| name.starts_with(region)));
    let place = wanted.rsplit('/').next().unwrap_or_default();
    let same = |name: &&String| exact(name);
    let same_place = |name: &&String| place.eq_ignore_ascii_case(place_of(name));
    let found = names.iter().find(same).or_else(|| names.iter().find(same_place)).cloned();
    let abbreviated = ABBREVIATIONS.iter().find(|(letters, _)| exact(letters));
    found.or_else(|| abbreviated.map(|(_, id)| (*id).to_owned())).or_else(|| typo(&wanted, place, names))
}

/// An offset as `java.time.ZoneOffset.of` reads it: `Z`, `±h`, `±hh`, `±hh:mm`, `±hhmm`, `±hh:mm:ss` or `±hhmmss`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let digits = text.strip_prefix(['+', '-'])?;
    let parts: Vec<&str> = match (digits.len(), digits.contains(':')) {
        (1 | 2, _) => vec![digits],
        (4 | 6, false) if digits.is_ascii() => {
            [digits.get(..2), digits.get(2..4), digits.get(4..6)].into_iter().flatten().collect()
        }
        (5 | 8, true) => digits.split(':').collect(),
        _ => return None,
    };
    let single = digits.len() == 1;
    let is_shaped = parts.iter().all(|part| {
        part.bytes().all(|byte| byte.is_ascii_digit()) && (part.len() == 2 || (single && part.len() == 1))
    });
    if !is_shaped {
        return None;
    }
    let number = |index: usize| parts.get(index).map_or(Ok(0), |part| part.parse::<i32>()).ok();
    let (hours, minutes, seconds) = (number(0)?, number(1)?, number(2)?);
    let total = hours * 3600 + minutes * 60 + seconds;
    if minutes > 59 || seconds > 59 || total > 18 * 3600 {
        return None;
    }
    Offset::from_seconds(if text.starts_with('-') { -total } else { total }).ok()
}

/// The data is searched in any case; Java is exact.
fn region(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (zone.iana_name() == Some(name) && !NOT_IN_JAVA.contains(&name)).then_some(zone)
}

fn place_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The name with the fewest letters wrong, in all of it or in its place alone.
fn typo(wanted: &str, place: &str, names: Vec<String>) -> Option<String> {
    // Short names resemble each other by chance.
    let errors_max = |text: &str| text.chars().count() / 4;
    let distances = names.into_iter().filter_map(|name| {
        let whole = errors(wanted, &name);
        let place_errors = errors(place, place_of(&name));
        let fits = whole <= errors_max(wanted).min(3) || place_errors <= errors_max(place).min(2);
        fits.then_some((whole.min(place_errors), name))
    });
    distances.min_by_key(|(errors, _)| *errors).map(|(_, name)| name)
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour, whatever their case.
fn errors(one: &str, other: &str) -> usize {
    let letters = |text: &str| text.chars().map(|letter| letter.to_ascii_lowercase()).collect::<Vec<_>>();
    let (one, other) = (letters(one), letters(other));
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, against) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != against);
            let mut fewest = replaced.min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && one[row - 1] == *against && other[column - 1] == *letter;
            if swapped {
                fewest = fewest.min(before_last[column - 1] + 1);
            }
            current.push(fewest);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The offset of a zone at the start of 2024, or `-` if there is no such zone.
    fn offset_of(name: &str) -> String {
        let moment = "2024-01-01T00:00:00Z".parse().unwrap();
        find(name).map_or("-".into(), |zone| zone.to_offset(moment).to_string())
    }

    #[test]
    fn every_form_of_java_is_found() {
        let cases = [
            ("Europe/Paris", "+01"),
            ("US/Eastern", "-05"),
            ("Etc/GMT+2", "-02"),
            ("GMT0", "+00"),
            ("CET", "+01"),
            ("EST5EDT", "-05"),
            ("Z", "+00"),
            ("UTC", "+00"),
            ("GMT", "+00"),
            ("UT", "+00"),
            ("UTC+2", "+02"),
            ("UTC+02:00", "+02"),
            ("UTC+0200", "+02"),
            ("GMT+2", "+02"),
            ("GMT+0", "+00"),
            ("UT-1", "-01"),
            ("+02:00", "+02"),
            ("-5", "-05"),
            ("+18:00", "+18"),
            ("+02:00:30", "+02:00:30"),
        ];
        for (name, expected) in cases {
            assert_eq!(offset_of(name), expected, "{name}");
        }
    }

    #[test]
    fn what_java_refuses_is_refused() {
        let names = [
            "",
            "z",
            "utc",
            "europe/paris",
            "Europe/paris",
            "UTCZ",
            "UTC0",
            "UTC+2:00",
            "+5:30",
            "+18:01",
            "+19",
            "+01:60",
            "+1:2",
            "+٣",
            "PST",
            "Paris",
            "Europe/Berlinn",
            "ROC",
            "Factory",
            "Etc/Unknown",
            "/",
            "+",
            "Europe/",
            "+00é",
        ];
        for name in names {
            assert_eq!(offset_of(name), "-", "{name}");
        }
    }

    #[test]
    fn the_nearest_id_is_the_one_that_was_meant() {
        let cases = [
            ("europe/paris", "Europe/Paris"),
            ("Berlin", "Europe/Berlin"),
            ("berlin", "Europe/Berlin"),
            ("America/New York", "America/New_York"),
            ("Europe/New_York", "America/New_York"),
            ("Europe/Berlni", "Europe/Berlin"),
            ("Eurpoe/Paris", "Europe/Paris"),
            ("America/NewYork", "America/New_York"),
            ("Amerika/New_York", "America/New_York"),
            ("utc", "UTC"),
            ("PST", "America/Los_Angeles"),
            ("CEST", "Europe/Paris"),
            ("Asia/Calcuta", "Asia/Calcutta"),
            ("Eastern", "Canada/Eastern"),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name).as_deref(), Some(expected), "{name}");
        }
        for name in ["", "XYZ", "local", "server", &"x".repeat(500)] {
            assert_eq!(nearest(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_has_an_answer(name in "\\PC*") {
            let _found = find(&name);
        }

        #[test]
        fn what_is_proposed_exists(name in "[A-Za-z_/ +-]{0,20}") {
            prop_assert!(nearest(&name).is_none_or(|id| find(&id).is_some()));
        }
    }
}
