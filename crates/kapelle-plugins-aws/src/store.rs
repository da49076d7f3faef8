//! S3, and everything that speaks it: one way to list, read, write, copy and delete, for all types.

pub(crate) mod action;
pub(crate) mod checksum;
pub(crate) mod copy;
pub(crate) mod create;
pub(crate) mod delete_list;
pub(crate) mod download;
pub(crate) mod downloads;
pub(crate) mod listing;
pub(crate) mod look;
pub(crate) mod object;
mod parts;
pub(crate) mod remove;
pub(crate) mod sources;

pub(crate) mod upload;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use kapelle_http::{Kind, Response, Url};
use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};

use crate::access::{Access, endpoint_of_aws};
use crate::client::{Ask, Client, Content, endpoint, unless_stopped};
use crate::trouble::{Said, Trouble};
use crate::xml::{self, Element};
use kapelle_plugin::encode::encoded_path;

/// Bytes of an answer that is read as a whole: a page of a thousand keys has less.
const ANSWER_MAX: usize = 32 << 20;

/// How often one goes elsewhere with a request.
const MOVES_MAX: u32 = 3;

/// A store with buckets.
#[derive(Clone)]
pub(crate) struct Store {
    client: Client,
    /// Headers of all requests: who pays, whose bucket it has to be.
    headers: Vec<(String, String)>,
    /// The address of the server, if it is not one of AWS.
    own: Option<String>,
    place: Arc<Mutex<Place>>,
}

/// What is learnt on the way holds for the requests that follow.
#[derive(Clone)]
struct Place {
    region: String,
    has_path_style: bool,
}

/// How a store is used.
#[derive(Default)]
pub(crate) struct Manner {
    pub(crate) has_path_style: bool,
    pub(crate) request_payer: Option<String>,
    pub(crate) bucket_owner: Option<String>,
    pub(crate) trusts_all: bool,
    /// The client, where it has to have certificates of its own.
    pub(crate) http: Option<kapelle_http::Client>,
}

/// A request to it.
#[derive(Clone)]
pub(crate) struct Call<'c> {
    pub(crate) method: &'static str,
    pub(crate) bucket: &'c str,
    pub(crate) key: Option<&'c str>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) content: Option<Content>,
}

impl<'c> Call<'c> {
    pub(crate) fn new(method: &'static str, bucket: &'c str) -> Self {
        Self { method, bucket, key: None, query: Vec::new(), headers: Vec::new(), content: None }
    }

    pub(crate) fn key(self, key: &'c str) -> Self {
        Self { key: Some(key), ..self }
    }

    pub(crate) fn ask(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn ask_if<V: Into<String>>(self, name: &str, value: Option<V>) -> Self {
        match value {
            Some(value) => self.ask(name, value),
            None => self,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn headers(mut self, headers: &[(String, String)]) -> Self {
        self.headers.extend_from_slice(headers);
        self
    }

    pub(crate) fn content(self, content: Content) -> Self {
        Self { content: Some(content), ..self }
    }
}

impl Store {
    pub(crate) fn new(cx: &RunContext, access: &Access, manner: Manner) -> Result<Self, Failure> {
        let region = access.region(cx, "s3")?;
        let address = endpoint(cx, "s3", access.endpoint.as_deref(), &region)?;
        let own = (address != endpoint_of_aws("s3", &region)).then_some(address);
        let mut client = access.client(cx, "s3");
        client.trusts_all = manner.trusts_all;
        client.http = manner.http.unwrap_or(client.http);
        let payer =
            manner.request_payer.map(|payer| ("x-amz-request-payer".to_owned(), payer.to_lowercase()));
        let owner = manner.bucket_owner.map(|owner| ("x-amz-expected-bucket-owner".to_owned(), owner));
        let place = Place { region, has_path_style: manner.has_path_style };
        Ok(Self {
            client,
            headers: payer.into_iter().chain(owner).collect(),
            own,
            place: Arc::new(Mutex::new(place)),
        })
    }

    /// The region in which the last bucket was.
    pub(crate) fn region(&self) -> String {
        self.place().region
    }

    fn place(&self) -> Place {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_place(&self, place: Place) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }

    /// The answer. A bucket that is in another region is followed there.
    pub(crate) async fn send(&self, cx: &RunContext, call: &Call<'_>) -> Result<Response, Trouble> {
        let mut moves = 0;
        loop {
            let place = self.place();
            let trouble = match self.client.send(cx, &self.request(call, &place)).await {
                Ok(response) => return Ok(response),
                Err(trouble) => trouble,
            };
            moves += 1;
            match self.elsewhere(&trouble, &place) {
                Some(next) if moves <= MOVES_MAX => self.set_place(next),
                _ => return Err(trouble),
            }
        }
    }

    /// The answer as XML.
    pub(crate) async fn element(&self, cx: &RunContext, call: &Call<'_>) -> Result<Element, Trouble> {
        self.versioned(cx, call).await.map(|(element, _)| element)
    }

    /// The answer as XML, and the version that it is about. Some answers look good and tell of a failure.
    pub(crate) async fn versioned(
        &self,
        cx: &RunContext,
        call: &Call<'_>,
    ) -> Result<(Element, Option<String>), Trouble> {
        let mut response = self.send(cx, call).await?;
        let bytes = unless_stopped(cx, response.bytes(ANSWER_MAX)).await?;
        let text = String::from_utf8_lossy(&bytes);
        let root = xml::read(text.trim()).map_err(|reason| {
            Broken::new(format!("the answer of `{}` is no XML: {reason}", response.url.host()))
        })?;
        match Said::within(&root) {
            Some(said) => Err(Trouble::Said(Box::new(said))),
            None => Ok((root, response.header("x-amz-version-id").map(str::to_owned))),
        }
    }

    /// Where a request may go better.
    fn elsewhere(&self, trouble: &Trouble, place: &Place) -> Option<Place> {
        match trouble {
            Trouble::Said(said) => {
                const CODES: [&str; 5] = [
                    "PermanentRedirect",
                    "TemporaryRedirect",
                    "AuthorizationHeaderMalformed",
                    "IllegalLocationConstraintException",
                    "BadRequest",
                ];
                let region = said.region.clone().filter(|region| *region != place.region)?;
                CODES.contains(&said.code.as_str()).then(|| Place { region, ..place.clone() })
            }
            // Servers of one's own often have one name only.
            Trouble::Http(error)
                if error.kind == Kind::Connection && self.own.is_some() && !place.has_path_style =>
            {
                Some(Place { has_path_style: true, ..place.clone() })
            }
            _ => None,
        }
    }

    fn request(&self, call: &Call<'_>, place: &Place) -> Ask {
        let server = self.own.clone().unwrap_or_else(|| endpoint_of_aws("s3", &place.region));
        let key = call.key.map(encoded_path).unwrap_or_default();
        let (origin, path) = if place.has_path_style || !fits_into_host(call.bucket, &server) {
            let bucket = encoded_path(call.bucket);
            (server, if call.key.is_some() { format!("/{bucket}/{key}") } else { format!("/{bucket}") })
        } else {
            (server.replacen("://", &format!("://{}.", call.bucket), 1), format!("/{key}"))
        };
        Ask {
            origin,
            path,
            query: call.query.clone(),
            headers: self.headers.iter().chain(&call.headers).cloned().collect(),
            content: call.content.clone().unwrap_or_else(|| Content::of(Vec::new())),
            region: place.region.clone(),
            ..Ask::new(call.method)
        }
    }
}

/// Whether a bucket may be a part of the name of the host: the server has a name and no path, and so is the bucket.
fn fits_into_host(bucket: &str, server: &str) -> bool {
    let Ok(url) = Url::parse(server) else { return false };
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    // A certificate for all buckets does not cover names with dots.
    let is_host = (3..=63).contains(&bucket.len())
        && bucket.bytes().all(|byte| is_name(byte) || (byte == b'.' && !url.is_secure()))
        && !bucket.starts_with(['-', '.'])
        && !bucket.ends_with(['-', '.'])
        && !bucket.contains("..");
    is_host && url.host().contains('.') && url.host().parse::<IpAddr>().is_err() && url.path() == "/"
}

/// Names of buckets that cannot be meant are told before anything is sent.
pub(crate) fn checked_bucket(bucket: &str) -> Result<String, Failure> {
    let bucket = bucket.trim().to_owned();
    if bucket.is_empty() {
        return Err(Failure::new("`bucket` is empty: write the name of the bucket"));
    }
    if bucket.contains(['/', '?', '#']) || bucket.chars().any(char::is_control) {
        return Err(Failure::new(format!(
            "`{bucket}` in `bucket` is no name of a bucket: a path belongs into `key` or `prefix`"
        )));
    }
    Ok(bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_names_of_hosts_where_that_may_be() {
        for (bucket, server, fits) in [
            ("my-bucket", "https://s3.eu-west-1.amazonaws.com", true),
            ("my.bucket", "https://s3.eu-west-1.amazonaws.com", false),
            ("my.bucket", "http://s3.example.com", true),
            ("My_Bucket", "http://s3.example.com", false),
            ("my-bucket", "http://minio:9000", false),
            ("my-bucket", "http://127.0.0.1:9000", false),
            ("my-bucket", "http://[::1]:9000", false),
            ("my-bucket", "https://example.com/storage", false),
            ("ab", "https://s3.eu-west-1.amazonaws.com", false),
        ] {
            assert_eq!(fits_into_host(bucket, server), fits, "{bucket} at {server}");
        }
    }
}
