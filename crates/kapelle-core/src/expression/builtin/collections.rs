//! Lists and maps.
//!
//! Filters that pick or arrange items keep the marks of secrecy of each; those that compare items (`distinct`, `sort`)
//! give away something about all of them, so that their result is secret as a whole.

mod lists;
mod maps;
mod order;
mod parts;

use kapelle_model::Value;

use super::{Builtin, Call, Kind, Levels, Parameters, Secrecy, optional, required};
use crate::expression::error::Outcome;
pub(in crate::expression) use parts::{utf16_length, utf16_slice};

const fn filter(
    name: &'static str,
    summary: &'static str,
    call: fn(&mut Call<'_, '_>) -> Outcome,
) -> Builtin {
    Builtin {
        kind: Kind::Filter,
        name,
        parameters: Parameters::Named(&[]),
        summary,
        example: ("", None),
        secrecy: Secrecy::Own,
        levels: Levels::Both,
        call,
    }
}

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin {
        parameters: Parameters::Named(&[required("size")]),
        example: ("{{ [1, 2, 3] | chunk(2) }}", Some("[[1,2],[3]]")),
        ..filter("chunk", "Cuts a list into lists of `size` items.", lists::chunk)
    },
    Builtin {
        example: ("{{ [1, 2, 2, 'a', 'a'] | distinct }}", Some("[1,2,\"a\"]")),
        secrecy: Secrecy::Whole,
        ..filter("distinct", "Drops the items of a list that are in it already.", order::distinct)
    },
    Builtin {
        example: ("{{ ['a', 'b'] | first }} {{ 'text' | first }}", Some("a t")),
        ..filter("first", "The first item of a list or character of a text.", parts::first)
    },
    Builtin {
        example: ("{{ [[1, [2]], 3] | flatten }}", Some("[1,[2],3]")),
        ..filter("flatten", "Puts the items of inner lists into the outer one.", lists::flatten)
    },
    Builtin {
        parameters: Parameters::Named(&[optional("separator", "''")]),
        example: ("{{ ['a', 1, true] | join(', ') }}", Some("a, 1, true")),
        ..filter("join", "The items of a list as one text, with a separator between them.", lists::join)
    },
    Builtin {
        example: ("{{ {'a': 1, 'b': 2} | keys }}", Some("[\"a\",\"b\"]")),
        ..filter("keys", "The keys of a map, or the indexes of a list.", maps::keys)
    },
    Builtin {
        example: ("{{ ['a', 'b'] | last }} {{ 'text' | last }}", Some("b t")),
        ..filter("last", "The last item of a list or character of a text.", parts::last)
    },
    Builtin {
        example: ("{{ 'text' | length }} {{ [1, 2] | length }}", Some("4 2")),
        ..filter(
            "length",
            "How many characters, items or entries there are; 0 for all other values.",
            parts::length,
        )
    },
    Builtin {
        kind: Kind::Function,
        parameters: Parameters::Named(&[required("outputs"), required("name")]),
        example: ("{{ loopOutputs([{'outputs': {'r': 1}}, {'outputs': {'r': 2}}], 'r') }}", Some("[1,2]")),
        ..filter(
            "loopOutputs",
            "One output of all iterations of a loop; null where it is missing.",
            maps::loop_outputs,
        )
    },
    Builtin {
        parameters: Parameters::Named(&[required("items")]),
        example: ("{{ [1] | merge([2, 3]) }}", Some("[1,2,3]")),
        ..filter("merge", "Two lists, or two maps where the right one wins, as one.", maps::merge)
    },
    Builtin {
        example: ("{{ [1, 2, 3] | reverse }}", Some("[3,2,1]")),
        ..filter("reverse", "The items of a list from last to first.", lists::reverse)
    },
    Builtin {
        example: ("{{ [3, 1, 2] | rsort }}", Some("[3,2,1]")),
        secrecy: Secrecy::Whole,
        ..filter("rsort", "The items of a list in descending order.", order::rsort)
    },
    Builtin {
        parameters: Parameters::Named(&[optional("fromIndex", "0"), optional("toIndex", "length")]),
        example: ("{{ 'Mitch' | slice(1, 3) }} {{ [1, 2, 3] | slice(1) }}", Some("it [2,3]")),
        ..filter("slice", "The part of a list or text from one index up to another.", parts::slice)
    },
    Builtin {
        example: ("{{ ['b', 'A', 'a'] | sort }}", Some("[\"A\",\"a\",\"b\"]")),
        secrecy: Secrecy::Whole,
        ..filter("sort", "The items of a list in ascending order; capital letters come first.", order::sort)
    },
    Builtin {
        example: ("{{ {'a': 1, 'b': 2} | values }}", Some("[1,2]")),
        ..filter("values", "The values of a map.", maps::values)
    },
];

/// The value without the mark on it as a whole, and whether there was one.
fn opened(value: Value) -> (Value, bool) {
    match value {
        Value::Secret(inner) => (Value::clone(&inner), true),
        other => (other, false),
    }
}

/// Puts the mark back.
fn sealed(value: Value, is_secret: bool) -> Value {
    if is_secret { value.into_secret() } else { value }
}

/// The memory of a list of that many items.
fn list_bytes(items: usize) -> usize {
    items.saturating_mul(size_of::<Value>())
}

#[cfg(test)]
mod tests;
