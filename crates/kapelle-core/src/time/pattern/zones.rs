//! What zones are called: `CEST`, `Central European Summer Time`.
//!
//! The names are those that Java 25 has in English, in `zones.txt`: for each group of zones the long and short names of
//! standard and of summer time and the general ones, `*` for one made of the place, then a second part with the zone
//! that is meant by a name. Other languages have the names of the most used zones in the locale data.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::tz::TimeZone;

use super::format::Named;
use crate::time::locale::Locale;
use crate::time::zone;

const ZONES: &str = include_str!("zones.txt");

/// Bytes of the longest id of a zone.
const ID_BYTES_MAX: usize = 40;

struct Table {
    /// Long standard, long summer, short standard, short summer, long general, short general.
    names: HashMap<&'static str, [&'static str; 6]>,
    /// Names and the zones they mean, the longest names first.
    ids: Vec<(&'static str, &'static str)>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { names: HashMap::new(), ids: Vec::new() };
    let mut lines = ZONES.lines();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let mut parts = line.split('|');
        let names: [&str; 6] = std::array::from_fn(|_| parts.next().unwrap_or_default());
        for id in parts.next().unwrap_or_default().split(' ') {
            table.names.insert(id, names);
        }
    }
    for line in lines {
        if let Some((id, names)) = line.split_once('|') {
            table.ids.extend(names.split('|').map(|name| (name, id)));
        }
    }
    table.ids.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    table
});

/// The name of the zone at the moment; where there is none, its distance from Greenwich.
pub(super) fn name(named: Named<'_>, is_full: bool, is_generic: bool, locale: &Locale) -> String {
    let Some(names) = TABLE.names.get(named.zone) else { return named.zone.to_owned() };
    let moment = named.moment;
    let is_summer = moment.time_zone().to_offset_info(moment.timestamp()).dst().is_dst();
    let index = match (is_full, is_generic) {
        (true, false) => usize::from(is_summer),
        (false, false) => 2 + usize::from(is_summer),
        (true, true) => 4,
        // Without a general name of its own it is that of standard time.
        (false, true) if names[5] == "=" => 2,
        (false, true) => 5,
    };
    match names[index] {
        "" => {
            let offset = moment.strftime("%:z");
            if moment.offset().is_zero() { "GMT".into() } else { format!("{}{offset}", locale.text("gmt")) }
        }
        "*" => {
            let place = named.zone.rsplit('/').next().unwrap_or_default().replace('_', " ");
            let kind = [" Standard", " Daylight", "", "", "", ""][index];
            format!("{place}{kind} Time")
        }
        name => localized(name, is_full, locale).to_owned(),
    }
}

/// The name in the language of the locale, if that has one.
fn localized(name: &'static str, is_full: bool, locale: &Locale) -> &'static str {
    let key = if is_full { "zzzz" } else { "z" };
    let english = Locale::default().names(key);
    let own = locale.names(key);
    let index = english.iter().position(|candidate| *candidate == name);
    index.and_then(|index| own.get(index).copied()).unwrap_or(name)
}

/// The zone that the text begins with, by id or by name, and the bytes that it takes.
pub(super) fn take_name(text: &str, locale: &Locale) -> Option<(TimeZone, usize)> {
    let by_id = take_id(text);
    let by_english = TABLE.ids.iter().find(|(name, _)| text.starts_with(name));
    let by_name = by_english.map(|(name, id)| (*id, name.len())).or_else(|| {
        let english = Locale::default();
        ["zzzz", "z"].into_iter().find_map(|key| {
            let own = locale.names(key);
            let found =
                own.iter().enumerate().filter(|(_, name)| !name.is_empty() && text.starts_with(**name));
            let (index, name) = found.max_by_key(|(_, name)| name.len())?;
            let english = english.names(key);
            let (_, id) = TABLE.ids.iter().find(|(candidate, _)| Some(candidate) == english.get(index))?;
            Some((*id, name.len()))
        })
    });
    let longest_id = by_id.as_ref().map_or(0, |(_, length)| *length);
    match by_name {
        Some((id, length)) if length > longest_id => Some((zone::find(id)?, length)),
        _ => by_id,
    }
}

/// The zone whose id the text begins with, the longest there is.
pub(super) fn take_id(text: &str) -> Option<(TimeZone, usize)> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"/_+-:".contains(byte);
    let most = text.bytes().take(ID_BYTES_MAX).take_while(is_part).count();
    (1..=most).rev().find_map(|length| zone::find(text.get(..length)?).map(|zone| (zone, length)))
}
