//! Other flows and the logs of this one.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
