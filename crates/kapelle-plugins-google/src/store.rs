//! Cloud Storage: one way to list, read, write, copy and delete, for all types.

pub(crate) mod action;
pub(crate) mod address;
pub(crate) mod checksum;
pub(crate) mod compose;
pub(crate) mod copy;
pub(crate) mod download;
pub(crate) mod listing;
pub(crate) mod look;
pub(crate) mod object;
pub(crate) mod remove;
mod resumable;
pub(crate) mod upload;

use kapelle_model::Failure;
use kapelle_plugin::RunContext;
use kapelle_plugin::encode::{encoded, query};

use crate::access::{Access, AccessProperties};
use crate::client::Client;
use crate::environment::{service, variable};

/// Where Google has it.
const ORIGIN: &str = "https://storage.googleapis.com";

/// A store with buckets.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) client: Client,
    pub(crate) access: Access,
    origin: String,
}

impl Store {
    pub(crate) fn open(cx: &RunContext, access: &AccessProperties) -> Result<Self, Failure> {
        let host = &*cx.host;
        let own = service(host, "google-storage");
        let emulator = variable(host, "STORAGE_EMULATOR_HOST").filter(|_| own.is_none()).map(|address| {
            let address = address.trim_end_matches('/').to_owned();
            if address.contains("://") { address } else { format!("http://{address}") }
        });
        let access = access.read(cx, emulator.is_some())?;
        let origin = own.or(emulator).unwrap_or_else(|| ORIGIN.to_owned());
        Ok(Self { client: access.client(), access, origin })
    }

    /// The address of all buckets.
    pub(crate) fn buckets(&self) -> String {
        format!("{}/storage/v1/b", self.origin)
    }

    pub(crate) fn bucket(&self, bucket: &str) -> String {
        format!("{}/{}", self.buckets(), encoded(bucket))
    }

    pub(crate) fn objects(&self, bucket: &str) -> String {
        format!("{}/o", self.bucket(bucket))
    }

    pub(crate) fn object(&self, bucket: &str, name: &str) -> String {
        format!("{}/{}", self.objects(bucket), encoded(name))
    }

    /// Where content is sent to.
    pub(crate) fn upload(&self, bucket: &str) -> String {
        format!("{}/upload/storage/v1/b/{}/o", self.origin, encoded(bucket))
    }
}

/// An address with those parts of a query that say something.
pub(crate) fn with_query(address: &str, entries: &[(&str, Option<String>)]) -> String {
    let said = entries.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)));
    let said: Vec<_> = said.collect();
    if said.is_empty() { address.to_owned() } else { format!("{address}?{}", query(&said)) }
}

/// What somebody needs to be allowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    Read,
    Write,
    Delete,
    Buckets,
    Policy,
}

/// What helps when something was refused.
pub(crate) fn help(right: Right, bucket: &str) -> impl Fn(u16) -> Option<String> {
    let role = match right {
        Right::Read => "roles/storage.objectViewer",
        Right::Write | Right::Delete => "roles/storage.objectUser",
        Right::Buckets | Right::Policy => "roles/storage.admin",
    };
    let bucket = bucket.to_owned();
    move |status| match status {
        401 => Some(format!(
            "Google does not know who asks: look at `serviceAccount`; the account needs `{role}` for the bucket `{bucket}`"
        )),
        403 => Some(format!(
            "The account is known but may not do this: it probably lacks the role `{role}` for the bucket `{bucket}`"
        )),
        404 => Some(format!(
            "Does the bucket `{bucket}` exist, and what is asked for in it? Every letter of a name counts"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_only_what_says_something() {
        assert_eq!(with_query("a", &[("x", None)]), "a");
        assert_eq!(with_query("a", &[("x", Some("1/2".to_owned())), ("y", None)]), "a?x=1%2F2");
    }
}
