//! Lists and maps.
//!
//! Filters that pick or arrange items keep the marks of secrecy of each; those that compare items (`distinct`, `sort`)
//! give away something about all of them, so that their result is secret as a whole.

mod lists;
mod maps;
mod order;
mod parts;

use kapelle_model::Value;

use super::{Builtin, optional, required};
pub(in crate::expression) use parts::{utf16_length, utf16_slice};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::filter("chunk", "Cuts a list into lists of `size` items.", lists::chunk)
        .takes(&[required("size")])
        .gives("{{ [1, 2, 3] | chunk(2) }}", "[[1,2],[3]]")
        .keeps_marks(),
    Builtin::filter("distinct", "Drops the items of a list that are in it already.", order::distinct)
        .gives("{{ [1, 2, 2, 'a', 'a'] | distinct }}", "[1,2,\"a\"]"),
    Builtin::filter("first", "The first item of a list or character of a text.", parts::first)
        .gives("{{ ['a', 'b'] | first }} {{ 'text' | first }}", "a t")
        .keeps_marks(),
    Builtin::filter("flatten", "Puts the items of inner lists into the outer one.", lists::flatten)
        .gives("{{ [[1, [2]], 3] | flatten }}", "[1,[2],3]")
        .keeps_marks(),
    Builtin::filter("join", "The items of a list as one text, with a separator between them.", lists::join)
        .takes(&[optional("separator", "''")])
        .gives("{{ ['a', 1, true] | join(', ') }}", "a, 1, true")
        .keeps_marks(),
    Builtin::filter("keys", "The keys of a map, or the indexes of a list.", maps::keys)
        .gives("{{ {'a': 1, 'b': 2} | keys }}", "[\"a\",\"b\"]")
        .keeps_marks(),
    Builtin::filter("last", "The last item of a list or character of a text.", parts::last)
        .gives("{{ ['a', 'b'] | last }} {{ 'text' | last }}", "b t")
        .keeps_marks(),
    Builtin::filter(
        "length",
        "How many characters, items or entries there are; 0 for all other values.",
        parts::length,
    )
    .gives("{{ 'text' | length }} {{ [1, 2] | length }}", "4 2")
    .keeps_marks(),
    Builtin::function(
        "loopOutputs",
        "One output of all iterations of a loop; null where it is missing.",
        maps::loop_outputs,
    )
    .takes(&[required("outputs"), required("name")])
    .gives("{{ loopOutputs([{'outputs': {'r': 1}}, {'outputs': {'r': 2}}], 'r') }}", "[1,2]")
    .keeps_marks(),
    Builtin::filter("merge", "Two lists, or two maps where the right one wins, as one.", maps::merge)
        .takes(&[required("items")])
        .gives("{{ [1] | merge([2, 3]) }}", "[1,2,3]")
        .keeps_marks(),
    Builtin::filter("reverse", "The items of a list from last to first.", lists::reverse)
        .gives("{{ [1, 2, 3] | reverse }}", "[3,2,1]")
        .keeps_marks(),
    Builtin::filter("rsort", "The items of a list in descending order.", order::rsort)
        .gives("{{ [3, 1, 2] | rsort }}", "[3,2,1]"),
    Builtin::filter("slice", "The part of a list or text from one index up to another.", parts::slice)
        .takes(&[optional("fromIndex", "0"), optional("toIndex", "length")])
        .gives("{{ 'Mitch' | slice(1, 3) }} {{ [1, 2, 3] | slice(1) }}", "it [2,3]")
        .keeps_marks(),
    Builtin::filter(
        "sort",
        "The items of a list in ascending order; capital letters come first.",
        order::sort,
    )
    .gives("{{ ['b', 'A', 'a'] | sort }}", "[\"A\",\"a\",\"b\"]"),
    Builtin::filter("values", "The values of a map.", maps::values)
        .gives("{{ {'a': 1, 'b': 2} | values }}", "[1,2]")
        .keeps_marks(),
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
