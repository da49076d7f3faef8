//! `io.kestra.plugin.kubernetes.kubectl.Get`: looks at objects.

use std::sync::Arc;

use kapelle_model::effect::Level;
use kapelle_model::{Map, Value};
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::resource::Resource;
use super::status;
use crate::kubernetes::api::{Api, Asked};
use crate::kubernetes::data::metadata;
use crate::kubernetes::shared::SharedProperties;
use crate::kubernetes::trouble::Trouble;
use crate::kubernetes::unless_stopped;

/// Objects of one page, and of one task.
const PAGE: &str = "500";
const OBJECTS_MAX: usize = 100_000;

/// # Get objects
///
/// Looks at objects of one kind: those with these names, or all of the namespace.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Get {
    /// The kind: its plural, singular or short name, or what manifests call it.
    resource_type: Expr<String>,
    /// The names of the objects; all without them.
    resources_names: Option<Expr<Vec<String>>>,
    /// The group of the kind, where several have one of that name.
    api_group: Option<Expr<String>>,
    /// The version of the group.
    api_version: Option<Expr<String>>,
    /// What becomes of them: nothing, unless this says more.
    fetch_type: Option<Expr<Keeping>>,
    #[serde(flatten)]
    shared: SharedProperties,
}

/// What becomes of what was found.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Keeping {
    /// All go into a file.
    Store,
    /// All are outputs.
    #[serde(rename = "FETCH")]
    All,
    /// The first is an output.
    #[serde(rename = "FETCH_ONE")]
    First,
    /// They are only counted.
    #[default]
    None,
}

impl Word for Keeping {}

#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The metadata of all objects, if they are outputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata_items: Option<Vec<Any>>,
    /// The metadata of the first object, if that is an output.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata_item: Option<Any>,
    /// What all objects say of themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_items: Option<Vec<Any>>,
    /// What the first object says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_item: Option<Any>,
    /// The address of the file, with a line of `metadata` and `status` for each object.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    /// How many objects there are.
    size: usize,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Json>,
    #[serde(default)]
    metadata: PageMetadata,
}

#[derive(Default, Deserialize)]
struct PageMetadata {
    #[serde(default, rename = "continue")]
    next: String,
}

impl Task for Get {
    const TYPE: &'static str = "io.kestra.plugin.kubernetes.kubectl.Get";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let asked = cx.render(&self.resource_type)?;
        let names = cx.filled(self.resources_names.as_ref())?.unwrap_or_default();
        let group = cx.filled(self.api_group.as_ref())?;
        let version = cx.filled(self.api_version.as_ref())?;
        let fetch = cx.filled(self.fetch_type.as_ref())?.unwrap_or_default();
        let (api, namespace) = (self.shared.api(cx).await?, self.shared.namespace(cx)?);
        let found = async {
            let resource = Resource::find(&api, &asked, group.as_deref(), version.as_deref()).await?;
            if names.is_empty() {
                return all(&api, &resource.path(&namespace, None)).await;
            }
            let mut found = Vec::new();
            for name in &names {
                let path = resource.path(&namespace, Some(name));
                found.push(api.insist(|| Asked::get(&path)).await.map_err(Broken::from)?);
            }
            Ok(found)
        };
        let objects = unless_stopped(cx, found).await?;
        cx.log(Level::Info, format!("found {} objects of the kind `{asked}`", objects.len()));
        given(cx, fetch, &objects)
    }
}

async fn all(api: &Api, path: &str) -> Result<Vec<Json>, Broken> {
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let asked = || Asked::get(path).with("limit", PAGE).with("continue", &next);
        let page: Page = api.insist(asked).await.map_err(|trouble: Trouble| Broken::from(trouble))?;
        found.extend(page.items);
        if found.len() > OBJECTS_MAX {
            return Err(Broken::new(format!("there are more than {OBJECTS_MAX} objects: name some")));
        }
        if page.metadata.next.is_empty() {
            return Ok(found);
        }
        next = page.metadata.next;
    }
}

fn given(cx: &RunContext, fetch: Keeping, objects: &[Json]) -> Result<Output, Broken> {
    let mut output = Output { size: objects.len(), ..Output::default() };
    match fetch {
        Keeping::None => {}
        Keeping::All => {
            output.metadata_items = Some(objects.iter().map(metadata).collect());
            output.status_items = Some(objects.iter().map(status).collect());
        }
        Keeping::First => {
            output.metadata_item = objects.first().map(metadata);
            output.status_item = objects.first().map(status);
        }
        Keeping::Store => output.uri = Some(stored(cx, objects)?),
    }
    Ok(output)
}

fn stored(cx: &RunContext, objects: &[Json]) -> Result<String, Broken> {
    let mut file = RowFile::create(cx)?;
    for object in objects {
        let row = Map::from_iter([
            (Arc::from("metadata"), metadata(object).0),
            (Arc::from("status"), status(object).0),
        ]);
        file.add(&Value::Map(Arc::new(row)))?;
    }
    file.finish()
}
