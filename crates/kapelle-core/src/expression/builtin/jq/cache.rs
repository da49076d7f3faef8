//! Parsed programs, so that a program in a loop is parsed once.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use super::parser;
use super::term::Program;

/// Programs that are kept.
const PROGRAMS_MAX: usize = 1_000;

/// Bytes of a program that is kept; larger ones are rare and would fill the memory.
const PROGRAM_BYTES_MAX: usize = 4_096;

static PROGRAMS: LazyLock<Mutex<HashMap<Box<str>, Arc<Program>>>> = LazyLock::new(Mutex::default);

pub(super) fn program(text: &str) -> Result<Arc<Program>, String> {
    let known = PROGRAMS.lock().ok().and_then(|programs| programs.get(text).cloned());
    if let Some(program) = known {
        return Ok(program);
    }
    let program = Arc::new(parser::parse(text)?);
    if text.len() <= PROGRAM_BYTES_MAX
        && let Ok(mut programs) = PROGRAMS.lock()
    {
        if programs.len() >= PROGRAMS_MAX {
            // Which programs come again nobody knows; starting anew is simple and bounded.
            programs.clear();
        }
        programs.insert(text.into(), Arc::clone(&program));
    }
    Ok(program)
}
