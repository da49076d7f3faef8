//! The nearest valid name to one that is not valid.

/// The name that was most likely meant by `wanted`, if any is near enough.
///
/// A name that differs in nothing but case wins; then one whose last segment after a dot is equal, so that a type in
/// the wrong package finds its way; then the fewest typing mistakes, of which at most a third of the length are
/// forgiven, at least one. Of equals the first one stays, so the order of `names` decides.
pub fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = Wanted::new(wanted)?;
    let mut best: Option<(Rank, &str)> = None;
    for name in names {
        let worst = best.as_ref().map_or(Rank::WORST, |(rank, _)| *rank);
        if let Some(rank) = wanted.rank(name, worst)
            && rank < worst
        {
            if rank == Rank::Equal {
                return Some(name);
            }
            best = Some((rank, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Like [`nearest`], but up to `count_max` names, the best first, as long as they are about as near as the best.
pub fn nearest_names<'a>(
    wanted: &str,
    names: impl Iterator<Item = &'a str>,
    count_max: usize,
) -> Vec<&'a str> {
    let Some(wanted) = Wanted::new(wanted) else { return Vec::new() };
    let mut found: Vec<_> = names.filter_map(|name| Some((wanted.rank(name, Rank::WORST)?, name))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    let Some((best, _)) = found.first().copied() else { return Vec::new() };
    let mut names: Vec<&str> = Vec::new();
    for (_, name) in found.into_iter().take_while(|(rank, _)| rank.is_about(best)) {
        if !names.contains(&name) {
            names.push(name);
        }
        if names.len() == count_max {
            break;
        }
    }
    names
}

/// Whether `written` is so near to `name` that nothing else can have been meant: another case, or one mistake, or two
/// in a long name.
pub fn is_typo(written: &str, name: &str) -> bool {
    let (written, name) = (lower(written), lower(name));
    let mistakes_max = if name.len() < 8 { 1 } else { 2 };
    written.len().abs_diff(name.len()) <= mistakes_max
        && mistakes(&written, &name, mistakes_max) <= mistakes_max
}

/// How near a name is; less is nearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Equal,
    /// The last segment is equal; the number of mistakes in all of it tells such names apart.
    Segment(usize),
    Mistakes(usize),
}

impl Rank {
    const WORST: Self = Self::Mistakes(usize::MAX);

    fn is_about(self, best: Self) -> bool {
        match (best, self) {
            (Self::Equal, Self::Equal) | (Self::Segment(_), Self::Segment(_)) => true,
            (Self::Mistakes(least), Self::Mistakes(mistakes)) => mistakes <= 2 * least,
            _ => false,
        }
    }
}

/// Longer texts are no names, and comparing takes time with the square of the length.
const LENGTH_MAX: usize = 256;

struct Wanted {
    characters: Vec<char>,
    /// The last segment, if there is a dot in front of it or it may stand for a dotted name.
    segment: Vec<char>,
    mistakes_max: usize,
}

impl Wanted {
    fn new(text: &str) -> Option<Self> {
        let characters = lower(text);
        if characters.is_empty() || characters.len() > LENGTH_MAX {
            return None;
        }
        let segment = last_segment(&characters).to_vec();
        let mistakes_max = (characters.len() / 3).max(1);
        Some(Self { characters, segment, mistakes_max })
    }

    /// How near `name` is, if it can be nearer than `worst`.
    fn rank(&self, name: &str, worst: Rank) -> Option<Rank> {
        let name = lower(name);
        if name.is_empty() || name.len() > LENGTH_MAX {
            return None;
        }
        if name == self.characters {
            return Some(Rank::Equal);
        }
        let segment = last_segment(&name);
        // Without a dot on either side it is no segment but the whole name.
        let has_segments = segment.len() < name.len() || self.segment.len() < self.characters.len();
        if has_segments && !segment.is_empty() && segment == self.segment {
            return Some(Rank::Segment(mistakes(&self.characters, &name, LENGTH_MAX)));
        }
        let mistakes_max = match worst {
            Rank::Mistakes(mistakes) => self.mistakes_max.min(mistakes),
            _ => return None,
        };
        if name.len().abs_diff(self.characters.len()) > mistakes_max {
            return None;
        }
        let mistakes = mistakes(&self.characters, &name, mistakes_max);
        // When everything was replaced, nothing is left to recognise.
        let shared = name.len().max(self.characters.len()) > mistakes;
        (mistakes <= mistakes_max && shared).then_some(Rank::Mistakes(mistakes))
    }
}

fn lower(text: &str) -> Vec<char> {
    // One more than the bound is enough to see that it is too long.
    text.chars().take(LENGTH_MAX + 1).map(|character| character.to_ascii_lowercase()).collect()
}

fn last_segment(characters: &[char]) -> &[char] {
    characters.rsplit(|character| *character == '.').next().unwrap_or(characters)
}

/// Characters to insert, remove, replace, or swap with their neighbour (Damerau and Levenshtein, each part of the text
/// changed at most once). Gives up, with a number beyond it, once there must be more than `enough`.
fn mistakes(left: &[char], right: &[char], enough: usize) -> usize {
    let width = right.len() + 1;
    let mut before_last = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut row = vec![0; width];
    for (i, a) in left.iter().enumerate() {
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            row[j + 1] = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a == &right[j - 1] && &left[i - 1] == b {
                row[j + 1] = row[j + 1].min(before_last[j - 1] + 1);
            }
        }
        // A swap looks back two rows, so both have to be beyond it.
        if row.iter().chain(&last).all(|mistakes| *mistakes > enough) {
            return enough + 1;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests;
