//! Lists: which part of them, in which order, and how long they are.

use std::cmp::Ordering;
use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::execution::{Birth, Head};
use kapelle_model::time::Millis;

use crate::error::{Result, StoreError};
use crate::limits::PAGE_MAX;

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
    /// Only those after this one in a list by age, in its direction: how to read all of a long list. The length of the
    /// list remains that of the whole.
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

/// Refuses what no list gives in one part. Every store asks before it looks at any row.
impl Page {
    pub fn check(&self) -> Result<()> {
        check_size(self.size)?;
        match self.after {
            Some(_) if self.sort.by != By::Age => Err(StoreError::Invalid(
                "only a list by age goes on after an execution; sort it by age, or give an offset".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

/// Refuses a part of no rows, or of too many.
pub(crate) fn check_size(size: u32) -> Result<()> {
    match size {
        1..=PAGE_MAX => Ok(()),
        _ => Err(StoreError::Invalid(format!(
            "a page has from 1 to {PAGE_MAX} rows, and {size} were asked for"
        ))),
    }
}

impl Sort {
    /// What the order means. Backends sort in their own way, and the contract compares them.
    pub fn compare(self, one: &Header, two: &Header) -> Ordering {
        let order = self.by.compare(one, two).then_with(|| one.birth.id.cmp(&two.birth.id));
        if self.is_descending { order.reverse() } else { order }
    }
}

impl By {
    /// From small to large; what has no end and no duration, because it is open, is smaller than all that has.
    fn compare(self, one: &Header, two: &Header) -> Ordering {
        match self {
            Self::Age => Ordering::Equal,
            Self::Ended => one.ended().cmp(&two.ended()),
            Self::Duration => one.duration().cmp(&two.duration()),
            Self::State => one.head.history.current().cmp(&two.head.history.current()),
            Self::Namespace => one.birth.namespace.cmp(&two.birth.namespace),
            Self::Flow => one.birth.flow.cmp(&two.birth.flow),
        }
    }
}

impl Header {
    /// When it ended; none for what is open.
    pub fn ended(&self) -> Option<Millis> {
        let history = &self.head.history;
        history.ended().filter(|_| history.current().is_terminal())
    }

    /// Milliseconds from its creation to its end; none for what is open.
    pub fn duration(&self) -> Option<i64> {
        Some(self.ended()?.since(self.head.history.started()))
    }
}

impl Total {
    pub const fn number(self) -> u64 {
        match self {
            Self::Exactly(number) | Self::AtLeast(number) => number,
        }
    }
}
