//! What a container writes: frames of both streams, one after the other, and lines made of them.

use crate::runner::lines::Splitter;
use crate::runner::{Lines, Stream};

/// Bytes before the content of a frame: whose it is, three zeros, its size.
const HEAD_BYTES: usize = 8;

/// Takes frames apart as they come, in pieces of any size.
#[derive(Default)]
pub(super) struct Logs {
    head: Vec<u8>,
    /// Bytes of the frame that are still to come, and whose they are.
    left: usize,
    stream: Option<Stream>,
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
            // The third stream is what went in.
            if let Some(stream) = self.stream {
                self.splitter(stream).push(content, &mut |line| lines.line(stream, line));
            }
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
    use crate::runner::lines::Line;

    #[derive(Default)]
    struct Heard(Vec<(Stream, Line)>);

    impl Lines for Heard {
        fn line(&mut self, stream: Stream, line: Line) {
            self.0.push((stream, line));
        }
    }

    fn frame(stream: u8, content: &str) -> Vec<u8> {
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
}
