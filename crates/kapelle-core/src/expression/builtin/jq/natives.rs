//! The functions of jq that are written here.

mod formats;
mod lists;
mod numbers;
mod objects;
mod patterns;
mod texts;
mod times;

use super::meter::{Fallible, Meter};
use super::value::Json;
pub(super) use formats::{format, is_format};
pub(super) use patterns::Compiled;
pub(super) use texts::split_text;

/// A function that gives one value for its input and the values of its arguments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Native {
    name: &'static str,
    arguments: usize,
    pub(super) call: fn(&Json, &[Json], &mut Meter<'_, '_>) -> Fallible,
}

const fn native(
    name: &'static str,
    arguments: usize,
    call: fn(&Json, &[Json], &mut Meter<'_, '_>) -> Fallible,
) -> Native {
    Native { name, arguments, call }
}

pub(super) fn find(name: &str, arguments: usize) -> Option<Native> {
    let groups =
        [lists::ALL, objects::ALL, texts::ALL, numbers::ALL, patterns::ALL, times::ALL, formats::ALL];
    let mut all = groups.into_iter().flatten();
    all.find(|native| native.name == name && native.arguments == arguments).copied()
}
