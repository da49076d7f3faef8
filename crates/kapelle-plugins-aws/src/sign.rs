//! Signatures of requests, version 4.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ring::{digest, hmac};

use kapelle_plugin::encode::{encoded, encoded_path, hex};

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// For whom a signature is good, and when.
pub(crate) struct Scope<'s> {
    pub(crate) moment: Timestamp,
    pub(crate) region: &'s str,
    pub(crate) service: &'s str,
}

/// A request that is to be signed.
pub(crate) struct Unsigned<'u> {
    pub(crate) method: &'u str,
    /// As it is sent. S3 signs just that; others encode it once more.
    pub(crate) path: &'u str,
    pub(crate) query: &'u [(String, String)],
    /// All of them are signed.
    pub(crate) headers: &'u [(String, String)],
    /// The digest of the content, in digits.
    pub(crate) content: &'u str,
}

/// A moment as requests write it.
pub(crate) fn stamp(moment: Timestamp) -> String {
    moment.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

pub(crate) fn digest_of(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// A signature, with what has to be said beside it.
pub(crate) struct Signed {
    /// The access key, and where and when it is good.
    pub(crate) credential: String,
    /// The names of the headers that are signed.
    pub(crate) names: String,
    pub(crate) signature: String,
}

/// What a signature says of who signs: the access key, and where and when it is good.
pub(crate) fn credential(key: &str, scope: &Scope<'_>) -> String {
    format!("{key}/{}", place(scope))
}

fn place(scope: &Scope<'_>) -> String {
    let stamp = stamp(scope.moment);
    let day = stamp.get(..8).unwrap_or_default();
    format!("{day}/{}/{}/aws4_request", scope.region, scope.service)
}

pub(crate) fn sign(key: &str, secret: &str, scope: &Scope<'_>, request: &Unsigned<'_>) -> Signed {
    let (stamp, place) = (stamp(scope.moment), place(scope));
    let (canonical, names) = canonical(request, scope.service);
    let message = format!("{ALGORITHM}\n{stamp}\n{place}\n{}", digest_of(canonical.as_bytes()));
    let mut signer = format!("AWS4{secret}").into_bytes();
    for part in place.split('/') {
        signer = mac(&signer, part);
    }
    Signed { credential: credential(key, scope), names, signature: hex(&mac(&signer, &message)) }
}

/// The value of `Authorization`.
pub(crate) fn authorization(key: &str, secret: &str, scope: &Scope<'_>, request: &Unsigned<'_>) -> String {
    let Signed { credential, names, signature } = sign(key, secret, scope, request);
    format!("{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}")
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn single_blanks(value: &str) -> String {
    value.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The request in its one form, and the names of its headers.
fn canonical(request: &Unsigned<'_>, service: &str) -> (String, String) {
    let path = if service == "s3" { request.path.to_owned() } else { encoded_path(request.path) };
    let mut query: Vec<(String, String)> =
        request.query.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    query.sort();
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut headers: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), single_blanks(value)))
        .collect();
    // Values of one name keep their order.
    headers.sort_by(|left, right| left.0.cmp(&right.0));
    let mut lines = String::new();
    let mut names: Vec<&str> = Vec::new();
    for (name, value) in &headers {
        if names.last() == Some(&name.as_str()) {
            lines.pop();
            lines.extend([",", value, "\n"]);
        } else {
            lines.extend([name, ":", value, "\n"]);
            names.push(name);
        }
    }
    let names = names.join(";");
    let (method, content, query) = (request.method, request.content, query.join("&"));
    (format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{content}"), names)
}

#[cfg(test)]
mod tests;
