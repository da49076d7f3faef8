//! Icons that are made of the name of a type: its first letters on the colour of its group. Nothing of them is a brand.

use kapelle_core::catalogue::Type;
use kapelle_core::expression::plain;
use serde_json::{Value as Json, json};

/// Steps around the wheel of colours.
const HUES: u32 = 360;

/// An icon as clients keep it.
pub(crate) fn icon(entry: &Type) -> Json {
    json!({
        "name": entry.simple_name(),
        "icon": plain::to_base64(svg(entry.name).as_bytes()),
        "flowable": entry.is_flowable(),
    })
}

/// The drawing for a name.
pub(crate) fn svg(name: &str) -> String {
    let (hue, letters) = (hue(&super::group(name)), letters(name));
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24"><rect width="24" height="24" rx="5" fill="hsl({hue},45%,42%)"/><text x="12" y="16.5" font-family="sans-serif" font-size="11" font-weight="600" text-anchor="middle" fill="#fff">{letters}</text></svg>"##
    )
}

/// Capitals of the last part of a name, at most two; nothing that could be markup.
fn letters(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let capitals: String = last.chars().filter(char::is_ascii_uppercase).take(2).collect();
    if !capitals.is_empty() {
        return capitals;
    }
    let first = last.chars().find(char::is_ascii_alphanumeric);
    first.map_or('?', |first| first.to_ascii_uppercase()).to_string()
}

fn hue(group: &str) -> u32 {
    group.bytes().fold(7, |sum: u32, byte| (sum * 31 + u32::from(byte)) % HUES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_is_drawn_from_the_name_alone() {
        for (name, drawn) in [
            ("io.kestra.plugin.core.log.Log", "L"),
            ("io.kestra.plugin.core.flow.ForEach", "FE"),
            ("io.kestra.plugin.core", "C"),
            ("a.<script>", "S"),
            ("", "?"),
        ] {
            assert_eq!(letters(name), drawn, "{name}");
            assert!(svg(name).starts_with("<svg ") && !svg(name).contains("<script"), "{name}");
        }
    }
}
