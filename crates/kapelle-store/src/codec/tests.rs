mod broken;
mod fixtures;
mod generators;
mod large;
mod round_trips;
mod sealed;
mod shapes;
mod values;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use kapelle_model::ExecutionId;

use super::*;

/// Blobs in memory.
#[derive(Default)]
struct Kept(Mutex<BTreeMap<String, Vec<u8>>>);

impl Blobs for Kept {
    fn put(&self, of: ExecutionId, bytes: &[u8]) -> io::Result<String> {
        let mut kept = self.0.lock().unwrap();
        let name = format!("{of}-{}", bytes.len());
        kept.insert(name.clone(), bytes.to_vec());
        Ok(name)
    }

    fn get(&self, _: ExecutionId, name: &str) -> io::Result<Vec<u8>> {
        let kept = self.0.lock().unwrap();
        kept.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn remove_all(&self, _: ExecutionId) -> io::Result<()> {
        self.0.lock().unwrap().clear();
        Ok(())
    }

    fn owners(&self) -> io::Result<Vec<ExecutionId>> {
        Ok(Vec::new())
    }
}

const ID: ExecutionId = ExecutionId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);

fn codec() -> Codec {
    over(Arc::new(Kept::default()))
}

fn over(blobs: Arc<Kept>) -> Codec {
    Codec::new(blobs, Arc::new(seal()))
}

/// The same in each run: fixtures are sealed with it.
fn seal() -> Seal {
    Seal::new(&key(7), &[])
}

fn key(byte: u8) -> Key {
    Key::read(&base64::write(&[byte; 32])).unwrap()
}

fn known(birth: &Birth) -> Known {
    Known {
        id: birth.id,
        tenant: Arc::clone(&birth.tenant),
        namespace: Arc::clone(&birth.namespace),
        flow: Arc::clone(&birth.flow),
        revision: birth.revision,
    }
}

/// The JSON in a blob of [`ID`].
fn json(blob: &[u8]) -> String {
    json_of(ID, blob)
}

fn json_of(of: ExecutionId, blob: &[u8]) -> String {
    let content = content(&seal(), Owner::Execution(of), blob).unwrap();
    String::from_utf8(content.into_owned()).unwrap()
}

/// A blob of this JSON.
fn plain(json: &str) -> Vec<u8> {
    [&[packing::PLAIN], json.as_bytes()].concat()
}
