//! Lists: which part of them, in which order, and how long they are.

use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::execution::{Birth, Head};

/// An execution without its task runs, as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    pub birth: Arc<Birth>,
    pub head: Head,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub offset: u64,
    /// At most [`PAGE_MAX`](crate::limits::PAGE_MAX).
    pub size: u32,
    pub sort: Sort,
    /// Only those after this one in a list by age: how to read all of a long list.
    pub after: Option<ExecutionId>,
    /// Whether the length of the whole list is wanted, which may cost more than the page.
    pub is_counted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub by: By,
    pub is_descending: bool,
}

/// What a list is sorted by. Equals are sorted by age, in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The order in which they were created: any number of rows, without looking at all of them.
    Age,
    /// Everything else looks at all that match, which may not be more than
    /// [`SORTED_MAX`](crate::limits::SORTED_MAX).
    Ended,
    Duration,
    State,
    Namespace,
    Flow,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Listing<T> {
    pub rows: Vec<T>,
    /// The length of the whole list, if it was asked for.
    pub total: Option<Total>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    Exactly(u64),
    /// Counting took too long; there are at least so many.
    AtLeast(u64),
}

impl Page {
    /// The newest ones.
    pub const fn newest(size: u32) -> Self {
        let sort = Sort { by: By::Age, is_descending: true };
        Self { offset: 0, size, sort, after: None, is_counted: false }
    }

    /// All of them in parts of this size, the oldest first.
    pub const fn oldest(size: u32, after: Option<ExecutionId>) -> Self {
        let sort = Sort { by: By::Age, is_descending: false };
        Self { offset: 0, size, sort, after, is_counted: false }
    }

    #[must_use]
    pub const fn counted(self) -> Self {
        Self { is_counted: true, ..self }
    }
}

impl Total {
    pub const fn number(self) -> u64 {
        match self {
            Self::Exactly(number) | Self::AtLeast(number) => number,
        }
    }
}
