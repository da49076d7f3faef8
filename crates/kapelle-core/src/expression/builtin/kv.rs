//! The key-value store.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
