//! A file of the machine: as it was found, and as flows see it.

use std::fs::Metadata;
use std::io;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use kapelle_plugin::known::{self, Change};
use schemars::JsonSchema;
use serde::Serialize;

/// How long nothing may have happened to a file that is whole.
const QUIET: SignedDuration = SignedDuration::from_secs(1);

/// A file as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Its path is below the folder that was asked for. Nobody can set when it changed.
    pub(super) file: known::Seen,
    created: Option<Timestamp>,
    accessed: Option<Timestamp>,
}

/// A file, as flows see it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct File {
    /// Where its content is: in the internal storage if it was taken over, else `file://` with its path.
    uri: String,
    /// Its path on this machine.
    local_path: String,
    /// The same.
    path: String,
    /// The last part of its path.
    name: String,
    /// The folder that it lies in.
    parent: String,
    /// Its size in bytes.
    size: u64,
    /// When it was created, where the machine knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_date: Option<String>,
    /// When its content changed last.
    modified_date: String,
    /// When it was read last, where the machine knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    accessed_date: Option<String>,
    /// Always false: only files are told.
    directory: bool,
    /// `CREATE` or `UPDATE`, if a trigger tells of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    change_type: Option<Change>,
}

impl Deref for Seen {
    type Target = known::Seen;

    fn deref(&self) -> &known::Seen {
        &self.file
    }
}

impl Seen {
    pub(super) fn of(path: String, data: &Metadata) -> Self {
        let moment = |time: io::Result<SystemTime>| Timestamp::try_from(time.ok()?).ok();
        let changed = i32::try_from(data.ctime_nsec());
        let changed = changed.ok().and_then(|nanos| Timestamp::new(data.ctime(), nanos).ok());
        let modified = moment(data.modified()).unwrap_or_default();
        let file = known::Seen { path, bytes: data.len(), modified, changed: changed.unwrap_or(modified) };
        Self { file, created: moment(data.created()), accessed: moment(data.accessed()) }
    }

    /// One that was changed so many seconds after 1970.
    #[cfg(test)]
    pub(super) fn sample(path: &str, bytes: u64, second: i64) -> Self {
        let moment = Timestamp::from_second(second).unwrap();
        let file = known::Seen { path: path.to_owned(), bytes, modified: moment, changed: moment };
        Self { file, created: None, accessed: None }
    }

    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it changed within the last second, so that it may go on changing. A moment in the future says nothing.
    pub(super) fn is_growing(&self, now: Timestamp) -> bool {
        let is_near = |moment: Timestamp| now.duration_since(moment).abs() < QUIET;
        is_near(self.modified) || is_near(self.changed)
    }

    /// As flows see it, with this as its address.
    pub(super) fn shown(&self, uri: String) -> File {
        let parent = self.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let moment = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string());
        File {
            uri,
            local_path: self.path.clone(),
            path: self.path.clone(),
            name: self.name().to_owned(),
            parent: parent.to_owned(),
            size: self.bytes,
            created_date: moment(self.created),
            modified_date: self.modified.to_string(),
            accessed_date: moment(self.accessed),
            directory: false,
            change_type: None,
        }
    }

    /// Its address on this machine.
    pub(super) fn address(&self) -> String {
        address(&self.path)
    }
}

impl File {
    /// The same, told of by a trigger.
    pub(super) fn told(self, change: Change) -> Self {
        Self { change_type: Some(change), ..self }
    }
}

pub(super) fn address(path: &str) -> String {
    format!("file://{path}")
}
