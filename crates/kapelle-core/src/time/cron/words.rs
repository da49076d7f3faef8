//! Schedules in words.

use super::{Cron, LAST_DAY, Set};
use crate::time::MONTHS;

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Times of a day that are told one by one.
const TIMES_MAX: usize = 6;

impl Cron {
    /// When it fires, for people: `on weekdays at 06:00`.
    pub fn in_words(&self) -> String {
        let mut words = vec![self.days_in_words(), self.times_in_words()];
        words.retain(|part| !part.is_empty());
        words.join(" ")
    }

    fn times_in_words(&self) -> String {
        let (minutes, hours) = (numbers(self.minutes, 59), numbers(self.hours, 23));
        let times = minutes.len() * hours.len();
        let seconds = numbers(self.seconds, 59);
        let at_seconds = match seconds.as_slice() {
            [0] => String::new(),
            [_, _, ..] => " (and seconds)".to_owned(),
            [second, ..] => format!(" (at second {second})"),
            [] => return String::new(),
        };
        let words = match (minutes.as_slice(), hours.as_slice()) {
            _ if times <= TIMES_MAX => {
                let times = hours
                    .iter()
                    .flat_map(|hour| minutes.iter().map(move |minute| format!("{hour:02}:{minute:02}")));
                format!("at {}", listed(&times.collect::<Vec<_>>()))
            }
            (minutes, hours) if hours.len() == 24 => match (minutes, step(minutes, 60)) {
                ([0], _) => "every hour".to_owned(),
                ([minute], _) => format!("every hour at minute {minute}"),
                (_, Some(1)) if seconds.len() == 60 => return "every second".to_owned(),
                (_, Some(1)) => "every minute".to_owned(),
                (_, Some(step)) => format!("every {step} minutes"),
                _ => format!("every hour at minutes {}", listed(&texts(minutes))),
            },
            ([0], hours) => match step(hours, 24) {
                Some(step) => format!("every {step} hours"),
                None => format!("at each full hour of {}", ranges(hours)),
            },
            (minutes, hours) => match step(minutes, 60) {
                Some(1) => format!("every minute in the hours {}", ranges(hours)),
                Some(step) => format!("every {step} minutes in the hours {}", ranges(hours)),
                None => format!("at minutes {} of the hours {}", listed(&texts(minutes)), ranges(hours)),
            },
        };
        format!("{words}{at_seconds}")
    }

    fn days_in_words(&self) -> String {
        let mut days = match (self.days_restricted, self.weekdays_restricted) {
            (false, false) => String::new(),
            (true, false) => self.monthdays(),
            (false, true) => self.weekday_names(),
            (true, true) => format!("{} or {}", self.monthdays(), self.weekday_names()),
        };
        let months = numbers(self.months, 12);
        if months.len() < 12 {
            let names = (1..).zip(MONTHS).filter(|(month, _)| self.months.contains(*month));
            let names: Vec<String> = names.map(|(_, name)| name.to_owned()).collect();
            let gap = if days.is_empty() { "every day in " } else { " in " };
            days.push_str(gap);
            days.push_str(&listed(&names));
        }
        if days.is_empty() && self.hours.len() < 24 { "every day".to_owned() } else { days }
    }

    fn monthdays(&self) -> String {
        let days: Vec<i8> = numbers(self.days, 31).into_iter().filter(|day| *day != LAST_DAY).collect();
        let is_last = self.days.contains(LAST_DAY);
        match (days.is_empty(), is_last) {
            (true, _) => "on the last day of the month".to_owned(),
            (false, true) => format!("on {} and the last day of the month", day_words(&days)),
            (false, false) => format!("on {} of the month", day_words(&days)),
        }
    }

    fn weekday_names(&self) -> String {
        let days = numbers(self.weekdays, 6);
        match days.as_slice() {
            [1, 2, 3, 4, 5] => "on weekdays".to_owned(),
            [0, 6] => "at weekends".to_owned(),
            _ => {
                let names = (0..).zip(WEEKDAYS).filter(|(day, _)| self.weekdays.contains(*day));
                let names: Vec<String> = names.map(|(_, name)| format!("{name}s")).collect();
                format!("on {}", listed(&names))
            }
        }
    }
}

fn numbers(set: Set, last: i8) -> Vec<i8> {
    (0..=last).filter(|number| set.contains(*number)).collect()
}

fn day_words(days: &[i8]) -> String {
    let word = if days.len() == 1 { "day" } else { "days" };
    format!("{word} {}", ranges(days))
}

/// The distance between numbers that are evenly spread over the whole.
fn step(numbers: &[i8], whole: usize) -> Option<usize> {
    let step = whole.checked_div(numbers.len())?;
    let is_even = numbers.iter().enumerate().all(|(at, number)| usize::try_from(*number) == Ok(at * step));
    (is_even && step * numbers.len() == whole).then_some(step)
}

fn texts(numbers: &[i8]) -> Vec<String> {
    numbers.iter().map(i8::to_string).collect()
}

/// `1–5, 8`
fn ranges(numbers: &[i8]) -> String {
    let mut parts: Vec<(i8, i8)> = Vec::new();
    for number in numbers {
        match parts.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => parts.push((*number, *number)),
        }
    }
    let text = |(first, last): &(i8, i8)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    };
    parts.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// `a, b and c`
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_told_as_people_say_it() {
        for (text, words) in [
            ("0 6 * * 1-5", "on weekdays at 06:00"),
            ("0 9 * * *", "every day at 09:00"),
            ("*/15 * * * *", "every 15 minutes"),
            ("* * * * *", "every minute"),
            ("0 * * * *", "every hour"),
            ("5 * * * *", "every hour at minute 5"),
            ("0 0 1 * *", "on day 1 of the month at 00:00"),
            ("0 0 L * *", "on the last day of the month at 00:00"),
            ("30 8,20 * * SAT,SUN", "at weekends at 08:30 and 20:30"),
            ("0 12 13 * FRI", "on day 13 of the month or on Fridays at 12:00"),
            ("0 0 1 1 *", "on day 1 of the month in January at 00:00"),
            ("0 */2 * * *", "every day every 2 hours"),
            ("*/10 8-17 * * *", "every day every 10 minutes in the hours 8–17"),
            ("@daily", "every day at 00:00"),
        ] {
            assert_eq!(Cron::parse(text, false).unwrap().in_words(), words, "{text}");
        }
        assert_eq!(Cron::parse("* * * * * *", true).unwrap().in_words(), "every second");
        assert_eq!(
            Cron::parse("30 0 9 * * *", true).unwrap().in_words(),
            "every day at 09:00 (at second 30)"
        );
    }
}
