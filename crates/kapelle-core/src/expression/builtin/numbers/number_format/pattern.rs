//! Patterns of `DecimalFormat`: `#,##0.00`, `0.###E0`, `0 'items';(0)`.

/// The most digits that a float can have before and behind the point.
const DIGITS_MAX: usize = 10_000;

/// A pattern, taken apart.
#[derive(Debug)]
pub(super) struct Pattern {
    positive: Affixes,
    negative: Affixes,
    /// 100 for percent, 1000 for per mille.
    pub multiplier: u32,
    pub integer_min: usize,
    /// Only meaningful with an exponent.
    pub integer_max: usize,
    pub fraction_min: usize,
    pub fraction_max: usize,
    /// Digits of a group, 0 for none.
    pub group: usize,
    pub has_point_always: bool,
    /// The least digits of the exponent, if there is one.
    pub exponent_min: Option<usize>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Affixes {
    prefix: String,
    suffix: String,
}

/// What the part of a pattern between prefix and suffix counts.
#[derive(Default)]
struct Counts {
    optional_left: usize,
    zeros: usize,
    optional_right: usize,
    /// Digits since the last comma.
    group: Option<usize>,
    /// Digits before the point.
    point: Option<usize>,
    exponent: Option<usize>,
}

/// A half of a pattern while it is read.
#[derive(Default)]
struct Half {
    affixes: Affixes,
    counts: Counts,
    multiplier: Option<u32>,
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::plain());
        }
        let characters: Vec<char> = text.chars().collect();
        let (half, next) = read_half(&characters, 0, true)?;
        let mut pattern = half.counts.finish()?;
        pattern.multiplier = half.multiplier.unwrap_or(1);
        pattern.positive = half.affixes;
        let second = match next {
            Some(start) if start < characters.len() => Some(read_half(&characters, start, false)?.0.affixes),
            _ => None,
        };
        pattern.negative = match second {
            Some(negative) if negative != pattern.positive => negative,
            _ => Affixes {
                prefix: format!("-{}", pattern.positive.prefix),
                suffix: pattern.positive.suffix.clone(),
            },
        };
        Ok(pattern)
    }

    /// The empty pattern: all digits, in groups.
    fn plain() -> Self {
        Self {
            positive: Affixes::default(),
            negative: Affixes { prefix: "-".to_owned(), suffix: String::new() },
            multiplier: 1,
            integer_min: 0,
            integer_max: DIGITS_MAX,
            fraction_min: 0,
            fraction_max: DIGITS_MAX,
            group: 3,
            has_point_always: false,
            exponent_min: None,
        }
    }

    /// Puts prefix and suffix around digits.
    pub(super) fn framed(&self, digits: &str, is_negative: bool) -> String {
        let Affixes { prefix, suffix } = if is_negative { &self.negative } else { &self.positive };
        format!("{prefix}{digits}{suffix}")
    }
}

/// Reads the pattern up to its end or to `;`, behind which the second half starts. Of that one only what stands around
/// the digits counts.
fn read_half(text: &[char], start: usize, is_first: bool) -> Result<(Half, Option<usize>), String> {
    let mut half = Half::default();
    let (mut at, mut is_quoted, mut is_behind) = (start, false, false);
    while let Some(&character) = text.get(at) {
        let affix = if is_behind { &mut half.affixes.suffix } else { &mut half.affixes.prefix };
        let next = text.get(at + 1).copied();
        at += 1;
        match character {
            '\'' if next == Some('\'') => {
                affix.push('\'');
                at += 1;
            }
            '\'' => is_quoted = !is_quoted,
            _ if is_quoted => affix.push(character),
            '#' | '0' | ',' | '.' => {
                at = if is_first { half.counts.read(text, at - 1)? } else { skip_digits(text, at - 1) };
                is_behind = true;
            }
            '¤' if next == Some('¤') => {
                affix.push_str("USD");
                at += 1;
            }
            '¤' => affix.push('$'),
            ';' if !is_first || !is_behind => return Err("an unquoted `;` stands in it".to_owned()),
            ';' => return Ok((half, Some(at))),
            '%' | '‰' => {
                let multiplier = if character == '%' { 100 } else { 1000 };
                if half.multiplier.replace(multiplier).is_some() {
                    return Err("it has more than one percent or per mille sign".to_owned());
                }
                affix.push(character);
            }
            _ => affix.push(character),
        }
    }
    if is_quoted {
        return Err("a quote is not closed".to_owned());
    }
    Ok((half, None))
}

fn skip_digits(text: &[char], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + rest.iter().take_while(|character| matches!(character, '#' | '0' | ',' | '.' | 'E')).count()
}

impl Counts {
    /// Reads digits, commas, the point and the exponent; gives where they end.
    fn read(&mut self, text: &[char], start: usize) -> Result<usize, String> {
        let mut at = start;
        while let Some(&character) = text.get(at) {
            match character {
                '#' if self.zeros > 0 => self.optional_right += 1,
                '#' => self.optional_left += 1,
                '0' if self.optional_right > 0 => {
                    return Err("a `0` stands behind a `#` of the fraction".to_owned());
                }
                '0' => self.zeros += 1,
                ',' => self.group = Some(0),
                '.' if self.point.is_some() => return Err("it has more than one point".to_owned()),
                '.' => self.point = Some(self.optional_left + self.zeros + self.optional_right),
                'E' if self.exponent.is_some() => return Err("it has more than one exponent".to_owned()),
                'E' => {
                    let rest = text.get(at + 1..).unwrap_or_default();
                    let digits = rest.iter().take_while(|digit| **digit == '0').count();
                    if self.optional_left + self.zeros == 0 || digits == 0 {
                        return Err("an exponent needs digits before it and a `0` behind it".to_owned());
                    }
                    self.exponent = Some(digits);
                    return Ok(at + 1 + digits);
                }
                _ => break,
            }
            if let (Some(group), None, '#' | '0') = (&mut self.group, self.point, character) {
                *group += 1;
            }
            at += 1;
        }
        Ok(at)
    }

    fn finish(mut self) -> Result<Pattern, String> {
        // `#.##` has at least one digit before its point.
        if let Some(point) = self.point
            && self.zeros == 0
            && self.optional_left > 0
        {
            let left = point.max(1);
            self.optional_right = self.optional_left.saturating_sub(left);
            self.optional_left = left - 1;
            self.zeros = 1;
        }
        let total = self.optional_left + self.zeros + self.optional_right;
        let is_misplaced = match self.point {
            None => self.optional_right > 0,
            Some(point) => point < self.optional_left || point > self.optional_left + self.zeros,
        };
        if is_misplaced || self.group == Some(0) {
            return Err("its digits, commas and point stand in the wrong order".to_owned());
        }
        let point = self.point.unwrap_or(total);
        let integer_min = point - self.optional_left;
        Ok(Pattern {
            integer_min,
            integer_max: self.optional_left + integer_min,
            fraction_min: self.point.map_or(0, |point| self.optional_left + self.zeros - point),
            fraction_max: self.point.map_or(0, |point| total - point),
            group: self.group.unwrap_or(0),
            has_point_always: self.point.is_some_and(|point| point == 0 || point == total),
            exponent_min: self.exponent,
            ..Pattern::plain()
        })
    }
}
