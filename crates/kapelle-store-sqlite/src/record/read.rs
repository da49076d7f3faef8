//! Finds changes in their bytes. Nothing is copied: what is found is where it lies.

use kapelle_model::ExecutionId;
use kapelle_store::error::Result;

use super::{flag, tag};
use crate::errors::corrupt;

/// A stretch of the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slice {
    start: usize,
    end: usize,
}

/// One change.
#[derive(Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time is looked at, and most of them are the large one"
)]
pub(crate) enum Entry {
    Execution(Change),
    /// A moment: that it is waited for, or not any more.
    Moment {
        execution: ExecutionId,
        at: i64,
        due: (i64, i64),
        is_awaited: bool,
    },
    Order {
        id: u128,
        to: ExecutionId,
        data: Slice,
    },
    OrderDone(u128),
}

/// What became of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub id: ExecutionId,
    pub version: u64,
    pub state: i64,
    pub slot: i64,
    pub started: i64,
    pub ended: Option<i64>,
    pub is_at_rest: bool,
    pub print: i64,
    pub head: Slice,
    pub labels: Slice,
    pub birth: Option<Birth>,
    pub removed: Slice,
    pub runs: Slice,
    pub children: Slice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Birth {
    pub class: i64,
    pub revision: u32,
    pub parent: Option<i64>,
    pub cause: Option<i64>,
    pub tenant: Slice,
    pub namespace: Slice,
    pub flow: Slice,
    pub data: Slice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub number: i64,
    pub name: Slice,
    pub value: Slice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Child {
    pub run: u32,
    pub iteration: u32,
    pub key: i64,
    pub is_open: bool,
    pub data: Slice,
}

impl Slice {
    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start..self.end]
    }

    pub(crate) fn text(self, bytes: &[u8]) -> Result<&str> {
        std::str::from_utf8(self.of(bytes)).map_err(|_| broken("a name is no text"))
    }
}

/// Goes through bytes from one place to another.
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
}

impl<'b> Reader<'b> {
    /// All from a place on.
    pub(crate) fn from(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at, end: bytes.len() }
    }

    /// A part that was found.
    pub(crate) fn part(bytes: &'b [u8], part: Slice) -> Self {
        Self { bytes, at: part.start, end: part.end }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.at == self.end
    }

    pub(crate) fn entry(&mut self) -> Result<Entry> {
        match self.byte()? {
            tag::EXECUTION => self.change().map(Entry::Execution),
            tag::WAKE => self.moment(true),
            tag::WOKEN => self.moment(false),
            tag::ORDER => {
                let id = self.wide()?;
                Ok(Entry::Order { id, to: self.identity()?, data: self.blob()? })
            }
            tag::ORDER_DONE => self.wide().map(Entry::OrderDone),
            other => Err(broken(&format!("it is of kind {other}"))),
        }
    }

    fn change(&mut self) -> Result<Change> {
        let flags = self.byte()?;
        let has = |bit| flags & bit != 0;
        let (id, version) = (self.identity()?, self.number()?.cast_unsigned());
        let (state, slot, started) = (self.number()?, self.number()?, self.number()?);
        let ended = self.number()?;
        let (print, head, labels) = (self.number()?, self.blob()?, self.blob()?);
        let birth = if has(flag::IS_BORN) { Some(self.birth(flags)?) } else { None };
        Ok(Change {
            id,
            version,
            state,
            slot,
            started,
            ended: has(flag::HAS_ENDED).then_some(ended),
            is_at_rest: has(flag::IS_AT_REST),
            print,
            head,
            labels,
            birth,
            removed: self.blob()?,
            runs: self.blob()?,
            children: self.blob()?,
        })
    }

    fn birth(&mut self, flags: u8) -> Result<Birth> {
        let (class, revision) = (self.number()?, self.count()?);
        let (parent, cause) = (self.number()?, self.number()?);
        Ok(Birth {
            class,
            revision,
            parent: (flags & flag::HAS_PARENT != 0).then_some(parent),
            cause: (flags & flag::HAS_CAUSE != 0).then_some(cause),
            tenant: self.blob()?,
            namespace: self.blob()?,
            flow: self.blob()?,
            data: self.blob()?,
        })
    }

    fn moment(&mut self, is_awaited: bool) -> Result<Entry> {
        let (execution, at) = (self.identity()?, self.number()?);
        Ok(Entry::Moment { execution, at, due: (self.number()?, self.number()?), is_awaited })
    }

    pub(crate) fn label(&mut self) -> Result<Label> {
        Ok(Label { number: self.number()?, name: self.blob()?, value: self.blob()? })
    }

    /// The index of a task run.
    pub(crate) fn count(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn run(&mut self) -> Result<(u32, Slice)> {
        Ok((self.count()?, self.blob()?))
    }

    pub(crate) fn child(&mut self) -> Result<Child> {
        let (run, iteration) = (self.count()?, self.count()?);
        let (key, is_open) = (self.number()?, self.byte()? != 0);
        Ok(Child { run, iteration, key, is_open, data: self.blob()? })
    }

    fn blob(&mut self) -> Result<Slice> {
        let length = self.count()?;
        self.take(length as usize)
    }

    fn identity(&mut self) -> Result<ExecutionId> {
        self.wide().map(ExecutionId)
    }

    fn wide(&mut self) -> Result<u128> {
        self.array().map(u128::from_le_bytes)
    }

    fn number(&mut self) -> Result<i64> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn byte(&mut self) -> Result<u8> {
        self.array().map(u8::from_le_bytes)
    }

    fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH]> {
        let mut array = [0; LENGTH];
        array.copy_from_slice(self.take(LENGTH)?.of(self.bytes));
        Ok(array)
    }

    fn take(&mut self, length: usize) -> Result<Slice> {
        let start = self.at;
        let end = start.checked_add(length).filter(|end| *end <= self.end);
        self.at = end.ok_or_else(|| broken("it ends too early"))?;
        Ok(Slice { start, end: self.at })
    }
}

fn broken(why: &str) -> kapelle_store::StoreError {
    corrupt("a change in the journal", why)
}
