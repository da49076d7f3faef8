//! One pattern of an ignore file: `*`, `?`, `[a-z]` within a name, `**` for any number of folders.

/// Names and wildcards from a folder to an entry.
#[derive(Debug)]
pub(crate) struct Pattern(Vec<Part<Vec<Part<Sign>>>>);

/// A piece of a pattern: any number of things, or one that fits.
#[derive(Debug)]
enum Part<T> {
    Many,
    One(T),
}

/// What fits one character of a name.
#[derive(Debug)]
enum Sign {
    Any,
    Is(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Pattern {
    /// `None` for a pattern that fits nothing, such as an empty one or one with a `[` that is never closed.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        // Without a slash the name may stand at any depth.
        let is_anchored = text.contains('/');
        let mut parts = Vec::new();
        if !is_anchored {
            parts.push(Part::Many);
        }
        let names: Vec<&str> = text.strip_prefix('/').unwrap_or(text).split('/').collect();
        for (index, name) in names.iter().enumerate() {
            match *name {
                // `a/**` is everything in `a`, but not `a`.
                "**" if is_anchored && index + 1 == names.len() => {
                    parts.extend([Part::Many, Part::One(vec![Part::Many])]);
                }
                "**" if is_anchored => parts.push(Part::Many),
                name => parts.push(Part::One(parse_name(name)?)),
            }
        }
        Some(Self(parts))
    }

    pub(crate) fn fits(&self, way: &[String]) -> bool {
        fits(&self.0, way, |name, part| {
            let characters: Vec<char> = part.chars().collect();
            fits(name, &characters, |sign, character| sign.fits(*character))
        })
    }
}

fn parse_name(text: &str) -> Option<Vec<Part<Sign>>> {
    let mut parts = Vec::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        parts.push(match character {
            '*' => Part::Many,
            '?' => Part::One(Sign::Any),
            '\\' => Part::One(Sign::Is(rest.next()?)),
            '[' => {
                let (class, length) = parse_class(rest.as_str())?;
                rest = rest.as_str()[length..].chars();
                Part::One(class)
            }
            other => Part::One(Sign::Is(other)),
        });
    }
    Some(parts)
}

/// What stands behind `[`, and how many bytes it takes with its `]`.
fn parse_class(text: &str) -> Option<(Sign, usize)> {
    let mut ranges = Vec::new();
    let mut rest = text.strip_prefix(['!', '^']).unwrap_or(text);
    let negated = rest.len() < text.len();
    loop {
        if let Some(after) = rest.strip_prefix(']').filter(|_| !ranges.is_empty()) {
            return Some((Sign::Class { negated, ranges }, text.len() - after.len()));
        }
        if let Some((name, after)) = rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) {
            ranges.extend(named_class(name)?);
            rest = after;
            continue;
        }
        let (low, after) = class_character(rest)?;
        let range = after.strip_prefix('-').filter(|after| !after.starts_with(']')).and_then(class_character);
        let (high, after) = range.unwrap_or((low, after));
        ranges.push((low, high));
        rest = after;
    }
}

fn class_character(text: &str) -> Option<(char, &str)> {
    let mut characters = text.strip_prefix('\\').unwrap_or(text).chars();
    let character = characters.next()?;
    Some((character, characters.as_str()))
}

fn named_class(name: &str) -> Option<Vec<(char, char)>> {
    Some(match name {
        "alpha" => vec![('a', 'z'), ('A', 'Z')],
        "digit" => vec![('0', '9')],
        "alnum" => vec![('a', 'z'), ('A', 'Z'), ('0', '9')],
        "lower" => vec![('a', 'z')],
        "upper" => vec![('A', 'Z')],
        "xdigit" => vec![('0', '9'), ('a', 'f'), ('A', 'F')],
        "space" => vec![(' ', ' '), ('\t', '\r')],
        "punct" => vec![('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        _ => return None,
    })
}

impl Sign {
    fn fits(&self, character: char) -> bool {
        match self {
            Self::Any => true,
            Self::Is(own) => *own == character,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
            }
        }
    }
}

/// Matches with wildcards in at most `parts * items` steps: what an earlier `Many` took never has to be taken
/// back once a later one is reached.
fn fits<P, I>(parts: &[Part<P>], items: &[I], one: impl Fn(&P, &I) -> bool) -> bool {
    let (mut part, mut item) = (0, 0);
    let mut last_many: Option<(usize, usize)> = None;
    while item < items.len() {
        match parts.get(part) {
            Some(Part::Many) => {
                part += 1;
                last_many = Some((part, item));
            }
            Some(Part::One(pattern)) if one(pattern, &items[item]) => {
                part += 1;
                item += 1;
            }
            _ => {
                let Some((after_many, taken_to)) = last_many else { return false };
                last_many = Some((after_many, taken_to + 1));
                (part, item) = (after_many, taken_to + 1);
            }
        }
    }
    parts[part..].iter().all(|part| matches!(part, Part::Many))
}
