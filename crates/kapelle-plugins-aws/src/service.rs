//! Services that are asked with JSON, each operation by its name.

use kapelle_model::{Failure, Value as Data};
use kapelle_plugin::{Broken, RunContext};
use serde_json::Value;

use crate::access::Access;
use crate::client::{Ask, Client, Content, endpoint};
use crate::trouble::Trouble;

pub(crate) use kapelle_plugin::json::{json_of, json_text};

/// A service, as its operations are called.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// As signatures call it.
    pub(crate) name: &'static str,
    /// As its host is called.
    pub(crate) host: &'static str,
    /// What stands before the names of operations.
    pub(crate) prefix: &'static str,
    pub(crate) version: &'static str,
}

/// A service in a region.
#[derive(Clone)]
pub(crate) struct Service {
    client: Client,
    kind: Kind,
    origin: String,
    region: String,
}

impl Service {
    /// `hint` is an address or a name that tells the region, if nothing else does.
    pub(crate) fn new(
        cx: &RunContext,
        access: &Access,
        kind: Kind,
        hint: Option<&str>,
    ) -> Result<Self, Failure> {
        let told = access.region.clone().or_else(|| hint.and_then(region_of));
        let region = match told {
            Some(region) => region,
            None => access.region(cx, kind.host)?,
        };
        let origin = endpoint(cx, kind.host, access.endpoint.as_deref(), &region)?;
        Ok(Self { client: access.client(cx, kind.name), kind, origin, region })
    }

    /// Asks for an operation; an answer without content is an empty object.
    pub(crate) async fn ask(&self, cx: &RunContext, operation: &str, body: &Value) -> Result<Value, Trouble> {
        let Kind { prefix, version, .. } = self.kind;
        let ask = Ask {
            headers: vec![
                ("content-type".to_owned(), format!("application/x-amz-json-{version}")),
                ("x-amz-target".to_owned(), format!("{prefix}.{operation}")),
            ],
            ..self.post("/", body.to_string().into_bytes())
        };
        let text = self.client.text(cx, &ask).await?;
        if text.trim().is_empty() {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        let read = serde_json::from_str(&text);
        read.map_err(|_| Broken::new(format!("the answer to `{operation}` is no JSON")).into())
    }

    /// A request to it that says everything by itself.
    pub(crate) fn post(&self, path: &str, content: Vec<u8>) -> Ask {
        Ask {
            origin: self.origin.clone(),
            path: path.to_owned(),
            content: Content::of(content),
            region: self.region.clone(),
            ..Ask::new("POST")
        }
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }
}

/// The region in a name such as `arn:aws:sns:eu-west-1:…` or an address such as `https://sqs.eu-west-1.amazonaws.com/…`.
fn region_of(hint: &str) -> Option<String> {
    let region = if hint.starts_with("arn:") {
        hint.split(':').nth(3)?
    } else {
        let host = hint.split("://").nth(1)?.split('/').next()?;
        host.contains(".amazonaws.com").then(|| host.split('.').nth(1))??
    };
    (!region.is_empty()).then(|| region.to_owned())
}

/// A text as it is, everything else in JSON.
pub(crate) fn body_of(value: &Data) -> Result<String, Failure> {
    match value {
        Data::Str(text) => Ok(text.expose().to_owned()),
        Data::Secret(inner) => body_of(inner),
        other => json_text(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_tell_their_region() {
        for (hint, region) in [
            ("arn:aws:sns:eu-west-1:1:t", Some("eu-west-1")),
            ("arn:aws:s3:::b", None),
            ("https://sqs.us-east-2.amazonaws.com/1/q", Some("us-east-2")),
            ("http://localhost:9324/1/q", None),
            ("my-function", None),
        ] {
            assert_eq!(region_of(hint).as_deref(), region, "{hint}");
        }
    }
}
