//! Parsed programs, so that a program in a loop is parsed once.

use std::sync::Arc;

use super::parser;
use super::term::Program;
use crate::cache::Cache;

/// Programs that are kept, and the longest that is.
const PROGRAMS_MAX: usize = 1_000;
const PROGRAM_BYTES_MAX: usize = 4_096;

static PROGRAMS: Cache<Program> = Cache::new(PROGRAMS_MAX, PROGRAM_BYTES_MAX);

pub(super) fn program(text: &str) -> Result<Arc<Program>, String> {
    if let Some(program) = PROGRAMS.get(text) {
        return Ok(program);
    }
    let program = Arc::new(parser::parse(text)?);
    PROGRAMS.keep(text, &program);
    Ok(program)
}
