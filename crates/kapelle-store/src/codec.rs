//! What the rows of an execution are as bytes: the same for every backend.
//!
//! A row is JSON with short keys, where what is absent is the default. Keys that a version does not know are skipped,
//! and items that it does not know at the end of a list too, so that the version before this one reads what this one
//! wrote. In front stands one byte, the number of the codec ([`pack`]). Large values of an execution are kept apart in
//! [`Blobs`], and the row says where.
//!
//! Keys, numbers and dictionaries are kept: never give one of them to something else. `fixtures/` holds rows of earlier
//! versions, which must be readable forever.

mod base64;
mod birth;
mod head;
mod history;
mod maps;
mod numbers;
mod packing;
mod reader;
mod run;
mod sent;
mod trigger;
mod value;
mod waiting;
mod window;
mod writer;

use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::execution::{Birth, Child, Head};
use kapelle_model::task_run::TaskRun;
use kapelle_model::trigger::{Skip, TriggerState};
use kapelle_model::window::Window;

use self::maps::{Place, Source};
use self::reader::{Broken, Read, Reader};
use self::writer::Writer;
use crate::blobs::Blobs;
use crate::document::DocumentKey;
use crate::error::Result;
use crate::store::Values;
use crate::transaction::{OrderId, Sent};

pub use packing::{pack, unpack};

/// Makes bytes of the rows of executions, and rows of bytes. Threads share it.
pub struct Codec {
    blobs: Arc<dyn Blobs>,
}

/// What a backend keeps of a birth in columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub id: ExecutionId,
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    pub flow: Arc<str>,
    pub revision: u32,
}

impl Codec {
    /// Large values go to `blobs`, before the row that names them is there.
    pub fn new(blobs: Arc<dyn Blobs>) -> Self {
        Self { blobs }
    }

    /// A birth, but for what is [`Known`] of it.
    pub fn birth(&self, birth: &Birth) -> Result<Vec<u8>> {
        blob(|out| birth::write(out, birth, self.place(birth.id)))
    }

    pub fn read_birth(&self, known: Known, bytes: &[u8], values: Values) -> Result<Birth> {
        let of = known.id;
        row(bytes, |reader| birth::read(reader, known, self.source(of, values)))
            .map_err(|broken| broken.named(&format_args!("the birth of execution {of}")))
    }

    pub fn head(&self, of: ExecutionId, head: &Head) -> Result<Vec<u8>> {
        blob(|out| head::write(out, head, self.place(of)))
    }

    pub fn read_head(&self, of: ExecutionId, bytes: &[u8], values: Values) -> Result<Head> {
        row(bytes, |reader| head::read(reader, self.source(of, values)))
            .map_err(|broken| broken.named(&format_args!("the head of execution {of}")))
    }

    /// A task run, its index included.
    pub fn run(&self, of: ExecutionId, run: &TaskRun) -> Result<Vec<u8>> {
        blob(|out| run::write(out, run, self.place(of)))
    }

    pub fn read_run(&self, of: ExecutionId, bytes: &[u8], values: Values) -> Result<TaskRun> {
        row(bytes, |reader| run::read(reader, self.source(of, values)))
            .map_err(|broken| broken.named(&format_args!("a task run of execution {of}")))
    }

    pub fn child(&self, of: ExecutionId, child: &Child) -> Result<Vec<u8>> {
        blob(|out| run::write_child(out, child, self.place(of)))
    }

    pub fn read_child(&self, of: ExecutionId, bytes: &[u8], values: Values) -> Result<Child> {
        row(bytes, |reader| run::read_child(reader, self.source(of, values)))
            .map_err(|broken| broken.named(&format_args!("a child of execution {of}")))
    }

    /// An order, but for its number and receiver. Its values stay in the row, whatever their size.
    pub fn sent(&self, sent: &Sent) -> Result<Vec<u8>> {
        blob(|out| sent::write(out, sent))
    }

    pub fn read_sent(&self, id: OrderId, to: ExecutionId, bytes: &[u8]) -> Result<Sent> {
        row(bytes, |reader| sent::read(reader, id, to))
            .map_err(|broken| broken.named(&format_args!("an order of execution {to}")))
    }

    fn place(&self, of: ExecutionId) -> Place<'_> {
        Place { blobs: &*self.blobs, of }
    }

    fn source(&self, of: ExecutionId, values: Values) -> Source<'_> {
        Source { place: self.place(of), values }
    }
}

/// Where a trigger stands.
pub fn trigger(state: &TriggerState) -> Result<Vec<u8>> {
    blob(|out| trigger::write(out, state))
}

pub fn read_trigger(of: &DocumentKey, bytes: &[u8]) -> Result<TriggerState> {
    row(bytes, trigger::read).map_err(|broken| broken.named(of))
}

/// Occurrences that started nothing.
pub fn skip(skip: &Skip) -> Result<Vec<u8>> {
    blob(|out| {
        trigger::write_skip(out, skip);
        Ok(())
    })
}

pub fn read_skip(of: &DocumentKey, bytes: &[u8]) -> Result<Skip> {
    row(bytes, trigger::read_skip).map_err(|broken| broken.named(of))
}

/// What has come together for a trigger.
pub fn window(window: &Window) -> Result<Vec<u8>> {
    blob(|out| window::write(out, window))
}

pub fn read_window(of: &DocumentKey, bytes: &[u8]) -> Result<Window> {
    row(bytes, window::read).map_err(|broken| broken.named(of))
}

fn blob(write: impl FnOnce(&mut Writer) -> Result<()>) -> Result<Vec<u8>> {
    let mut out = Writer::new();
    write(&mut out)?;
    Ok(out.into_blob())
}

/// Reads the whole of a blob.
fn row<T>(bytes: &[u8], read: impl FnOnce(&mut Reader<'_>) -> Read<T>) -> Read<T> {
    let content = packing::unpacked(bytes).map_err(Broken::Content)?;
    let mut reader = Reader::new(&content)?;
    let row = read(&mut reader)?;
    reader.end()?;
    Ok(row)
}

#[cfg(test)]
mod tests;
