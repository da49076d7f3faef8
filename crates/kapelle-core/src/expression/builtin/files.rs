//! Files of the namespace, of the execution, of the machine.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
