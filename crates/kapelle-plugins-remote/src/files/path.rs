//! Paths on servers.

use std::fmt::Write;

use kapelle_model::Failure;

/// Where paths of flows begin on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Paths {
    /// At the folder that a login lands in, which is this one.
    Home(String),
    /// At the root of the server.
    Root,
}

impl Paths {
    /// A plain path as the server knows it.
    pub(crate) fn on_server(&self, path: &str) -> String {
        match self {
            Self::Home(home) if path == "/" => home.clone(),
            Self::Home(home) => format!("{}{path}", home.trim_end_matches('/')),
            Self::Root => path.to_owned(),
        }
    }
}

/// A path that a flow gave, in its plain form: a slash in front, none at the end, without `.`, `..` and empty parts. What was
/// given as an address has its path.
pub(super) fn plain(written: &str) -> Result<String, Failure> {
    let written = written.trim();
    let path = match written.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('/') => {
            decoded(rest.split_once('/').map_or("", |(_, path)| path))
        }
        _ => written.to_owned(),
    };
    if path.contains(['\0', '\r', '\n']) {
        return Err(Failure::new(format!(
            "`{}` is no path: it has a line break or a zero",
            path.escape_debug()
        )));
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err(Failure::new(format!("the path `{path}` leads above the root")));
                }
            }
            part => parts.push(part),
        }
    }
    Ok(format!("/{}", parts.join("/")))
}

/// The path of an entry of a folder.
pub(super) fn below(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// The folder that a path lies in.
pub(super) fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or("/", |(folder, _)| if folder.is_empty() { "/" } else { folder })
}

/// The last part of a path.
pub(super) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A path as it stands in an address.
pub(super) fn encoded(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a text takes everything");
        }
    }
    text
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_plain() {
        for (written, path) in [
            ("/upload/a.csv", "/upload/a.csv"),
            ("upload//a b/./ü.csv/", "/upload/a b/ü.csv"),
            ("", "/"),
            ("/a/../b", "/b"),
            ("sftp://host:22/upload/a%20b/%C3%BC", "/upload/a b/ü"),
            ("sftp://host", "/"),
            ("/odd/x://y", "/odd/x:/y"),
        ] {
            assert_eq!(plain(written).unwrap(), path, "{written}");
        }
        assert!(
            plain("../x").is_err() && plain("/a\nDELE /b").is_err() && plain("ftp://h/a%0D%0Ab").is_err()
        );
        assert_eq!(encoded("/a b/ü%"), "/a%20b/%C3%BC%25");
        assert_eq!((above("/a"), above("/a/b"), name("/a/b")), ("/", "/a", "b"));
    }

    #[test]
    fn a_server_gets_them_from_where_they_begin() {
        assert_eq!(Paths::Home("/home/me".to_owned()).on_server("/in/a"), "/home/me/in/a");
        assert_eq!(Paths::Home("/".to_owned()).on_server("/in/a"), "/in/a");
        assert_eq!(Paths::Home("/home/me".to_owned()).on_server("/"), "/home/me");
        assert_eq!(Paths::Root.on_server("/in/a"), "/in/a");
    }
}
