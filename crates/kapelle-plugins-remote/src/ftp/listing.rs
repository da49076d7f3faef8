//! What servers say of files: facts of RFC 3659, and the lists of Unix and Windows where a server knows no better.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::files::{Entry, Kind};

/// A line of facts, such as `type=file;size=3;modify=20260506070809; a name`.
pub(super) fn facts(line: &str) -> Option<Entry> {
    let (facts, name) = line.trim_start().split_once(' ')?;
    let mut entry = Entry::of(Kind::File, 0, Timestamp::default());
    name.clone_into(&mut entry.name);
    for fact in facts.split(';') {
        let Some((key, value)) = fact.split_once('=') else { continue };
        match key.to_ascii_lowercase().as_str() {
            "type" => match value.to_ascii_lowercase().as_str() {
                "file" => {}
                "dir" => entry.kind = Kind::Folder,
                // The folder itself, and the one above it.
                "cdir" | "pdir" => return None,
                other => {
                    entry.kind = Kind::Other;
                    entry.is_link = other.contains("link");
                }
            },
            "size" => entry.bytes = value.parse().ok()?,
            "modify" => entry.modified = moment(value)?,
            "unix.mode" => entry.permissions = u32::from_str_radix(value, 8).ok(),
            "unix.uid" => entry.user = value.parse().ok(),
            "unix.gid" => entry.group = value.parse().ok(),
            _ => {}
        }
    }
    Some(entry)
}

/// A moment such as `20260506070809.123`, always of UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let digits = text.trim().split('.').next()?;
    if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| digits[from..to].parse::<i8>().ok();
    let year: i16 = digits[..4].parse().ok()?;
    let date = Date::new(year, number(4, 6)?, number(6, 8)?).ok()?;
    let time = Time::new(number(8, 10)?, number(10, 12)?, number(12, 14)?, 0).ok()?;
    date.to_datetime(time).to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// A line of a list. Dates without a year are of the last twelve months.
pub(super) fn line(text: &str, now: Timestamp) -> Option<Entry> {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.starts_with(|first: char| first.is_ascii_digit()) { windows(text) } else { unix(text, now) }
}

/// `-rw-r--r--   1 owner group     3 Nov 28 19:23 a name`
fn unix(text: &str, now: Timestamp) -> Option<Entry> {
    let mut words = Words(text);
    let rights = words.next()?;
    let kind = match rights.chars().next()? {
        '-' => Kind::File,
        'd' => Kind::Folder,
        'l' | 'b' | 'c' | 'p' | 's' => Kind::Other,
        _ => return None,
    };
    let (_links, user, group, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let (month, day, when) = (words.next()?, words.next()?, words.next()?);
    // One space belongs to the list, all others to the name.
    let name = words.0.strip_prefix(' ')?;
    let is_link = rights.starts_with('l');
    let name = if is_link { name.split(" -> ").next()? } else { name };
    let mut entry = Entry::of(kind, size.parse().ok()?, date(month, day, when, now)?);
    entry.is_link = is_link;
    name.clone_into(&mut entry.name);
    entry.user = user.parse().ok();
    entry.group = group.parse().ok();
    (!name.is_empty()).then_some(entry)
}

/// `11-28-26  07:23PM       <DIR>          a name`
fn windows(text: &str) -> Option<Entry> {
    let mut words = Words(text);
    let (date, time, size) = (words.next()?, words.next()?, words.next()?);
    let name = words.0.trim_start();
    let numbers: Vec<i16> = date.split('-').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let [month, day, year] = numbers[..] else { return None };
    let year = if year < 100 { 2000 + year } else { year };
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let (clock, half) = time.split_at_checked(5)?;
    let (hour, minute) = clock.split_once(':')?;
    let hour: i8 = hour.parse().ok()?;
    let hour = match half {
        "PM" if hour < 12 => hour + 12,
        "AM" if hour == 12 => 0,
        _ => hour,
    };
    let modified = utc(date.to_datetime(Time::new(hour, minute.parse().ok()?, 0, 0).ok()?))?;
    let (kind, bytes) = if size == "<DIR>" { (Kind::Folder, 0) } else { (Kind::File, size.parse().ok()?) };
    let mut entry = Entry::of(kind, bytes, modified);
    name.clone_into(&mut entry.name);
    (!name.is_empty()).then_some(entry)
}

fn date(month: &str, day: &str, when: &str, now: Timestamp) -> Option<Timestamp> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let month = MONTHS.iter().position(|known| month.eq_ignore_ascii_case(known))? as i8 + 1;
    let day = day.parse().ok()?;
    let Some((hour, minute)) = when.split_once(':') else {
        return utc(Date::new(when.parse().ok()?, month, day).ok()?.at(0, 0, 0, 0));
    };
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    let today = now.to_zoned(TimeZone::UTC).date();
    let this_year = Date::new(today.year(), month, day);
    // Clocks of servers may be a day ahead of ours; the 29th of February may be only in one of the years.
    let is_past = this_year.as_ref().is_ok_and(|date| today.tomorrow().is_ok_and(|limit| *date <= limit));
    let date = if is_past { this_year } else { Date::new(today.year() - 1, month, day) };
    utc(date.ok()?.to_datetime(time))
}

fn utc(moment: DateTime) -> Option<Timestamp> {
    moment.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// Words with blanks between them; what is left of the text stands in it.
struct Words<'t>(&'t str);

impl<'t> Iterator for Words<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let text = self.0.trim_start();
        let end = text.find(' ').unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.0 = rest;
        (!word.is_empty()).then_some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(entry: Option<Entry>) -> String {
        let Some(entry) = entry else { return "-".to_owned() };
        let link = if entry.is_link { " link" } else { "" };
        format!("{:?} `{}` {} {}{link}", entry.kind, entry.name, entry.bytes, entry.modified)
    }

    #[test]
    fn facts_are_read_whatever_their_order() {
        for (line, wanted) in [
            ("type=file;size=3;modify=20260506070809; a  b.txt", "File `a  b.txt` 3 2026-05-06T07:08:09Z"),
            ("Modify=20260506070809.123;Perm=adfrw;Size=3;Type=file; ü", "File `ü` 3 2026-05-06T07:08:09Z"),
            ("type=dir;modify=20260506070809; sub", "Folder `sub` 0 2026-05-06T07:08:09Z"),
            ("type=OS.unix=slink:/x;modify=20260506070809; l", "Other `l` 0 2026-05-06T07:08:09Z link"),
            (" type=file;size=1;modify=20260506070809; /in/a", "File `/in/a` 1 2026-05-06T07:08:09Z"),
            ("type=cdir;modify=20260506070809; .", "-"),
            ("type=file;size=x; a", "-"),
            ("nonsense", "-"),
        ] {
            assert_eq!(shown(facts(line)), wanted, "{line}");
        }
    }

    #[test]
    fn lists_are_read_as_unix_and_windows_write_them() {
        let now = "2026-11-28T12:00:00Z".parse().unwrap();
        for (text, wanted) in [
            (
                "-rw-------    1 65501    65501           3 Nov 28 19:23 hi",
                "File `hi` 3 2026-11-28T19:23:00Z",
            ),
            ("-rw-r--r-- 1 me us 3 Dec 31 23:59  two  spaces", "File ` two  spaces` 3 2025-12-31T23:59:00Z"),
            ("drwxr-xr-x 2 me us 4096 Jan  2  2024 old", "Folder `old` 4096 2024-01-02T00:00:00Z"),
            ("lrwxrwxrwx 1 me us 3 Nov 28 01:00 l -> x", "Other `l` 3 2026-11-28T01:00:00Z link"),
            ("11-28-26  07:23PM       <DIR>          a name", "Folder `a name` 0 2026-11-28T19:23:00Z"),
            ("01-02-2024  12:05AM                 3 b", "File `b` 3 2024-01-02T00:05:00Z"),
            ("total 12", "-"),
            ("", "-"),
        ] {
            assert_eq!(shown(line(text, now)), wanted, "{text}");
        }
    }

    #[test]
    fn the_29th_of_february_is_of_the_year_that_has_it() {
        let now = "2029-01-10T00:00:00Z".parse().unwrap();
        assert_eq!(shown(line("-rw 1 a b 3 Feb 29 01:00 x", now)), "File `x` 3 2028-02-29T01:00:00Z");
    }
}
