//! The large execution that was read last. Who looks at one of many thousand task runs asks for windows on it, again and
//! again, and each is made from all of them.

use std::sync::{Arc, Mutex, PoisonError};

use kapelle_model::execution::Execution;
use kapelle_store::listing::Header;

use crate::error::Outcome;

/// With fewer task runs it is read as quickly as it is found here.
const RUNS_MIN: u32 = 1_000;

#[derive(Default)]
pub(crate) struct Recent(Mutex<Option<Arc<Execution>>>);

impl Recent {
    /// The execution of this header: as it was read last if nothing changed since, else as `read` gives it now. One large
    /// execution is read at a time; who asks for the same one meanwhile waits and gets it too.
    pub(crate) fn of(
        &self,
        header: &Header,
        read: impl FnOnce() -> Outcome<Execution>,
    ) -> Outcome<Arc<Execution>> {
        if header.head.runs_made < RUNS_MIN {
            return read().map(Arc::new);
        }
        // Whoever panicked left what was there before.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |known: &&Arc<Execution>| {
            known.birth.id == header.birth.id && known.head.version == header.head.version
        };
        if let Some(known) = kept.as_ref().filter(is_same) {
            return Ok(Arc::clone(known));
        }
        let found = Arc::new(read()?);
        *kept = Some(Arc::clone(&found));
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use kapelle_model::execution::{Birth, Head, Kind, Slot};
    use kapelle_model::task_run::Fence;
    use kapelle_model::{ExecutionId, History, Map, Millis, State};

    use super::*;

    fn header(id: u128, version: u64, runs_made: u32) -> Header {
        let history = History::new(State::Running, Millis(0));
        let birth = Birth {
            id: ExecutionId(id),
            tenant: "main".into(),
            namespace: "team".into(),
            flow: "a".into(),
            revision: 1,
            inputs: Arc::new(Map::default()),
            origin: None,
            parent: None,
            replay_of: None,
            original: ExecutionId(id),
            original_created: Millis(0),
            start: None,
            kind: Kind::Normal,
            priority: 0,
            depth: 0,
            scope: None,
        };
        let head = Head {
            opened: Millis(0),
            history,
            version,
            generation: 0,
            attempt: 1,
            runs_made,
            fence: Fence(0),
            labels: Vec::new().into(),
            variables: Arc::default(),
            outputs: None,
            slot: Slot::None,
            strays: Arc::default(),
            breakpoints: Arc::default(),
            successor: None,
            violated: 0,
            waiting: None,
        };
        Header { birth: Arc::new(birth), head }
    }

    /// How often it was read for these headers, asked for one after the other.
    fn reads(headers: &[Header]) -> u32 {
        let (recent, mut reads) = (Recent::default(), 0);
        for header in headers {
            let Header { birth, head } = header.clone();
            let read = || {
                reads += 1;
                Ok(Execution { birth, head, runs: Vec::new(), children: std::collections::BTreeMap::new() })
            };
            let Ok(found) = recent.of(header, read) else { panic!("nothing here fails") };
            assert_eq!((found.birth.id, found.head.version), (header.birth.id, header.head.version));
        }
        reads
    }

    #[test]
    fn a_large_execution_is_read_again_only_when_it_changed() {
        let large = |id, version| header(id, version, 100_000);
        assert_eq!(reads(&[large(1, 5), large(1, 5), large(1, 5)]), 1);
        assert_eq!(reads(&[large(1, 5), large(1, 6), large(1, 6)]), 2);
        assert_eq!(reads(&[large(1, 5), large(2, 5), large(1, 5)]), 3, "one is kept");
        assert_eq!(reads(&[header(1, 5, 10), header(1, 5, 10)]), 2, "a small one is not kept");
    }
}
