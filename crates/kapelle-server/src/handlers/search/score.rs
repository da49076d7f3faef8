//! How well a name fits what somebody types.

/// What is typed, in lower case, cut into words.
pub(super) struct Wanted {
    whole: String,
    words: Vec<String>,
}

impl Wanted {
    pub(super) fn of(text: &str) -> Self {
        let whole = text.to_lowercase();
        let words = whole.split(|letter: char| letter.is_whitespace() || letter == '/');
        let words = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self { whole, words }
    }

    /// More is better; none if it does not fit. Names are in lower case, with dots between their parts.
    pub(super) fn score(&self, name: &str) -> Option<u32> {
        let (_, last) = name.rsplit_once('.').unwrap_or(("", name));
        if name == self.whole || last == self.whole {
            return Some(100);
        }
        let mut total = 0;
        for word in &self.words {
            total += part(word, name, last)?;
        }
        let count = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        total.checked_div(count)
    }
}

fn part(word: &str, name: &str, last: &str) -> Option<u32> {
    if last.starts_with(word) || name.starts_with(word) {
        return Some(80);
    }
    let begins = |(at, _): (usize, &str)| name[..at].ends_with(['.', '-', '_']);
    if name.match_indices(word).any(begins) {
        return Some(60);
    }
    if name.contains(word) {
        return Some(40);
    }
    // The letters in their order, as people abbreviate; a swap of two as they mistype.
    if is_in_order(word, name) {
        return Some(20);
    }
    swapped(word).any(|word| name.contains(&word)).then_some(10)
}

fn is_in_order(word: &str, name: &str) -> bool {
    let mut letters = name.chars();
    word.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

/// The word with two neighbours exchanged, or one letter left out. Short words would fit anything.
fn swapped(word: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = word.chars().collect();
    let count = if letters.len() < 4 || letters.len() > 40 { 0 } else { letters.len() };
    (0..count).flat_map(move |at| {
        let mut left_out = letters.clone();
        left_out.remove(at);
        let mut exchanged = letters.clone();
        if at + 1 < count {
            exchanged.swap(at, at + 1);
        }
        [left_out.into_iter().collect::<String>(), exchanged.into_iter().collect()]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearer_scores_more() {
        let score = |typed: &str, name: &str| Wanted::of(typed).score(name);
        let name = "shop.orders.daily-import";
        for (typed, expected) in [
            ("daily-import", Some(100)),
            ("Daily", Some(80)),
            ("shop", Some(80)),
            ("import", Some(60)),
            ("orders import", Some(60)),
            ("shop/daily", Some(80)),
            ("mport", Some(40)),
            ("dlyimp", Some(20)),
            ("imoprt", Some(10)),
            ("imporrt", Some(10)),
            ("export", None),
            ("orders export", None),
        ] {
            assert_eq!(score(typed, name), expected, "{typed}");
        }
    }
}
