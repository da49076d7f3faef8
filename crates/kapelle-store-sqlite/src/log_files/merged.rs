//! Several streams of rows as one, in the order of their moments.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::{Row, Rows};

pub(super) struct Merged<'a> {
    streams: Vec<Rows<'a>>,
    is_newest_first: bool,
    /// The stream whose row is next is on top, by the moment of that row; the first of equals.
    heap: BinaryHeap<Reverse<(i64, usize)>>,
}

impl<'a> Merged<'a> {
    pub(super) fn new(streams: Vec<Rows<'a>>, is_newest_first: bool) -> rusqlite::Result<Self> {
        let count = streams.len();
        let mut merged = Self { streams, is_newest_first, heap: BinaryHeap::with_capacity(count) };
        for index in 0..count {
            merged.advance_stream(index)?;
        }
        Ok(merged)
    }

    /// The row that is next.
    pub(super) fn current(&self) -> Option<&Row<'a>> {
        let Reverse((_, index)) = self.heap.peek()?;
        self.streams[*index].get()
    }

    pub(super) fn advance(&mut self) -> rusqlite::Result<()> {
        match self.heap.pop() {
            Some(Reverse((_, index))) => self.advance_stream(index),
            None => Ok(()),
        }
    }

    fn advance_stream(&mut self, index: usize) -> rusqlite::Result<()> {
        self.streams[index].advance()?;
        if let Some(row) = self.streams[index].get() {
            let at: i64 = row.get(1)?;
            // The complement turns the order round, and each number has one.
            self.heap.push(Reverse((if self.is_newest_first { !at } else { at }, index)));
        }
        Ok(())
    }
}
