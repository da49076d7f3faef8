//! What one pass over lines of a log tells without taking their texts out: how many there are, where to begin to read, and
//! how serious they are when.

use std::collections::BTreeMap;

use kapelle_model::effect::Level;
use kapelle_model::time::Millis;

/// Levels, from the least serious.
pub const LEVELS: [Level; 5] = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error];

/// What is asked of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutlineOf {
    /// A mark comes after so many lines; none, if nobody jumps.
    pub every: Option<u64>,
    /// Milliseconds that are counted together; none, if nobody asks for levels. Whoever asks bounds the time.
    pub step: Option<i64>,
    /// Lines that are looked at. What matches behind them is not counted.
    pub looked_at_max: u64,
    /// Which end is looked at first, and so which one is missing if there are more.
    pub is_newest_first: bool,
}

/// What a pass found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogOutline {
    /// How many lines match.
    pub total: u64,
    /// Positions by which others are found, in the direction of the pass. The first line has one.
    pub marks: Vec<LogMark>,
    /// How many there are of each of [`LEVELS`], by the beginning of their stretch.
    pub levels: BTreeMap<Millis, [u64; 5]>,
    /// The moment of the line that was seen last.
    pub last: Option<Millis>,
    /// There were more lines than were to be looked at.
    pub is_cut: bool,
}

/// So many matching lines come before the first one of this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogMark {
    pub position: u64,
    pub at: Millis,
}

/// Puts an outline together. Backends show it the lines by their moments; those of one moment in any order.
#[derive(Debug)]
pub struct Outliner {
    of: OutlineOf,
    outline: LogOutline,
    looked_at: u64,
}

impl Outliner {
    pub fn new(of: OutlineOf) -> Self {
        Self { of, outline: LogOutline::default(), looked_at: 0 }
    }

    /// Hears of a line that is looked at. Whether it may be.
    pub fn looks(&mut self) -> bool {
        self.looked_at += 1;
        self.outline.is_cut = self.looked_at > self.of.looked_at_max;
        !self.outline.is_cut
    }

    /// Hears of a line that matches.
    pub fn found(&mut self, at: Millis, level: Level) {
        let outline = &mut self.outline;
        if let Some(every) = self.of.every
            && outline.last != Some(at)
            && outline.marks.last().is_none_or(|mark| outline.total - mark.position >= every)
        {
            outline.marks.push(LogMark { position: outline.total, at });
        }
        if let Some(step) = self.of.step {
            let beginning = Millis(at.0.div_euclid(step) * step);
            let place = LEVELS.iter().position(|known| *known == level).unwrap_or_default();
            outline.levels.entry(beginning).or_default()[place] += 1;
        }
        outline.total += 1;
        outline.last = Some(at);
    }

    pub fn outline(self) -> LogOutline {
        self.outline
    }
}

impl LogOutline {
    /// The last mark that is not behind a position.
    pub fn mark_before(&self, position: u64) -> Option<LogMark> {
        let place = self.marks.partition_point(|mark| mark.position <= position);
        self.marks[..place].last().copied()
    }

    /// The same log after more lines came: what a pass from a mark of it on found takes the place of all behind the mark.
    #[must_use]
    pub fn continued(mut self, from: LogMark, rest: Self) -> Self {
        self.marks.retain(|mark| mark.position < from.position);
        let moved = |mark: LogMark| LogMark { position: mark.position + from.position, ..mark };
        self.marks.extend(rest.marks.into_iter().map(moved));
        Self { total: from.position + rest.total, last: rest.last.or(self.last), is_cut: rest.is_cut, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlined(moments: &[i64]) -> LogOutline {
        let of = OutlineOf { every: Some(3), step: Some(10), looked_at_max: 1_000, is_newest_first: false };
        let mut outliner = Outliner::new(of);
        for at in moments {
            assert!(outliner.looks());
            outliner.found(Millis(*at), Level::Info);
        }
        outliner.outline()
    }

    fn mark(position: u64, at: i64) -> LogMark {
        LogMark { position, at: Millis(at) }
    }

    #[test]
    fn a_mark_stands_at_the_first_line_of_its_moment() {
        let outline = outlined(&[1, 2, 3, 3, 3, 4, 12, 13]);
        assert_eq!(outline.marks, [mark(0, 1), mark(5, 4)]);
        assert_eq!((outline.mark_before(4), outline.mark_before(7)), (Some(mark(0, 1)), Some(mark(5, 4))));
        assert_eq!(outline.levels[&Millis(0)][2], 6);
        assert_eq!(outline.levels[&Millis(10)][2], 2);
    }

    #[test]
    fn a_log_that_grew_goes_on_from_a_mark() {
        let moments: Vec<i64> = (0..40).collect();
        let whole = outlined(&moments);
        let first = outlined(&moments[..20]);
        let from = first.mark_before(11).unwrap();
        let continued = first.continued(from, outlined(&moments[from.position as usize..]));
        assert_eq!((continued.total, &continued.marks, continued.last), (40, &whole.marks, whole.last));
    }

    #[test]
    fn no_more_lines_are_looked_at_than_may_be() {
        let of = OutlineOf { every: None, step: None, looked_at_max: 2, is_newest_first: true };
        let mut outliner = Outliner::new(of);
        assert!(outliner.looks() && outliner.looks() && !outliner.looks());
        assert!(outliner.outline().is_cut);
    }
}
