//! The shelf as expressions see it.

use jiff::Timestamp;
use kapelle_core::expression::Outcome;
use kapelle_core::expression::services::{self, File, Services};
use kapelle_model::{Map, Value};

use super::Shelf;

/// Ports that nothing is registered for.
const PORTS: std::ops::Range<u16> = 49152..65535;

impl Services for Shelf {
    fn now(&self) -> Outcome<Timestamp> {
        Ok(self.now.get())
    }

    fn random(&self, bytes: &mut [u8]) -> Outcome<()> {
        self.chance.fill(bytes);
        Ok(())
    }

    fn free_port(&self) -> Outcome<u16> {
        let count = u64::from(PORTS.end - PORTS.start);
        Ok(PORTS.start + (self.chance.next() % count) as u16)
    }

    fn kv(&self, namespace: &str, key: &str) -> Outcome<Option<Value>> {
        match self.kept(namespace, key) {
            Some(kept) if self.is_over(&kept) => Err(services::expired()),
            kept => Ok(kept.map(|kept| kept.value)),
        }
    }

    fn read(&self, file: &File<'_>) -> Outcome<Option<Vec<u8>>> {
        Ok(match file {
            File::Internal(uri) => self.file(uri).map(|content| content.to_vec()),
            // There are neither namespace files nor a machine in this world.
            File::Namespace { .. } | File::Local(_) => None,
        })
    }

    fn file_versions(&self, _namespace: &str, _path: &str) -> Outcome<u64> {
        Ok(0)
    }
}

/// A shelf for expressions of one execution, which sees its own error logs.
pub struct Desk<'a> {
    pub shelf: &'a Shelf,
    pub errors: Vec<Map>,
}

impl Services for Desk<'_> {
    fn now(&self) -> Outcome<Timestamp> {
        Services::now(self.shelf)
    }

    fn random(&self, bytes: &mut [u8]) -> Outcome<()> {
        self.shelf.random(bytes)
    }

    fn free_port(&self) -> Outcome<u16> {
        self.shelf.free_port()
    }

    fn kv(&self, namespace: &str, key: &str) -> Outcome<Option<Value>> {
        self.shelf.kv(namespace, key)
    }

    fn read(&self, file: &File<'_>) -> Outcome<Option<Vec<u8>>> {
        self.shelf.read(file)
    }

    fn file_versions(&self, namespace: &str, path: &str) -> Outcome<u64> {
        self.shelf.file_versions(namespace, path)
    }

    fn error_logs(&self, limit: usize) -> Outcome<Vec<Map>> {
        Ok(self.errors.iter().take(limit).cloned().collect())
    }
}
