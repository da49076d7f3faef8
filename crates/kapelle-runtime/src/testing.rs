//! What tests of this crate share: a hand clock, a folder that goes away, a place.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use kapelle_model::ExecutionId;
use kapelle_model::task_run::{Fence, RunIndex};
use kapelle_plugin::Place;

use crate::clock::Clock;

/// A clock that somebody turns.
#[derive(Clone)]
pub(crate) struct HandClock(Arc<AtomicI64>);

impl HandClock {
    pub(crate) fn at(moment: &str) -> Self {
        let moment: Timestamp = moment.parse().unwrap();
        Self(Arc::new(AtomicI64::new(moment.as_millisecond())))
    }

    pub(crate) fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).unwrap()
    }

    pub(crate) fn clock(&self) -> Clock {
        let own = self.clone();
        Arc::new(move || own.now())
    }
}

/// A folder of its own for one test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("kapelle-runtime-{}", crate::random::id().unwrap()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(std::fs::canonicalize(folder).unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A test that ends must not fail for want of tidiness.
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

/// An attempt of task `my_task` of flow `my_flow` of namespace `team.a`.
pub(crate) fn place() -> Place {
    Place {
        tenant: "main".into(),
        namespace: "team.a".into(),
        flow: "my_flow".into(),
        revision: 1,
        execution: ExecutionId(7),
        task: "my_task".into(),
        is_trigger: false,
        type_name: "".into(),
        run: RunIndex(std::num::NonZeroU32::MIN),
        run_id: "run1".into(),
        value: None,
        attempt: 0,
        fence: Fence(1),
    }
}
