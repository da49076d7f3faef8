//! `io.kestra.plugin.kubernetes.kubectl.Delete`: removes objects.

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::resource::Resource;
use crate::kubernetes::api::Asked;
use crate::kubernetes::shared::SharedProperties;
use crate::kubernetes::unless_stopped;

/// # Delete objects
///
/// Removes objects of one kind by their names. One that is not there is passed over with a warning.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delete {
    /// The kind: its plural, singular or short name, or what manifests call it.
    resource_type: Expr<String>,
    /// The names of the objects.
    resources_names: Expr<Vec<String>>,
    /// The group of the kind, where several have one of that name.
    api_group: Option<Expr<String>>,
    /// The version of the group.
    api_version: Option<Expr<String>>,
    #[serde(flatten)]
    shared: SharedProperties,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.kubernetes.kubectl.Delete";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let (asked, names) = (cx.render(&self.resource_type)?, cx.render(&self.resources_names)?);
        let group = cx.filled(self.api_group.as_ref())?;
        let version = cx.filled(self.api_version.as_ref())?;
        let (api, namespace) = (self.shared.api(cx).await?, self.shared.namespace(cx)?);
        cx.host.begin().await;
        let found = Resource::find(&api, &asked, group.as_deref(), version.as_deref());
        let resource = unless_stopped(cx, found).await?;
        let options = json!({"propagationPolicy": "Background"});
        for name in &names {
            if name.trim().is_empty() {
                return Err(Broken::new("`resourcesNames` has an empty name, which would mean all objects"));
            }
            let path = resource.path(&namespace, Some(name));
            let deleted =
                async { Ok::<_, Broken>(api.insist::<Json>(|| Asked::delete(&path, &options)).await) };
            match unless_stopped(cx, deleted).await? {
                Ok(_) => cx.log(Level::Info, format!("deleted {} `{name}`", resource.kind)),
                Err(trouble) if trouble.is_missing() => {
                    cx.log(Level::Warn, format!("there is no {} `{name}` in `{namespace}`", resource.kind));
                }
                Err(trouble) => return Err(trouble.into()),
            }
        }
        Ok(())
    }
}
