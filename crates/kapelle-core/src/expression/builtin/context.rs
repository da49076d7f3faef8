//! The variables of an execution.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
