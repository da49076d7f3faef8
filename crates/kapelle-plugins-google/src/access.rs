//! What all types of Google Cloud share: who one is, and for which project.

use std::sync::Arc;

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::client::Client;
use crate::credentials::Provider;
use crate::environment::variable;

/// What a token is for where the flow does not say it.
const SCOPE_USUAL: &str = "https://www.googleapis.com/auth/cloud-platform";

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessProperties {
    /// The project. Without it, the one of the credentials.
    project_id: Option<Expr<String>>,
    /// The key of a service account, as the JSON that Google gives when a key is made. Without it, the credentials of the
    /// server are used: the file of `GOOGLE_APPLICATION_CREDENTIALS`, those of `gcloud auth application-default login`, or
    /// the account of its machine.
    service_account: Option<Expr<Text>>,
    /// The address of a service account in whose name things are done.
    impersonated_service_account: Option<Expr<Text>>,
    /// What tokens are for, as addresses of Google; without it, the whole of Google Cloud.
    scopes: Option<Expr<Vec<String>>>,
}

/// Who one is.
#[derive(Clone)]
pub(crate) struct Access {
    provider: Arc<Provider>,
    project: Option<String>,
}

impl AccessProperties {
    /// `is_emulated`: what is asked knows nobody, so that only what the flow names is shown to it.
    pub(crate) fn read(&self, cx: &RunContext, is_emulated: bool) -> Result<Access, Failure> {
        let scopes = cx.filled(self.scopes.as_ref())?.filter(|scopes: &Vec<String>| !scopes.is_empty());
        let scopes = scopes.unwrap_or_else(|| vec![SCOPE_USUAL.to_owned()]);
        let impersonated = cx.filled(self.impersonated_service_account.as_ref())?;
        let provider = match cx.filled(self.service_account.as_ref())? {
            Some(key) => Provider::of_flow(&key, scopes, impersonated)?,
            None if is_emulated => Provider::nobody(),
            None => Provider::of_server(cx, scopes, impersonated)?,
        };
        Ok(Access { provider: Arc::new(provider), project: cx.filled(self.project_id.as_ref())? })
    }
}

impl Access {
    pub(crate) fn client(&self) -> Client {
        Client::new(Arc::clone(&self.provider))
    }

    /// The project of what is made.
    pub(crate) async fn project(&self, cx: &RunContext) -> Result<String, Broken> {
        let known = self.project.clone().or_else(|| self.provider.project());
        let project = match known.or_else(|| variable(&*cx.host, "GOOGLE_CLOUD_PROJECT")) {
            Some(project) => Some(project),
            None => self.provider.project_of_machine(cx).await?,
        };
        project.ok_or_else(|| Broken::new("it is not said for which project: set `projectId`"))
    }
}
