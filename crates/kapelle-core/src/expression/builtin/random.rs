//! Identifiers and chance.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
