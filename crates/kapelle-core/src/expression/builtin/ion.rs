//! Amazon Ion.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
