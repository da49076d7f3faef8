//! `io.kestra.plugin.kubernetes.kubectl.Apply`: makes objects what manifests say.

use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tokio::time::sleep;

use super::documents::{Manifest, manifests};
use super::ready;
use super::resource::Resource;
use crate::kubernetes::api::{Api, Asked};
use crate::kubernetes::data::metadata;
use crate::kubernetes::shared::SharedProperties;
use crate::kubernetes::unless_stopped;

/// Who the cluster is told owns the fields.
const OWNER: &str = "kapelle";

/// A kind that an object before just defined is looked for so often, so long.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// # Apply manifests
///
/// Makes objects what the documents of `spec` say, whether they are there or not, by server-side apply.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Apply {
    /// The manifests, in YAML, with `---` between them.
    spec: Expr<Text>,
    #[serde(flatten)]
    shared: SharedProperties,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The metadata of the objects, in the order of the documents.
    metadata: Vec<Any>,
}

impl Task for Apply {
    const TYPE: &'static str = "io.kestra.plugin.kubernetes.kubectl.Apply";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let manifests = manifests(&cx.render(&self.spec)?)?;
        let (api, namespace) = (self.shared.api(cx).await?, self.shared.namespace(cx)?);
        let patience = self.shared.until_ready(cx)?;
        cx.host.begin().await;
        let (mut applied, mut given) = (Vec::new(), Vec::new());
        let mut defines_kinds = false;
        for manifest in &manifests {
            cx.go_on()?;
            let what = format!("{} `{}`", manifest.kind, manifest.name);
            let done = async {
                let resource = find(&api, manifest, defines_kinds).await?;
                let place = manifest.namespace.as_deref().unwrap_or(&namespace);
                let path = resource.path(place, Some(&manifest.name));
                let asked = || {
                    Asked::patch(&path, "application/apply-patch+yaml", manifest.object.to_string())
                        .with("fieldManager", OWNER)
                        .with("force", "true")
                };
                let object: Json = api.insist(asked).await.map_err(|trouble| {
                    Failure::new(format!("{what} cannot be applied: {}", trouble.words()))
                })?;
                Ok::<_, Failure>((path, object))
            };
            let (path, object) = unless_stopped(cx, done).await?;
            defines_kinds |= manifest.kind == "CustomResourceDefinition";
            cx.log(Level::Info, format!("applied {what}"));
            given.push(metadata(&object));
            applied.push((path, what));
        }
        for (path, what) in &applied {
            ready::wait(cx, &api, path, what, patience).await?;
        }
        Ok(Output { metadata: given })
    }
}

async fn find(api: &Api, manifest: &Manifest, waits: bool) -> Result<Resource, Failure> {
    let Manifest { version, kind, name, .. } = manifest;
    let mut tries = if waits { TRIES } else { 1 };
    loop {
        if let Some(found) = Resource::of_manifest(api, version, kind).await? {
            return Ok(found);
        }
        tries -= 1;
        if tries == 0 {
            return Err(Failure::new(format!(
                "{kind} `{name}` cannot be applied: the cluster knows no `{kind}` of `{version}`, so install what defines it, \
                 or see whether `apiVersion` is right"
            )));
        }
        sleep(PAUSE).await;
    }
}
