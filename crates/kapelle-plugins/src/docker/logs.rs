//! What a container writes: frames of both streams, one after the other, and lines made of them.

use jiff::Timestamp;
use kapelle_plugin::program::{Lines, Splitter, Stream};

use crate::runner::heard::Heard;

/// Bytes before the content of a frame: whose it is, three zeros, its size.
const HEAD_BYTES: usize = 8;

/// Takes frames apart as they come, in pieces of any size. Each begins with its moment, so that what an engine forgot to
/// tell can be asked for later: entries that were told already are left out then.
#[derive(Default)]
pub(super) struct Logs {
    head: Vec<u8>,
    /// The moment of the frame, while it comes.
    stamp: Option<Vec<u8>>,
    /// Bytes of the frame that are still to come, and whose they are.
    left: usize,
    stream: Option<Stream>,
    heard: Heard,
    out: Splitter,
    error: Splitter,
}

impl Logs {
    pub(super) fn push(&mut self, mut bytes: &[u8], lines: &mut dyn Lines) {
        while !bytes.is_empty() {
            if self.left == 0 {
                bytes = self.begin(bytes);
                continue;
            }
            let (content, rest) = bytes.split_at(self.left.min(bytes.len()));
            self.left -= content.len();
            bytes = rest;
            let content = self.after_stamp(content);
            // The third stream is what went in.
            if let Some(stream) = self.stream {
                self.splitter(stream).push(content, &mut |line| lines.line(stream, line));
            }
        }
    }

    /// From where on entries are asked for again, as the engine understands it; `None` if none was told.
    pub(super) fn resume(&mut self) -> Option<String> {
        (self.head, self.stamp, self.left) = (Vec::new(), None, 0);
        let moment = self.heard.again()?;
        Some(format!("{}.{:09}", moment.as_second(), moment.subsec_nanosecond()))
    }

    /// What of a piece of a frame follows its moment.
    fn after_stamp<'b>(&mut self, content: &'b [u8]) -> &'b [u8] {
        let Some(stamp) = &mut self.stamp else { return content };
        let end = content.iter().position(|byte| *byte == b' ');
        stamp.extend_from_slice(&content[..end.unwrap_or(content.len())]);
        let Some(end) = end else { return &[] };
        let moment = std::str::from_utf8(stamp).ok().and_then(|stamp| stamp.parse().ok());
        self.stamp = None;
        if let Some(moment) = moment {
            self.note(moment);
        }
        &content[end + 1..]
    }

    fn note(&mut self, moment: Timestamp) {
        if self.heard.is_new(moment) {
            self.heard.note(moment);
        } else {
            self.stream = None;
        }
    }

    /// Lines that nothing ended.
    pub(super) fn finish(&mut self, lines: &mut dyn Lines) {
        for stream in [Stream::Out, Stream::Error] {
            self.splitter(stream).finish(&mut |line| lines.line(stream, line));
        }
    }

    fn begin<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let (head, rest) = bytes.split_at((HEAD_BYTES - self.head.len()).min(bytes.len()));
        self.head.extend_from_slice(head);
        if let [stream, _, _, _, a, b, c, d] = self.head[..] {
            self.stream = match stream {
                1 => Some(Stream::Out),
                2 => Some(Stream::Error),
                _ => None,
            };
            self.left = u32::from_be_bytes([a, b, c, d]) as usize;
            self.stamp = (self.left > 0).then(Vec::new);
            self.head.clear();
        }
        rest
    }

    fn splitter(&mut self, stream: Stream) -> &mut Splitter {
        match stream {
            Stream::Out => &mut self.out,
            Stream::Error => &mut self.error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kapelle_plugin::program::Line;

    #[derive(Default)]
    struct Heard(Vec<(Stream, Line)>);

    impl Lines for Heard {
        fn line(&mut self, stream: Stream, line: Line) {
            self.0.push((stream, line));
        }
    }

    fn frame(stream: u8, content: &str) -> Vec<u8> {
        at(0, stream, content)
    }

    /// A frame of this nanosecond.
    fn at(nanosecond: i64, stream: u8, content: &str) -> Vec<u8> {
        let content = format!("2026-05-06T07:08:09.{nanosecond:09}Z {content}");
        let size = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&[stream, 0, 0, 0][..], &size, content.as_bytes()].concat()
    }

    #[test]
    fn lines_are_whole_however_frames_and_pieces_fall() {
        let all = [
            frame(1, "one\ntw"),
            frame(2, "bad"),
            frame(0, "in\n"),
            frame(1, ""),
            frame(1, "o\n::{}::\n"),
            frame(2, "!\r\nend"),
        ];
        let all = all.concat();
        for size in 1..=all.len() {
            let (mut logs, mut heard) = (Logs::default(), Heard::default());
            all.chunks(size).for_each(|piece| logs.push(piece, &mut heard));
            logs.finish(&mut heard);
            let words = |text: &str| Line::Words(text.to_owned());
            let expected = [
                (Stream::Out, words("one")),
                (Stream::Out, words("two")),
                (Stream::Out, Line::Message("{}".to_owned())),
                (Stream::Error, words("bad!")),
                (Stream::Error, words("end")),
            ];
            assert_eq!(heard.0, expected, "pieces of {size}");
        }
    }

    #[test]
    fn what_is_told_again_is_left_out_and_what_was_forgotten_is_not() {
        let (mut logs, mut heard) = (Logs::default(), Heard::default());
        let told = [at(1, 1, "a\n"), at(2, 1, "b\n"), at(2, 1, "c\n")].concat();
        // The engine breaks off in the middle of a frame.
        logs.push(&told, &mut heard);
        logs.push(&at(3, 1, "d\n")[..5], &mut heard);
        assert_eq!(logs.resume().as_deref(), Some("1778051287.000000002"));
        let again =
            [at(1, 1, "a\n"), at(2, 1, "b\n"), at(2, 1, "c\n"), at(2, 2, "e"), at(3, 1, "d")].concat();
        again.chunks(7).for_each(|piece| logs.push(piece, &mut heard));
        logs.finish(&mut heard);
        let told: Vec<String> = heard.0.iter().map(|(_, line)| format!("{line:?}")).collect();
        assert_eq!(
            told,
            [r#"Words("a")"#, r#"Words("b")"#, r#"Words("c")"#, r#"Words("d")"#, r#"Words("e")"#]
        );
    }
}
