//! A file of a server: as it was found, and as flows see it.

use jiff::{SignedDuration, Timestamp};
use kapelle_plugin::known::{self, Change};
use schemars::JsonSchema;
use serde::Serialize;

use super::path;
use super::place::Kind;

/// How long nothing may have happened to a file that is whole. Servers tell whole seconds.
const QUIET: SignedDuration = SignedDuration::from_secs(2);

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Without the folder; empty if nobody asked for it by name.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) is_link: bool,
    pub(crate) bytes: u64,
    pub(crate) modified: Timestamp,
    pub(crate) accessed: Option<Timestamp>,
    pub(crate) user: Option<u32>,
    pub(crate) group: Option<u32>,
    /// As Unix has them, with the bits that say what it is.
    pub(crate) permissions: Option<u32>,
    /// Which of these the server told, as numbers of SFTP.
    pub(crate) flags: Option<u32>,
}

/// A file as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: String,
    pub(super) entry: Entry,
}

/// A file, as flows see it.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "properties have the names that flows know")]
pub(super) struct File {
    /// Where it is: in the internal storage if it was taken over, else on the server.
    path: String,
    /// The last part of its path on the server.
    name: String,
    /// Always `FILE`.
    file_type: &'static str,
    /// Whether it is a link to a file.
    symbolic_link: bool,
    /// Its size in bytes.
    size: u64,
    /// The number of its owner, where the server tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<u32>,
    /// The number of its group, where the server tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<u32>,
    /// Its rights and its kind in one number, where the server tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<u32>,
    /// Which of these the server told, as a number of SFTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<u32>,
    /// When it was read last, where the server tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_date: Option<String>,
    /// When its content changed last.
    updated_date: String,
}

/// A file that a trigger tells of.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TriggeredFile {
    #[serde(flatten)]
    own: File,
    /// The same once more, in one.
    file: File,
    /// `CREATE` or `UPDATE`.
    change_type: Change,
}

impl Entry {
    /// A file of which nothing else is known.
    pub(crate) fn of(kind: Kind, bytes: u64, modified: Timestamp) -> Self {
        Self {
            name: String::new(),
            kind,
            is_link: false,
            bytes,
            modified,
            accessed: None,
            user: None,
            group: None,
            permissions: None,
            flags: None,
        }
    }
}

impl Found {
    pub(super) fn name(&self) -> &str {
        path::name(&self.path)
    }

    /// As triggers remember it.
    pub(super) fn seen(&self) -> known::Seen {
        let Entry { bytes, modified, .. } = self.entry;
        known::Seen { path: self.path.clone(), bytes, modified, changed: modified }
    }

    /// Whether it changed within the last seconds, so that it may go on changing.
    pub(super) fn is_growing(&self, now: Timestamp) -> bool {
        now.duration_since(self.entry.modified).abs() < QUIET
    }

    /// As flows see it, with this as its address.
    pub(super) fn shown(&self, address: String) -> File {
        let entry = &self.entry;
        File {
            path: address,
            name: self.name().to_owned(),
            file_type: "FILE",
            symbolic_link: entry.is_link,
            size: entry.bytes,
            user_id: entry.user,
            group_id: entry.group,
            permissions: entry.permissions,
            flags: entry.flags,
            access_date: entry.accessed.map(|moment| moment.to_string()),
            updated_date: entry.modified.to_string(),
        }
    }
}

impl File {
    pub(super) fn told(self, change_type: Change) -> TriggeredFile {
        TriggeredFile { own: self.clone(), file: self, change_type }
    }
}
