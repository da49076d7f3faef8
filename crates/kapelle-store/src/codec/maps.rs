//! Maps of values that belong to an execution. An entry that is too large for a row is kept apart.
//!
//! What stays of it is the tag `{"$":["blob", name, size, secret]}`, which stands only there: nothing deeper in a value
//! is ever kept apart, and no value of a user reads as such a tag.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use kapelle_model::{ExecutionId, Map, Value};

use super::packing::{corrupt, pack};
use super::reader::{Broken, Read, Reader};
use super::seal::{Owner, Seal};
use super::value;
use super::writer::{Mark, Writer};
use crate::blobs::Blobs;
use crate::error::{Result, StoreError};
use crate::limits::INLINE_MAX;
use crate::store::Values;

/// How a map begins that says where a value is.
const BLOB: &str = r#"{"$":["blob","#;

/// Where the large values of an execution are.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) blobs: &'a dyn Blobs,
    pub(super) seal: &'a Seal,
    pub(super) of: ExecutionId,
}

impl Place<'_> {
    pub(super) fn write(&self, out: &mut Writer, map: &Map) -> Result<()> {
        out.begin_map();
        for (key, entry) in map {
            out.key(key);
            let before = out.mark();
            value::write(out, entry, 1)?;
            if out.since(before).len() >= INLINE_MAX {
                self.keep_apart(out, before, entry)?;
            }
        }
        out.end_map();
        Ok(())
    }

    pub(super) fn field(&self, out: &mut Writer, key: &str, map: &Map) -> Result<()> {
        out.key(key);
        self.write(out, map)
    }

    /// Puts away what was written since then, and writes where it is.
    fn keep_apart(&self, out: &mut Writer, before: Mark, entry: &Value) -> Result<()> {
        let (size, is_secret) = (out.since(before).len(), entry.has_secret());
        let packed = pack(out.since(before));
        let kept = if is_secret { self.seal.seal(Owner::Execution(self.of), &packed) } else { packed };
        let name = self.blobs.put(self.of, &kept).map_err(|error| self.not_put(&error))?;
        out.truncate(before);
        value::begin_tag(out, "blob");
        out.text(&name);
        out.unsigned(size as u64);
        out.bool(is_secret);
        value::end_tag(out);
        Ok(())
    }

    fn not_put(&self, error: &io::Error) -> StoreError {
        let why = format!("a large value of execution {} was not written: {error}", self.of);
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(why),
            _ => StoreError::Unavailable(why),
        }
    }

    fn get(&self, name: &str) -> Result<Value> {
        let what = || format!("the large value `{name}` of execution {}", self.of);
        let bytes = self.blobs.get(self.of, name).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                corrupt(what(), error.to_string())
            }
            _ => StoreError::Unavailable(format!("{} was not read: {error}", what())),
        })?;
        match super::row(self.seal, self.of, &bytes, |reader| value::read(reader, 1)) {
            Ok(value) => Ok(value),
            Err(Broken::Elsewhere(error)) => Err(error),
            Err(Broken::Content(why)) => Err(corrupt(what(), why)),
        }
    }
}

/// A place, and what becomes of what is kept there.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) place: Place<'a>,
    pub(super) values: Values,
}

impl Source<'_> {
    pub(super) fn read(&self, reader: &mut Reader<'_>) -> Read<Arc<Map>> {
        let mut map = Map::new();
        let mut open = reader.map()?;
        while let Some(key) = reader.key(&mut open)? {
            let entry = if reader.begins(BLOB) { self.blob(reader)? } else { value::read(reader, 1)? };
            map.insert(Arc::from(&*key), entry);
        }
        Ok(Arc::new(map))
    }

    fn blob(&self, reader: &mut Reader<'_>) -> Read<Value> {
        let mut tag = reader.map()?;
        reader.key(&mut tag)?;
        let mut open = reader.list()?;
        reader.item(&mut open)?;
        reader.text()?;
        reader.item(&mut open)?;
        let name: Cow<'_, str> = reader.text()?;
        reader.item(&mut open)?;
        let size: i64 = reader.number()?;
        reader.item(&mut open)?;
        let is_secret = reader.bool()?;
        reader.close(open)?;
        if reader.more(&mut tag)? {
            return reader.expected("the end of a tag");
        }
        match self.values {
            Values::Fetched => self.place.get(&name).map_err(Broken::Elsewhere),
            Values::Named => Ok(named(&name, size, is_secret)),
        }
    }
}

/// What stands for a value that is not fetched.
fn named(name: &str, size: i64, is_secret: bool) -> Value {
    let map = Map::from_iter([(Arc::from("blob"), Value::from(name)), (Arc::from("size"), Value::Int(size))]);
    let map = Value::Map(Arc::new(map));
    if is_secret { map.into_secret() } else { map }
}
