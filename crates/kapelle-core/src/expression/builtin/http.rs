//! Requests to other servers.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
