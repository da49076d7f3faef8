//! Answers to challenges of the kind `Digest`.

use std::collections::BTreeMap;
use std::fmt::Write;

use md5::Md5;
use sha2::{Digest, Sha256};

use crate::request::Login;

/// What a server wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    has_qop: bool,
    is_stale: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Algorithm {
    is_sha: bool,
    is_session: bool,
}

impl Challenge {
    /// The challenge among the values of `WWW-Authenticate` that is safest, if there is one.
    pub(crate) fn find<'v>(values: impl Iterator<Item = &'v str>) -> Option<Self> {
        let challenges = values.filter_map(Self::read);
        challenges.max_by_key(|challenge| challenge.algorithm)
    }

    fn read(value: &str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let mut fields = fields(rest);
        let algorithm = match fields.get("algorithm").map(|name| name.to_ascii_uppercase()).as_deref() {
            None | Some("MD5") => Algorithm { is_sha: false, is_session: false },
            Some("MD5-SESS") => Algorithm { is_sha: false, is_session: true },
            Some("SHA-256") => Algorithm { is_sha: true, is_session: false },
            Some("SHA-256-SESS") => Algorithm { is_sha: true, is_session: true },
            Some(_) => return None,
        };
        let qop = fields.remove("qop");
        // Only the way that covers the request line.
        if qop.as_ref().is_some_and(|qop| !qop.split(',').any(|way| way.trim().eq_ignore_ascii_case("auth")))
        {
            return None;
        }
        Some(Self {
            realm: fields.remove("realm")?,
            nonce: fields.remove("nonce")?,
            opaque: fields.remove("opaque"),
            algorithm,
            has_qop: qop.is_some(),
            is_stale: fields.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// Whether it only wants a newer answer.
    pub(crate) const fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// The value of `Authorization` for a request; `own` is a random text.
    pub(crate) fn answer(&self, login: &Login, method: &str, target: &str, own: &str) -> String {
        let Self { realm, nonce, .. } = self;
        let hash = |text: String| self.hash(&text);
        let mut who = hash(format!("{}:{realm}:{}", login.user, login.password));
        if self.algorithm.is_session {
            who = hash(format!("{who}:{nonce}:{own}"));
        }
        let what = hash(format!("{method}:{target}"));
        let response = if self.has_qop {
            hash(format!("{who}:{nonce}:00000001:{own}:auth:{what}"))
        } else {
            hash(format!("{who}:{nonce}:{what}"))
        };
        let user = quoted(&login.user);
        let mut value = format!(
            "Digest username={user}, realm={}, nonce={}, uri={}, algorithm={}, response=\"{response}\"",
            quoted(realm),
            quoted(nonce),
            quoted(target),
            self.algorithm.name()
        );
        if self.has_qop || self.algorithm.is_session {
            let _infallible = write!(value, ", qop=auth, nc=00000001, cnonce=\"{own}\"");
        }
        if let Some(opaque) = &self.opaque {
            let _infallible = write!(value, ", opaque={}", quoted(opaque));
        }
        value
    }

    fn hash(&self, text: &str) -> String {
        if self.algorithm.is_sha { hex(&Sha256::digest(text)) } else { hex(&Md5::digest(text)) }
    }
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match (self.is_sha, self.is_session) {
            (false, false) => "MD5",
            (false, true) => "MD5-sess",
            (true, false) => "SHA-256",
            (true, true) => "SHA-256-sess",
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `name=value` or `name="value"`, with commas between them.
fn fields(text: &str) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, end) = if let Some(quoted) = after.strip_prefix('"') {
            let (value, end) = unquoted(quoted);
            (value, end + 1)
        } else {
            let end = after.find(',').unwrap_or(after.len());
            (after[..end].trim().to_owned(), end)
        };
        fields.insert(name.trim_matches([' ', ',', '\t']).to_ascii_lowercase(), value);
        rest = after.get(end..).unwrap_or_default();
    }
    fields
}

/// The text up to the closing quote, and where the rest begins.
fn unquoted(text: &str) -> (String, usize) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, at + 1),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mufasa() -> Login {
        Login { user: "Mufasa".to_owned(), password: "Circle of Life".to_owned() }
    }

    /// The examples of RFC 7616, 3.9.1.
    #[test]
    fn the_examples_of_the_standard_come_out() {
        let challenge = |algorithm| {
            format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            )
        };
        let own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let challenge = Challenge::read(&challenge(algorithm)).unwrap();
            let answer = challenge.answer(&mufasa(), "GET", "/dir/index.html", own);
            assert!(answer.contains(&format!("response=\"{response}\"")), "{answer}");
            assert!(answer.contains("qop=auth, nc=00000001") && answer.contains("opaque=\"FQhe"), "{answer}");
        }
    }

    #[test]
    fn the_safest_challenge_that_we_know_is_answered() {
        let md5 = "Digest realm=\"r\", nonce=\"n\"";
        let sha = "digest realm=r, nonce=n, algorithm=SHA-256";
        let other = "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256";
        let whole = "Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"";
        assert!(Challenge::find(["Basic realm=\"r\"", other, whole].into_iter()).is_none());
        assert!(Challenge::find([sha, md5].into_iter()).unwrap().algorithm.is_sha);
        assert!(!Challenge::find([md5, other].into_iter()).unwrap().algorithm.is_sha);
    }

    #[test]
    fn quotes_in_names_are_kept() {
        let challenge = Challenge::read(r#"Digest realm="a \"b\", c", nonce="n", stale=TRUE"#).unwrap();
        assert_eq!((challenge.realm.as_str(), challenge.is_stale()), ("a \"b\", c", true));
        let answer = challenge.answer(&mufasa(), "GET", "/", "own");
        assert!(answer.contains(r#"realm="a \"b\", c""#) && !answer.contains("qop"), "{answer}");
    }
}
