//! The columns at which the open blocks start.

/// Columns count from 1, 0 stands for "outside of all blocks".
#[derive(Debug, Default)]
pub(super) struct Indent {
    outer: Vec<usize>,
    pub(super) column: usize,
}

impl Indent {
    /// Opens a block if the column lies deeper than the block around it.
    pub(super) fn deepen(&mut self, column: usize) -> bool {
        let is_deeper = self.column < column;
        if is_deeper {
            self.outer.push(self.column);
            self.column = column;
        }
        is_deeper
    }

    /// Closes the innermost block if it starts to the right of the column.
    pub(super) fn leave(&mut self, column: usize) -> bool {
        let is_left = self.column > column;
        if is_left {
            self.column = self.outer.pop().unwrap_or_default();
        }
        is_left
    }
}
