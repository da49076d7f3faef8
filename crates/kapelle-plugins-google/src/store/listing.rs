//! What is in a bucket.

use std::sync::Arc;

use kapelle_core::pattern::Pattern;
use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::address::Place;
use super::object::Object;
use super::{Right, Store, help, with_query};
use crate::client::Ask;

/// Names that are looked at for one task or one look of a trigger. Beyond, it would take longer than anybody waits.
const NAMES_MAX: usize = 1_000_000;

/// Objects that are taken where the flow does not say how many.
const FILES_USUAL: u32 = 25;

/// Which names count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Filter {
    /// Objects.
    Files,
    /// Folders: they follow from the names in them, or are objects whose names end with a slash.
    Directory,
    Both,
}

impl Word for Filter {}

/// How far down is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ListingType {
    /// Into all folders below.
    Recursive,
    /// Only what lies in the folder itself.
    Directory,
}

impl Word for ListingType {}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListingProperties {
    /// Whether only what lies in the folder itself counts (`DIRECTORY`), or what is in all folders below as well
    /// (`RECURSIVE`).
    listing_type: Option<Expr<ListingType>>,
    /// A regular expression for whole addresses, such as `gs://bucket/in/.*\.csv`.
    reg_exp: Option<Expr<String>>,
}

/// Which objects of a bucket are meant.
#[derive(Clone)]
pub(crate) struct Listing {
    pub(crate) place: Place,
    is_recursive: bool,
    pub(crate) has_versions: bool,
    pattern: Option<Arc<Pattern>>,
    filter: Filter,
}

impl ListingProperties {
    pub(crate) fn read(&self, cx: &RunContext, from: &str) -> Result<Listing, Failure> {
        let pattern = cx.filled(self.reg_exp.as_ref())?.map(|written: String| {
            Pattern::compile(&written)
                .map_err(|_| Failure::new(format!("`{written}` in `regExp` is no regular expression")))
        });
        let kind = cx.filled(self.listing_type.as_ref())?.unwrap_or(ListingType::Directory);
        Ok(Listing {
            place: Place::read(from, "from")?,
            is_recursive: kind == ListingType::Recursive,
            has_versions: false,
            pattern: pattern.transpose()?,
            filter: Filter::Files,
        })
    }
}

impl Listing {
    /// Everything that is in a bucket, with old versions.
    pub(crate) fn all_of(bucket: &str) -> Self {
        Self {
            place: Place { bucket: bucket.to_owned(), name: String::new() },
            is_recursive: true,
            has_versions: true,
            pattern: None,
            filter: Filter::Both,
        }
    }

    pub(crate) fn versions(self, has_versions: Option<bool>) -> Self {
        Self { has_versions: has_versions.unwrap_or(false), ..self }
    }

    pub(crate) fn filter(self, filter: Filter) -> Self {
        Self { filter, ..self }
    }

    fn fits(&self, object: &Object) -> Result<bool, Failure> {
        let is_kind = match self.filter {
            Filter::Both => true,
            Filter::Files => !object.is_folder(),
            Filter::Directory => object.is_folder(),
        };
        let Some(pattern) = self.pattern.as_ref().filter(|_| is_kind) else { return Ok(is_kind) };
        pattern
            .matches_whole(&format!("gs://{}/{}", object.bucket, object.name))
            .map_err(|_| Failure::new("`regExp` takes too long: make it simpler"))
    }
}

/// A walk through a bucket, page by page.
pub(crate) struct Walk<'l> {
    listing: &'l Listing,
    page: Option<String>,
    seen: usize,
    is_done: bool,
}

impl<'l> Walk<'l> {
    pub(crate) const fn new(listing: &'l Listing) -> Self {
        Self { listing, page: None, seen: 0, is_done: false }
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
        let Place { bucket, name } = &self.listing.place;
        let said = |is_said: bool, value: &str| is_said.then(|| value.to_owned());
        let address = with_query(
            &store.objects(bucket),
            &[
                ("prefix", said(!name.is_empty(), name)),
                ("delimiter", said(!self.listing.is_recursive, "/")),
                ("versions", said(self.listing.has_versions, "true")),
                ("pageToken", self.page.take()),
            ],
        );
        let told = store.client.json(cx, &Ask::new("GET", address)).await;
        let told = told.map_err(|trouble| {
            trouble.told_with(&format!("the bucket `{bucket}` cannot be listed"), help(Right::Read, bucket))
        })?;
        let objects = read(bucket, &told)?;
        self.seen += objects.len();
        self.page = told.get("nextPageToken").and_then(Value::as_str).map(str::to_owned);
        self.is_done = self.page.is_none();
        if self.seen > NAMES_MAX && !self.is_done {
            return Err(Broken::new(format!(
                "the bucket `{bucket}` has more than {NAMES_MAX} names to look at: choose fewer with `from`"
            )));
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

/// The objects and folders of a page, by their names.
fn read(bucket: &str, told: &Value) -> Result<Vec<Object>, Broken> {
    let entries = |name: &str| told.get(name).and_then(Value::as_array).into_iter().flatten();
    let objects = entries("items").map(|item| Object::read(item.clone()));
    let mut objects = objects.collect::<Result<Vec<_>, _>>()?;
    let folders = entries("prefixes").filter_map(Value::as_str);
    objects.extend(folders.map(|name| Object::folder(bucket, name)));
    objects.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(objects)
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
