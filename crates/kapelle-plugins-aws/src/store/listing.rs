//! What is in a bucket.

use std::sync::Arc;

use kapelle_core::pattern::Pattern;
use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::object::Object;
use super::{Call, Store};
use crate::xml::Element;
use kapelle_plugin::encode::decoded;

/// Keys that a service tells at once.
const PAGE_MAX: u64 = 1_000;

/// Keys that are looked at for one task or one look of a trigger. Beyond, it would take longer than anybody waits.
const KEYS_MAX: u64 = 1_000_000;

/// Objects that are taken where the flow does not say how many.
const FILES_USUAL: u32 = 25;

/// Which keys count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Filter {
    /// Objects.
    Files,
    /// Those that only stand for a folder: their keys end with a slash.
    Directory,
    Both,
}

impl Word for Filter {}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListingProperties {
    /// What keys begin with.
    prefix: Option<Expr<String>>,
    /// Keys that have this behind the prefix are left out, as `/` leaves out what lies in folders further down.
    delimiter: Option<Expr<String>>,
    /// Only keys that come after this one, letter by letter.
    marker: Option<Expr<String>>,
    /// How many keys are looked at; all, where it is not said.
    max_keys: Option<Expr<u64>>,
    /// A regular expression for whole keys.
    regexp: Option<Expr<String>>,
}

/// Which objects of a bucket are meant.
#[derive(Clone)]
pub(crate) struct Listing {
    pub(crate) bucket: String,
    pub(crate) prefix: Option<String>,
    pub(crate) delimiter: Option<String>,
    marker: Option<String>,
    keys_max: Option<u64>,
    pattern: Option<Arc<Pattern>>,
    pub(crate) filter: Filter,
    /// Whether folders that only follow from the delimiter are told too.
    pub(crate) tells_prefixes: bool,
    /// Whether all versions are told, and not only the newest.
    pub(crate) tells_versions: bool,
}

impl ListingProperties {
    pub(crate) fn read(
        &self,
        cx: &RunContext,
        bucket: String,
        filter: Option<&Expr<Filter>>,
    ) -> Result<Listing, Failure> {
        let pattern = cx.filled(self.regexp.as_ref())?.map(|written| {
            Pattern::compile(&written)
                .map_err(|_| Failure::new(format!("`{written}` in `regexp` is no regular expression")))
        });
        Ok(Listing {
            bucket,
            prefix: cx.filled(self.prefix.as_ref())?,
            delimiter: cx.filled(self.delimiter.as_ref())?,
            marker: cx.filled(self.marker.as_ref())?,
            keys_max: cx.filled(self.max_keys.as_ref())?,
            pattern: pattern.transpose()?,
            filter: cx.filled(filter)?.unwrap_or(Filter::Both),
            tells_prefixes: false,
            tells_versions: false,
        })
    }
}

impl Listing {
    /// Whether anything chooses among the keys of the bucket.
    pub(crate) fn chooses(&self) -> bool {
        self.prefix.is_some() || self.pattern.is_some()
    }

    /// Begins where a version of this listing by another name of the property wants it to.
    pub(crate) fn after(self, key: Option<String>) -> Self {
        Self { marker: key.or(self.marker), ..self }
    }

    fn fits(&self, object: &Object) -> Result<bool, Failure> {
        let is_kind = match self.filter {
            Filter::Both => true,
            Filter::Files => !object.is_folder(),
            Filter::Directory => object.is_folder(),
        };
        let Some(pattern) = self.pattern.as_ref().filter(|_| is_kind) else { return Ok(is_kind) };
        pattern
            .matches_whole(&object.key)
            .map_err(|_| Failure::new("`regexp` takes too long: make it simpler"))
    }
}

/// Where a page begins: behind this key, or behind this version of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Marker {
    key: String,
    version: Option<String>,
}

/// A walk through a bucket, page by page.
pub(crate) struct Walk<'l> {
    listing: &'l Listing,
    marker: Option<Marker>,
    left: u64,
    is_done: bool,
}

impl<'l> Walk<'l> {
    pub(crate) fn new(listing: &'l Listing) -> Self {
        let left = listing.keys_max.unwrap_or(KEYS_MAX);
        let marker = listing.marker.clone().map(|key| Marker { key, version: None });
        Self { listing, marker, left, is_done: left == 0 }
    }

    /// The objects of the next page that are meant; nothing at the end.
    pub(crate) async fn next(
        &mut self,
        cx: &RunContext,
        store: &Store,
    ) -> Result<Option<Vec<Object>>, Broken> {
        if self.is_done {
            return Ok(None);
        }
        cx.go_on()?;
        let Listing { bucket, prefix, delimiter, .. } = self.listing;
        let key = self.marker.as_ref().map(|marker| marker.key.clone());
        let call = if self.listing.tells_versions {
            let version = self.marker.as_ref().and_then(|marker| marker.version.clone());
            let call = Call::new("GET", bucket).ask("versions", "");
            call.ask_if("key-marker", key).ask_if("version-id-marker", version)
        } else {
            Call::new("GET", bucket).ask_if("marker", key)
        };
        let call = call
            .ask_if("prefix", prefix.clone())
            .ask_if("delimiter", delimiter.clone())
            .ask("max-keys", self.left.min(PAGE_MAX).to_string())
            // Keys may have characters that XML has not.
            .ask("encoding-type", "url");
        let page = store.element(cx, &call).await;
        let page =
            page.map_err(|trouble| trouble.told(&format!("the bucket `{bucket}` cannot be listed")))?;
        let page = Page::read(&page);
        let count = page.objects.len() as u64 + page.prefixes.len() as u64;
        self.left = self.left.saturating_sub(count);
        let last = page.next.filter(|next| self.marker.as_ref() != Some(next));
        let is_cut = page.is_cut && last.is_some();
        if is_cut && self.left == 0 && self.listing.keys_max.is_none() {
            return Err(Broken::new(format!(
                "the bucket `{bucket}` has more than {KEYS_MAX} keys to look at: choose fewer with `prefix`"
            )));
        }
        self.is_done = !is_cut || self.left == 0;
        self.marker = last;
        let mut objects = page.objects;
        if self.listing.tells_prefixes {
            objects.extend(page.prefixes);
            objects.sort_by(|left, right| left.key.cmp(&right.key));
        }
        let mut fitting = Vec::new();
        for object in objects {
            if self.listing.fits(&object)? {
                fitting.push(object);
            }
        }
        Ok(Some(fitting))
    }
}

/// A part of a list.
struct Page {
    objects: Vec<Object>,
    /// Folders that follow from the delimiter.
    prefixes: Vec<Object>,
    is_cut: bool,
    /// Where the next one begins.
    next: Option<Marker>,
}

impl Page {
    fn read(root: &Element) -> Self {
        let is_encoded = root.get("EncodingType").is_some_and(|kind| kind.eq_ignore_ascii_case("url"));
        let decode = |text: &str| if is_encoded { decoded(text) } else { text.to_owned() };
        let objects: Vec<Object> = root
            .all("Contents")
            .chain(root.all("Version"))
            .map(|element| Object::read(element, decode))
            .collect();
        let prefixes: Vec<Object> = root
            .all("CommonPrefixes")
            .filter_map(|element| element.get("Prefix"))
            .map(|prefix| Object {
                key: decode(prefix),
                etag: String::new(),
                bytes: 0,
                modified: jiff::Timestamp::UNIX_EPOCH,
                owner: None,
                version: None,
            })
            .collect();
        let last = objects.iter().chain(&prefixes).map(|object| object.key.clone()).max();
        Self {
            is_cut: root.get("IsTruncated") == Some("true"),
            next: root
                .get("NextMarker")
                .or_else(|| root.get("NextKeyMarker"))
                .map(decode)
                .or(last)
                .map(|key| Marker { key, version: root.get("NextVersionIdMarker").map(str::to_owned) }),
            objects,
            prefixes,
        }
    }
}

/// The objects that are meant, at most so many. It is told if there are more.
pub(crate) async fn list(
    cx: &RunContext,
    store: &Store,
    listing: &Listing,
    files_max: Option<usize>,
) -> Result<Vec<Object>, Broken> {
    let mut walk = Walk::new(listing);
    let mut found = Vec::new();
    while let Some(page) = walk.next(cx, store).await? {
        found.extend(page);
        let Some(files_max) = files_max.filter(|max| found.len() > *max) else { continue };
        cx.log(
            Level::Warn,
            format!(
                "there are more than {files_max} objects, of which {files_max} are taken: see `maxFiles`"
            ),
        );
        found.truncate(files_max);
        break;
    }
    Ok(found)
}

/// How many objects are taken.
pub(crate) fn files_max(cx: &RunContext, written: Option<&Expr<u32>>) -> Result<usize, Failure> {
    Ok(cx.filled(written)?.unwrap_or(FILES_USUAL) as usize)
}
