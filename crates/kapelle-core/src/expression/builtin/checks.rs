//! Tests: what stands behind `is`.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
