//! Numbers for what flows say, to notice that it was changed. They are kept in stores, so how they are made never changes.

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::Node;

/// What lies beyond is not looked at.
const JSON_BYTES_MAX: usize = 1 << 20;

/// Of all that stands in a node, in its order.
pub(crate) fn of_node(node: &Node) -> u64 {
    of_text(&plain::start_of_json(&plain::from_node(node), &TimeZone::UTC, false, JSON_BYTES_MAX))
}

/// FNV-1a.
pub(crate) fn of_text(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
