//! Base64, URLs, hashes, encryption.

use super::Builtin;

pub(super) const BUILTINS: &[Builtin] = &[];
