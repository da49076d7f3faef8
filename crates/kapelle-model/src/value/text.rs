//! Text that knows which of its bytes are secret.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// What stands where a secret was.
pub const MASK: &str = "******";

/// Shared text with the byte ranges in it that must never be shown.
///
/// The ranges are sorted, do not touch and lie on character borders, so that [`Text::masked`]
/// and [`Text::slice`] are one walk. Printing it with `{:?}` shows the masked form.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Text {
    text: Arc<str>,
    secret: Option<Arc<Vec<Range<usize>>>>,
}

impl Text {
    /// A text with the byte ranges of it that are secret, which must be in order and on character borders.
    pub fn with_secrets(text: impl Into<Arc<str>>, secret: Vec<Range<usize>>) -> Self {
        if secret.is_empty() {
            Self { text: text.into(), secret: None }
        } else {
            Self::with_ranges(text.into(), secret)
        }
    }

    /// The text itself, secrets included. Whoever shows it to a person uses [`Text::masked`].
    pub fn expose(&self) -> &str {
        &self.text
    }

    pub fn has_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// The secret byte ranges, in order.
    pub fn secret_ranges(&self) -> &[Range<usize>] {
        self.secret.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Marks everything as secret.
    #[must_use]
    pub fn into_secret(self) -> Self {
        let whole = 0..self.text.len();
        Self::with_ranges(self.text, vec![whole])
    }

    /// `left` followed by `right`, each with its secret parts.
    #[must_use]
    pub fn concat(left: &Self, right: &Self) -> Self {
        let shift = left.text.len();
        let mut ranges = left.secret_ranges().to_vec();
        ranges.extend(right.secret_ranges().iter().map(|range| range.start + shift..range.end + shift));
        Self::with_ranges(format!("{}{}", left.text, right.text).into(), ranges)
    }

    /// The part between two character borders; `None` when `range` does not lie on them.
    pub fn slice(&self, range: Range<usize>) -> Option<Self> {
        let part = self.text.get(range.clone())?;
        let ranges = self
            .secret_ranges()
            .iter()
            .map(|secret| secret.start.max(range.start)..secret.end.min(range.end))
            .filter(|secret| secret.start < secret.end)
            .map(|secret| secret.start - range.start..secret.end - range.start)
            .collect();
        Some(Self::with_ranges(part.into(), ranges))
    }

    /// The text with each secret part replaced by stars.
    pub fn masked(&self) -> String {
        let mut shown = String::with_capacity(self.text.len());
        let mut from = 0;
        for range in self.secret_ranges() {
            shown.push_str(&self.text[from..range.start]);
            shown.push_str(MASK);
            from = range.end;
        }
        shown.push_str(&self.text[from..]);
        shown
    }

    fn with_ranges(text: Arc<str>, ranges: Vec<Range<usize>>) -> Self {
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                _ if range.is_empty() => {}
                Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        Self { text, secret: (!merged.is_empty()).then(|| Arc::new(merged)) }
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Self {
        Self { text, secret: None }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { text: text.into(), secret: None }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { text: text.into(), secret: None }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.masked(), f)
    }
}
