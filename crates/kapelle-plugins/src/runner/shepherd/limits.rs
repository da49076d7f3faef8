//! What a program may take of the machine, each process of it.

use std::fmt;

use rustix::process::{Resource, Rlimit, setrlimit};

/// The limits that can be set, by the last word of their settings.
pub(crate) const LIMITS: [(&str, Resource); 5] = [
    ("cpu-seconds", Resource::Cpu),
    ("file-bytes", Resource::Fsize),
    ("files", Resource::Nofile),
    ("memory-bytes", Resource::As),
    ("processes", Resource::Nproc),
];

/// One of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    name: &'static str,
    resource: Resource,
    value: u64,
}

impl Limit {
    pub(crate) fn read(name: &str, value: &str) -> Result<Self, String> {
        let known = LIMITS.iter().find(|(known, _)| *known == name);
        let (name, resource) = *known.ok_or_else(|| format!("there is no limit `{name}`"))?;
        let value = value.trim().parse().map_err(|_| "it is no whole number from 0 on".to_owned())?;
        Ok(Self { name, resource, value })
    }

    /// Holds it from now on. It cannot be raised again.
    pub(super) fn apply(self) -> Result<(), String> {
        set(self.resource, self.value).map_err(|error| {
            format!("the limit {self} cannot be set: {error}; it may be higher than the machine's")
        })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// Memory of a process that crashed is written nowhere.
pub(super) fn forbid_cores() -> rustix::io::Result<()> {
    set(Resource::Core, 0)
}

fn set(resource: Resource, value: u64) -> rustix::io::Result<()> {
    setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
}
