//! What the rows of an execution are as bytes: the same for every backend.
//!
//! A row is JSON with short keys, where what is absent is the default. Keys that a version does not know are skipped,
//! and items that it does not know at the end of a list too, so that the version before this one reads what this one
//! wrote. In front stands one byte, the number of the codec ([`pack`]). Large values of an execution are kept apart in
//! [`Blobs`], and the row says where. A row or a large value in which anything is marked as secret is encrypted
//! ([`Seal`]); whatever has no mark costs nothing more.
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
mod seal;
mod sent;
mod trigger;
mod value;
mod waiting;
mod window;
mod writer;

use std::borrow::Cow;
use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::execution::{Birth, Child, Head};
use kapelle_model::task_run::TaskRun;
use kapelle_model::trigger::{Skip, TriggerState};
use kapelle_model::window::Window;

use self::maps::{Place, Source};
use self::reader::{Broken, Read, Reader};
use self::seal::Owner;
use self::writer::Writer;
use crate::blobs::Blobs;
use crate::document::{Document, DocumentKey};
use crate::error::Result;
use crate::store::Values;
use crate::transaction::{OrderId, Sent};

pub use packing::{pack, unpack};
pub use seal::{Key, KeyId, Seal, where_keys_are};

/// Makes bytes of the rows of executions, and rows of bytes. Threads share it.
pub struct Codec {
    blobs: Arc<dyn Blobs>,
    seal: Arc<Seal>,
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
    /// Large values go to `blobs`, before the row that names them is there. What is secret is under the seal.
    pub const fn new(blobs: Arc<dyn Blobs>, seal: Arc<Seal>) -> Self {
        Self { blobs, seal }
    }

    /// A birth, but for what is [`Known`] of it.
    pub fn birth(&self, birth: &Birth) -> Result<Vec<u8>> {
        self.blob(birth.id, |out| birth::write(out, birth, self.place(birth.id)))
    }

    pub fn read_birth(&self, known: Known, bytes: &[u8], values: Values) -> Result<Birth> {
        let of = known.id;
        self.row(of, bytes, |reader| birth::read(reader, known, self.source(of, values)))
            .map_err(|broken| broken.named(&format_args!("the birth of execution {of}")))
    }

    pub fn head(&self, of: ExecutionId, head: &Head) -> Result<Vec<u8>> {
        self.blob(of, |out| head::write(out, head, self.place(of)))
    }

    pub fn read_head(&self, of: ExecutionId, bytes: &[u8], values: Values) -> Result<Head> {
        self.row(of, bytes, |reader| head::read(reader, self.source(of, values)))
            .map_err(|broken| broken.named(&format_args!("the head of execution {of}")))
    }

    /// A task run, its index included.
    pub fn run(&self, of: ExecutionId, run: &TaskRun) -> Result<Vec<u8>> {
        self.blob(of, |out| run::write(out, run, self.place(of)))
    }

    pub fn read_run(&self, of: ExecutionId, bytes: &[u8], values: Values) -> Result<TaskRun> {
        self.row(of, bytes, |reader| run::read(reader, self.source(of, values)))
            .map_err(|broken| broken.named(&format_args!("a task run of execution {of}")))
    }

    pub fn child(&self, of: ExecutionId, child: &Child) -> Result<Vec<u8>> {
        self.blob(of, |out| run::write_child(out, child, self.place(of)))
    }

    pub fn read_child(&self, of: ExecutionId, bytes: &[u8], values: Values) -> Result<Child> {
        self.row(of, bytes, |reader| run::read_child(reader, self.source(of, values)))
            .map_err(|broken| broken.named(&format_args!("a child of execution {of}")))
    }

    /// An order, but for its number and receiver. Its values stay in the row, whatever their size.
    pub fn sent(&self, sent: &Sent) -> Result<Vec<u8>> {
        self.blob(sent.to, |out| sent::write(out, sent))
    }

    pub fn read_sent(&self, id: OrderId, to: ExecutionId, bytes: &[u8]) -> Result<Sent> {
        self.row(to, bytes, |reader| sent::read(reader, id, to))
            .map_err(|broken| broken.named(&format_args!("an order of execution {to}")))
    }

    /// What a document holds, as it is kept.
    pub fn document(&self, document: &Document) -> Vec<u8> {
        let packed = pack(&document.data);
        if document.is_secret { self.seal.seal(Owner::Document(&document.key), &packed) } else { packed }
    }

    /// What a document holds, and whether it is secret.
    pub fn read_document(&self, key: &DocumentKey, bytes: &[u8]) -> Result<(Vec<u8>, bool)> {
        let content = content(&self.seal, Owner::Document(key), bytes);
        let content = content.map_err(|why| packing::corrupt(key.to_string(), why))?;
        Ok((content.into_owned(), bytes.first() == Some(&packing::SEALED)))
    }

    fn place(&self, of: ExecutionId) -> Place<'_> {
        Place { blobs: &*self.blobs, seal: &self.seal, of }
    }

    fn source(&self, of: ExecutionId, values: Values) -> Source<'_> {
        Source { place: self.place(of), values }
    }

    fn blob(&self, of: ExecutionId, write: impl FnOnce(&mut Writer) -> Result<()>) -> Result<Vec<u8>> {
        let mut out = Writer::new();
        write(&mut out)?;
        let is_secret = out.is_secret();
        let blob = out.into_blob();
        Ok(if is_secret { self.seal.seal(Owner::Execution(of), &blob) } else { blob })
    }

    fn row<T>(
        &self,
        of: ExecutionId,
        bytes: &[u8],
        read: impl FnOnce(&mut Reader<'_>) -> Read<T>,
    ) -> Read<T> {
        row(&self.seal, of, bytes, read)
    }
}

/// Where a trigger stands, as what its document holds, and whether that is secret.
pub fn trigger(state: &TriggerState) -> Result<(Vec<u8>, bool)> {
    document(|out| trigger::write(out, state))
}

pub fn read_trigger(of: &DocumentKey, bytes: &[u8]) -> Result<TriggerState> {
    document_row(bytes, trigger::read).map_err(|broken| broken.named(of))
}

/// Occurrences that started nothing.
pub fn skip(skip: &Skip) -> Vec<u8> {
    let mut out = Writer::new();
    trigger::write_skip(&mut out, skip);
    out.into_blob()
}

pub fn read_skip(of: &DocumentKey, bytes: &[u8]) -> Result<Skip> {
    document_row(bytes, trigger::read_skip).map_err(|broken| broken.named(of))
}

/// What has come together for a trigger, and whether that is secret.
pub fn window(window: &Window) -> Result<(Vec<u8>, bool)> {
    document(|out| window::write(out, window))
}

pub fn read_window(of: &DocumentKey, bytes: &[u8]) -> Result<Window> {
    document_row(bytes, window::read).map_err(|broken| broken.named(of))
}

/// What a document holds, and whether it is secret.
fn document(write: impl FnOnce(&mut Writer) -> Result<()>) -> Result<(Vec<u8>, bool)> {
    let mut out = Writer::new();
    write(&mut out)?;
    let is_secret = out.is_secret();
    Ok((out.into_blob(), is_secret))
}

fn document_row<T>(bytes: &[u8], read: impl FnOnce(&mut Reader<'_>) -> Read<T>) -> Read<T> {
    whole(&packing::unpacked(bytes).map_err(Broken::Content)?, read)
}

/// Reads the whole of a blob.
fn row<T>(
    seal: &Seal,
    of: ExecutionId,
    bytes: &[u8],
    read: impl FnOnce(&mut Reader<'_>) -> Read<T>,
) -> Read<T> {
    whole(&content(seal, Owner::Execution(of), bytes).map_err(Broken::Content)?, read)
}

fn whole<T>(content: &[u8], read: impl FnOnce(&mut Reader<'_>) -> Read<T>) -> Read<T> {
    let mut reader = Reader::new(content)?;
    let row = read(&mut reader)?;
    reader.end()?;
    Ok(row)
}

/// What a blob holds, whether it is sealed or not; or why that cannot be said.
fn content<'b>(seal: &Seal, owner: Owner<'_>, bytes: &'b [u8]) -> std::result::Result<Cow<'b, [u8]>, String> {
    match bytes.split_first() {
        Some((&packing::SEALED, sealed)) => {
            let blob = seal.open(owner, sealed)?;
            packing::unpacked(&blob).map(|content| Cow::Owned(content.into_owned()))
        }
        _ => packing::unpacked(bytes),
    }
}

#[cfg(test)]
mod tests;
