//! `io.kestra.plugin.kubernetes.kubectl.Patch`: changes parts of an object.

use kapelle_core::expression::plain;
use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::resource::Resource;
use super::{ready, status};
use crate::kubernetes::api::Asked;
use crate::kubernetes::data::{json, metadata};
use crate::kubernetes::shared::SharedProperties;
use crate::kubernetes::trouble::Trouble;
use crate::kubernetes::unless_stopped;

/// # Patch an object
///
/// Changes parts of an object and leaves the others as they are.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Patch {
    /// The kind: its plural, singular or short name, or what manifests call it.
    resource_type: Expr<String>,
    /// The name of the object.
    resource_name: Expr<String>,
    /// The change, in YAML or JSON.
    #[serde(rename = "patch")]
    change: Expr<Text>,
    /// How the change is written.
    #[serde(rename = "patchStrategy")]
    strategy: Option<Expr<Strategy>>,
    /// The group of the kind, where several have one of that name.
    api_group: Option<Expr<String>>,
    /// The version of the group.
    api_version: Option<Expr<String>>,
    #[serde(flatten)]
    shared: SharedProperties,
}

/// How a change is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Strategy {
    /// As parts of a manifest; lists are merged by their names.
    #[default]
    StrategicMerge,
    /// As parts of a manifest; lists are replaced. For kinds that are defined in the cluster.
    JsonMerge,
    /// As a list of operations (RFC 6902).
    JsonPatch,
}

impl Word for Strategy {}

impl Strategy {
    const fn content_type(self) -> &'static str {
        match self {
            Self::StrategicMerge => "application/strategic-merge-patch+json",
            Self::JsonMerge => "application/merge-patch+json",
            Self::JsonPatch => "application/json-patch+json",
        }
    }

    /// The change as it is sent.
    fn body(self, patch: &Text) -> Result<String, Failure> {
        let tree = plain::from_yaml(patch.expose())
            .map_err(|error| Failure::new(format!("`patch` is neither JSON nor YAML: {error}")))?;
        let tree = json(&tree)?;
        match (self, tree.is_array(), tree.is_object()) {
            (Self::JsonPatch, false, _) => Err(Failure::new(
                "`patchStrategy: JSON_PATCH` wants a list of operations, such as `[{op: replace, path: /spec/replicas, value: 3}]`",
            )),
            (Self::StrategicMerge | Self::JsonMerge, _, false) => {
                Err(Failure::new("`patch` has to be a map with the parts of the manifest that change"))
            }
            _ => Ok(tree.to_string()),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The metadata of the object.
    metadata: Any,
    /// What the object says of itself.
    status: Any,
}

impl Task for Patch {
    const TYPE: &'static str = "io.kestra.plugin.kubernetes.kubectl.Patch";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let (asked, name) = (cx.render(&self.resource_type)?, cx.render(&self.resource_name)?);
        let strategy = cx.filled(self.strategy.as_ref())?.unwrap_or_default();
        let body = strategy.body(&cx.render(&self.change)?)?;
        let group = cx.filled(self.api_group.as_ref())?;
        let version = cx.filled(self.api_version.as_ref())?;
        let (api, namespace) = (self.shared.api(cx).await?, self.shared.namespace(cx)?);
        let patience = self.shared.until_ready(cx)?;
        cx.host.begin().await;
        let done = async {
            let resource = Resource::find(&api, &asked, group.as_deref(), version.as_deref()).await?;
            let path = resource.path(&namespace, Some(&name));
            let sent = Asked::patch(&path, strategy.content_type(), body).with("fieldManager", "kapelle");
            let object: Json = api.ask(sent).await.map_err(|trouble| refused(strategy, &trouble))?;
            Ok::<_, Failure>((path, format!("{} `{name}`", resource.kind), object))
        };
        let (path, what, mut object) = unless_stopped(cx, done).await?;
        cx.log(Level::Info, format!("patched {what}"));
        if !patience.is_zero() {
            ready::wait(cx, &api, &path, &what, patience).await?;
            object = api.insist(|| Asked::get(&path)).await.map_err(Failure::from)?;
        }
        Ok(Output { metadata: metadata(&object), status: status(&object) })
    }
}

fn refused(strategy: Strategy, trouble: &Trouble) -> Failure {
    let words = trouble.words();
    match (strategy, trouble) {
        (Strategy::StrategicMerge, Trouble::Refused { status: 415, .. }) => Failure::new(format!(
            "{words}: kinds that are defined in the cluster want `patchStrategy: JSON_MERGE` or `JSON_PATCH`"
        )),
        _ => Failure::new(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_sent_as_json_in_the_shape_that_its_strategy_has() {
        let body = |strategy: Strategy, text: &str| {
            strategy.body(&Text::from(text)).map_err(|failure| failure.to_string())
        };
        assert_eq!(body(Strategy::JsonMerge, "spec: {replicas: 2}").unwrap(), r#"{"spec":{"replicas":2}}"#);
        assert_eq!(body(Strategy::JsonPatch, "[{\"op\": \"test\"}]").unwrap(), r#"[{"op":"test"}]"#);
        for (strategy, text, words) in [
            (Strategy::JsonPatch, "{}", "list of operations"),
            (Strategy::StrategicMerge, "[]", "has to be a map"),
            (Strategy::JsonMerge, "{", "neither JSON nor YAML"),
        ] {
            let told = body(strategy, text).unwrap_err();
            assert!(told.contains(words), "{told}");
        }
    }
}
