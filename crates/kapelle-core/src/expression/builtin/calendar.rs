//! Dates of calendars: weekdays, working days, public holidays.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
