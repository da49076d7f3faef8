//! Putting texts together without losing which parts are secret.

use std::ops::Range;

use kapelle_model::Text;

#[derive(Default)]
pub(super) struct Writer {
    text: String,
    secret: Vec<Range<usize>>,
}

impl Writer {
    pub(super) fn push(&mut self, text: &Text) {
        self.push_part(text, 0..text.expose().len());
    }

    /// Adds a part, whose ends are borders of characters.
    pub(super) fn push_part(&mut self, text: &Text, part: Range<usize>) {
        let shift = |place: usize| place.clamp(part.start, part.end) - part.start + self.text.len();
        let ranges = text.secret_ranges().iter().map(|range| shift(range.start)..shift(range.end));
        self.secret.extend(ranges.filter(|range| !range.is_empty()));
        self.text.push_str(&text.expose()[part]);
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn finish(self) -> Text {
        Text::with_secrets(self.text, self.secret)
    }
}

/// Texts with newlines between them.
pub(super) fn lines<'t>(texts: impl IntoIterator<Item = &'t Text>) -> Text {
    let mut writer = Writer::default();
    for (place, text) in texts.into_iter().enumerate() {
        if place > 0 {
            writer.push_str("\n");
        }
        writer.push(text);
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_stay_where_they_are() {
        let mut writer = Writer::default();
        writer.push_str("ab ");
        writer.push(&Text::from("SECRET").into_secret());
        writer.push_str(" cd");
        let text = writer.finish();
        assert_eq!(lines([&Text::from("x"), &text, &text]).masked(), "x\nab ****** cd\nab ****** cd");
        let mut writer = Writer::default();
        writer.push_part(&text, 5..11);
        writer.push_part(&text, 0..3);
        let joined = writer.finish();
        assert_eq!((joined.expose(), &*joined.masked()), ("CRET cab ", "****** cab "));
    }
}
