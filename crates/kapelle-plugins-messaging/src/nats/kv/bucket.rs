//! A bucket on a connection.

use kapelle_core::expression::plain::from_base64;
use kapelle_model::Failure;
use kapelle_plugin::Broken;
use serde_json::{Value as Json, json};

use crate::nats::connection::Connection;
use crate::nats::jetstream::{NO_MESSAGE, NO_STREAM, Refusal};
use kapelle_plugin::wire::SILENCE;

/// The header that says that a key was taken away.
const OPERATION: &str = "KV-Operation";

pub(super) struct Bucket {
    pub(super) connection: Connection,
    name: String,
}

/// The name of a bucket, which is a part of subjects.
pub(super) fn check_name(name: &str, property: &str) -> Result<(), Failure> {
    let is_good = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if name.is_empty() || !name.chars().all(is_good) {
        return Err(Failure::new(format!(
            "`{name}` in `{property}` is no name of a bucket: letters, digits, `-` and `_`"
        )));
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), Failure> {
    let is_good = |letter: char| letter.is_ascii_alphanumeric() || "-/_=.".contains(letter);
    let is_odd = key.starts_with('.') || key.ends_with('.') || key.contains("..");
    if key.is_empty() || is_odd || !key.chars().all(is_good) {
        return Err(Failure::new(format!(
            "`{key}` is no key: letters, digits and `-/_=.`, without a dot at its ends and two in a row"
        )));
    }
    Ok(())
}

impl Bucket {
    pub(super) fn new(connection: Connection, name: String) -> Result<Self, Failure> {
        check_name(&name, "bucketName")?;
        Ok(Self { connection, name })
    }

    fn refused(&self, key: &str, refusal: &Refusal) -> Broken {
        let name = &self.name;
        Broken::new(match refusal.number {
            NO_STREAM => format!("there is no bucket `{name}`: `nats.kv.CreateBucket` makes it"),
            _ => format!("NATS refuses the key `{key}` of the bucket `{name}`: {}", refusal.reason),
        })
    }

    /// The content of a key, or of one of its revisions; nothing if there is none.
    pub(super) async fn get(&mut self, key: &str, revision: Option<u64>) -> Result<Option<Vec<u8>>, Broken> {
        check_key(key)?;
        let subject = format!("$KV.{}.{key}", self.name);
        let wanted = revision
            .map_or_else(|| json!({ "last_by_subj": subject }), |revision| json!({ "seq": revision }));
        let told = match self.connection.api(&format!("STREAM.MSG.GET.KV_{}", self.name), &wanted).await? {
            Ok(told) => told,
            Err(Refusal { number: NO_MESSAGE, .. }) => return Ok(None),
            Err(refusal) => return Err(self.refused(key, &refusal)),
        };
        let message = &told["message"];
        let bytes = |name: &str| from_base64(message[name].as_str().unwrap_or_default()).unwrap_or_default();
        let is_other = message["subject"].as_str() != Some(subject.as_str());
        let is_gone = String::from_utf8_lossy(&bytes("hdrs")).contains(OPERATION);
        Ok(if is_other || is_gone { None } else { Some(bytes("data")) })
    }

    /// Writes a key. The number of its revision.
    pub(super) async fn put(&mut self, key: &str, content: &[u8]) -> Result<u64, Broken> {
        self.write(key, &[], content).await
    }

    /// Takes a key away; its history stays.
    pub(super) async fn delete(&mut self, key: &str) -> Result<(), Broken> {
        self.write(key, &[(OPERATION.to_owned(), "DEL".to_owned())], b"").await?;
        Ok(())
    }

    async fn write(
        &mut self,
        key: &str,
        headers: &[(String, String)],
        content: &[u8],
    ) -> Result<u64, Broken> {
        check_key(key)?;
        let subject = format!("$KV.{}.{key}", self.name);
        let answer = self.connection.ask(&subject, headers, content, SILENCE).await.map_err(|broken| {
            if broken.failure.message.expose().starts_with("nobody listens") {
                self.refused(key, &Refusal { number: NO_STREAM, reason: String::new() })
            } else {
                broken
            }
        })?;
        let answer = answer.ok_or_else(|| {
            Broken::new(format!("`{}` did not answer within {SILENCE:?}", self.connection.place()))
        })?;
        let answer: Json = serde_json::from_slice(&answer.payload).unwrap_or_default();
        if let Some(error) = answer.get("error") {
            let reason = error["description"].as_str().unwrap_or("no reason is given").to_owned();
            let number = error["err_code"].as_u64().unwrap_or_default();
            return Err(self.refused(key, &Refusal { number, reason }));
        }
        answer["seq"]
            .as_u64()
            .ok_or_else(|| Broken::new(format!("the server does not say whether it wrote the key `{key}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys_are_parts_of_subjects() {
        assert!(check_name("my_bucket-1", "name").is_ok() && check_key("a.b/c=d").is_ok());
        for name in ["", "a.b", "a b", "a>"] {
            assert!(check_name(name, "name").is_err(), "{name}");
        }
        for key in ["", ".a", "a.", "a..b", "a b", "a*", ">"] {
            assert!(check_key(key).is_err(), "{key}");
        }
    }
}
