//! Lines of a log with the moment in front of each, by which it is known after a break what was heard already.

use jiff::Timestamp;

use crate::runner::heard::Heard;

/// Bytes that a moment may have.
const STAMP_MAX: usize = 64;

/// Takes the moments off.
#[derive(Default)]
pub(super) struct Stamps {
    heard: Heard,
    /// The moment of the line that is coming, if it is new.
    moment: Option<Timestamp>,
    /// Of the line that is coming: its moment so far, while that is not whole.
    stamp: Vec<u8>,
    is_within: bool,
    /// Bytes of this line that were passed on.
    passed: usize,
    /// Bytes of this line that are passed over: all, or those that were passed on before a break.
    skipped: usize,
    /// Of the line that broke off: its moment, and how much of it was passed on.
    broken: Option<(Timestamp, usize)>,
}

impl Stamps {
    /// Takes a piece, and gives on what is new of it.
    pub(super) fn push(&mut self, mut bytes: &[u8], each: &mut impl FnMut(&[u8])) {
        while !bytes.is_empty() {
            if !self.is_within {
                let (stamp, rest) =
                    bytes.split_at(bytes.iter().position(|byte| *byte == b' ').unwrap_or(bytes.len()));
                self.stamp.extend_from_slice(&stamp[..stamp.len().min(STAMP_MAX)]);
                bytes = rest;
                if let [b' ', rest @ ..] = rest {
                    self.begin();
                    bytes = rest;
                }
                continue;
            }
            let end = bytes.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
            let (line, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            let skipped = self.skipped.min(line.len());
            self.skipped -= skipped;
            self.passed += line.len();
            if skipped < line.len() {
                each(&line[skipped..]);
            }
            self.is_within = end.is_none();
            if let Some(moment) = self.moment.take_if(|_| end.is_some()) {
                self.heard.note(moment);
            }
            bytes = rest;
        }
    }

    fn begin(&mut self) {
        let moment = std::str::from_utf8(&self.stamp).ok().and_then(|text| text.parse::<Timestamp>().ok());
        let is_new = moment.is_none_or(|moment| self.heard.is_new(moment));
        let broken = self.broken.take_if(|(broken, _)| is_new && moment == Some(*broken));
        self.skipped = if is_new { broken.map_or(0, |(_, passed)| passed) } else { usize::MAX };
        self.moment = moment.filter(|_| is_new);
        self.passed = 0;
        self.is_within = true;
        self.stamp.clear();
    }

    /// From when on a log is to be read after a break. A line that broke off goes on where it did.
    pub(super) fn again(&mut self) -> Option<String> {
        self.stamp.clear();
        if let Some(moment) = self.moment.take() {
            self.broken = Some((moment, self.passed));
        }
        self.is_within = false;
        self.heard.again().map(|moment| moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(stamps: &mut Stamps, bytes: &[u8], size: usize) -> String {
        let mut heard = Vec::new();
        bytes.chunks(size).for_each(|piece| stamps.push(piece, &mut |bytes| heard.extend_from_slice(bytes)));
        String::from_utf8(heard).unwrap()
    }

    const FIRST: &[u8] =
        b"2026-05-06T07:08:09.000000001Z one\n2026-05-06T07:08:09.5+02:00 \n2026-05-06T07:08:09.7Z a b\n";

    #[test]
    fn moments_are_taken_off_however_pieces_fall() {
        for size in 1..FIRST.len() {
            assert_eq!(heard(&mut Stamps::default(), FIRST, size), "one\n\na b\n", "pieces of {size}");
        }
    }

    #[test]
    fn after_a_break_only_what_is_new_is_heard() {
        let mut stamps = Stamps::default();
        assert_eq!(
            heard(&mut stamps, b"2026-05-06T07:08:09.1Z one\n2026-05-06T07:08:10.2Z tw", 7),
            "one\ntw"
        );
        assert_eq!(stamps.again().as_deref(), Some("2026-05-06T07:08:07Z"));
        let again = b"2026-05-06T07:08:09.1Z one\n2026-05-06T07:08:10.2Z two\n2026-05-06T07:08:10.3Z three\n";
        assert_eq!(heard(&mut stamps, again, 5), "o\nthree\n");
        assert_eq!(stamps.again().as_deref(), Some("2026-05-06T07:08:08Z"));
        assert_eq!(heard(&mut stamps, again, 9), "");
        assert_eq!(Stamps::default().again(), None);
    }

    #[test]
    fn lines_of_two_streams_that_overtook_each_other_are_all_heard() {
        let overtaken =
            b"2026-05-06T07:08:09.2Z error\n2026-05-06T07:08:09.1Z out\n2026-05-06T07:08:09.2Z same\n";
        let mut stamps = Stamps::default();
        assert_eq!(heard(&mut stamps, overtaken, 11), "error\nout\nsame\n");
        stamps.again();
        assert_eq!(heard(&mut stamps, overtaken, 11), "");
    }
}
