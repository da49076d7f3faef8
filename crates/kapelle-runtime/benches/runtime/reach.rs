//! A world in which flows reach nothing.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_core::expression::services::{NoServices, Services};
use kapelle_model::Failure;
use kapelle_model::execution::Birth;
use kapelle_plugin::stage::Memory;
use kapelle_plugin::{Files, Name, NewFile, Place};
use kapelle_runtime::masks::Masks;
use kapelle_runtime::{Reach, Reached};

pub(crate) struct Nothing;

fn nothing<T>() -> Result<T, Failure> {
    Err(Failure::new("there is nothing here"))
}

impl Files for Nothing {
    fn open(&self, _uri: &str) -> Result<Box<dyn Read + Send>, Failure> {
        nothing()
    }
    fn size(&self, _uri: &str) -> Result<Option<u64>, Failure> {
        nothing()
    }
    fn create(&self, _name: Name<'_>) -> Result<Box<dyn NewFile>, Failure> {
        nothing()
    }
    fn take(&self, _path: &Path, _name: &str) -> Result<String, Failure> {
        nothing()
    }
    fn delete(&self, _uri: &str) -> Result<bool, Failure> {
        nothing()
    }
    fn delete_all(&self) -> Result<Vec<String>, Failure> {
        nothing()
    }
    fn cached(
        &self,
        _name: &str,
        _age_max: Option<SignedDuration>,
    ) -> Result<Option<Box<dyn Read + Send>>, Failure> {
        nothing()
    }
    fn cache(&self, _name: &str, _content: &mut dyn Read) -> Result<(), Failure> {
        nothing()
    }
}

impl Reach for Nothing {
    fn desk(&self, _of: &Birth) -> Arc<dyn Services + Send + Sync> {
        Arc::new(NoServices)
    }

    fn attempt(&self, of: &Birth, _place: &Arc<Place>) -> Reached {
        Reached {
            services: self.desk(of),
            files: Box::new(Self),
            keys: Box::new(Memory::default()),
            namespace_files: Box::new(Memory::default()),
            executions: Box::new(Memory::default()),
            triggers: Box::new(Memory::default()),
            masks: Masks::default(),
        }
    }

    fn setting(&self, _name: &str) -> Option<String> {
        None
    }
}
