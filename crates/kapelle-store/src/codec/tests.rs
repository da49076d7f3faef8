mod broken;
mod fixtures;
mod generators;
mod large;
mod round_trips;
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
    Codec::new(Arc::new(Kept::default()))
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

/// The JSON in a blob.
fn json(blob: &[u8]) -> String {
    String::from_utf8(unpack(blob).unwrap()).unwrap()
}

/// A blob of this JSON.
fn plain(json: &str) -> Vec<u8> {
    [&[packing::PLAIN], json.as_bytes()].concat()
}
