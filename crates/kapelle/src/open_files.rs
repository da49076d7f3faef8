//! How many files and connections this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What no limit at all is taken for.
const PLENTY: u64 = 1 << 20;

/// Raises the limit as far as the process may; many systems begin with a low one for programs of long ago. What holds now.
pub(crate) fn raise() -> std::io::Result<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return Ok(current.unwrap_or(PLENTY));
    }
    let wanted = maximum.unwrap_or(PLENTY).min(PLENTY);
    setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })?;
    Ok(wanted)
}
