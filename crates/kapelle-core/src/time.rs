//! Times as flows write them: durations, dates, zones and schedules.
//!
//! Flows were written for Java, so every reader here accepts what the Java class of the same purpose accepts, and
//! says in words what is wrong with the rest. Nothing here knows what time it is: [`cron::Cron::next_after`] asks for
//! the moment to start from, and zones come from data inside the binary, so that every machine gives one answer.

pub mod cron;
pub mod date;
pub mod duration;
pub mod holidays;
pub mod locale;
pub mod pattern;
pub mod week;
pub mod zone;

/// The months in English, from January.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
