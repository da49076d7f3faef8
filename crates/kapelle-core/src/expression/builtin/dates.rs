//! Dates and times.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
