//! The web interface: the files it consists of, and its one page.
//!
//! They are part of the program, packed twice: browsers take brotli only over encrypted or local connections. A folder can
//! stand in for them while somebody works on the interface.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// Files are a few hundred kilobytes; more than this is none of ours.
const UNPACKED_MAX: usize = 16 * 1024 * 1024;

const PAGE: &str = "index.html";

/// Shown by a program that was built without the interface.
const ABSENT: &str = include_str!("interface/absent.html");

/// A file as the program carries it.
pub(crate) struct Embedded {
    name: &'static str,
    gzip: &'static [u8],
    brotli: &'static [u8],
}

static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/interface.rs"));

/// Where the files come from.
pub(crate) enum Interface {
    Embedded,
    Folder(PathBuf),
}

/// The bytes of a file, and how they are packed.
pub(crate) struct File {
    pub(crate) bytes: Cow<'static, [u8]>,
    pub(crate) encoding: Option<&'static str>,
}

impl Interface {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        folder.map_or(Self::Embedded, Self::Folder)
    }

    /// `name` was taken apart already: it has no dots or slashes that lead elsewhere.
    pub(crate) fn file(&self, name: &str, accepts: &str) -> Option<File> {
        match self {
            Self::Embedded => EMBEDDED.iter().find(|file| file.name == name)?.packed(accepts),
            Self::Folder(folder) => {
                let bytes = fs::read(inside(folder, name)?).ok()?;
                Some(File { bytes: bytes.into(), encoding: None })
            }
        }
    }

    /// The page that all addresses of the interface show.
    pub(crate) fn page(&self) -> String {
        let file = self.file(PAGE, "");
        let text = file.and_then(|file| String::from_utf8(file.bytes.into_owned()).ok());
        text.unwrap_or_else(|| ABSENT.to_owned())
    }
}

/// The file of a folder, unless a link leads out of it.
fn inside(folder: &Path, name: &str) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let path = folder.join(name).canonicalize().ok()?;
    (path.starts_with(&folder) && path.is_file()).then_some(path)
}

impl Embedded {
    fn packed(&self, accepts: &str) -> Option<File> {
        let takes = |name: &str| {
            accepts.split(',').any(|one| {
                let (coding, quality) = one.trim().split_once(';').unwrap_or((one.trim(), ""));
                coding.eq_ignore_ascii_case(name) && quality.trim() != "q=0"
            })
        };
        let (bytes, encoding) = if takes("br") {
            (self.brotli.into(), Some("br"))
        } else if takes("gzip") {
            (self.gzip.into(), Some("gzip"))
        } else {
            (unpacked(self.gzip)?.into(), None)
        };
        Some(File { bytes, encoding })
    }
}

/// What is inside of a gzip whose head has no further parts, as the build writes it.
fn unpacked(gzip: &[u8]) -> Option<Vec<u8>> {
    let deflated = gzip.strip_prefix(&[0x1f, 0x8b, 8, 0])?.get(6..)?;
    decompress_to_vec_with_limit(deflated, UNPACKED_MAX).ok()
}

/// What browsers have to know of a file, by its ending.
pub(crate) fn media(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The page for one answer: with the word that its scripts are known by, below the address the server has, and with what
/// changes have to repeat.
pub(crate) fn filled(page: &str, nonce: &str, base: &str, csrf: Option<&str>) -> String {
    let csrf = csrf.map(|token| format!("<meta name=\"csrf-token\" content=\"{token}\">"));
    page.replace("KAPELLE_NONCE", nonce)
        .replace("<base href=\"/ui/\"", &format!("<base href=\"{base}/ui/\""))
        .replace("</head>", &format!("{}</head>", csrf.unwrap_or_default()))
}

/// Nothing but what the program carries may run or be asked for.
pub(crate) fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: \
         blob:; connect-src 'self'; worker-src 'self'; font-src 'self'; frame-src 'self' blob:; form-action 'self'; \
         base-uri 'self'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests;
