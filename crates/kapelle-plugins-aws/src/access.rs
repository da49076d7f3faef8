//! What all types of AWS share: where it is, and who one is.

use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::client::{Client, endpoint};
use crate::credentials::{Provider, Role, SESSION_USUAL};
use crate::environment::variable;
use crate::profile::Profiles;

/// The region where none is needed: other servers than those of AWS take it, and S3 tells the right one.
const REGION_USUAL: &str = "us-east-1";

/// How long AWS lets a role be taken.
const SESSION_MIN: SignedDuration = SignedDuration::from_mins(15);
const SESSION_MAX: SignedDuration = SignedDuration::from_hours(12);

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessProperties {
    /// The region. Without it, the one that the server is told by its environment or its profile.
    region: Option<Expr<String>>,
    /// The address of another server than those of AWS, such as `http://minio:9000`.
    endpoint_override: Option<Expr<String>>,
    /// The access key. Without it, the credentials of the server are used: of its environment, its profile, its role.
    access_key_id: Option<Expr<Text>>,
    /// The secret of the access key.
    secret_key_id: Option<Expr<Text>>,
    /// The token of a session, if the key is one for a while.
    session_token: Option<Expr<Text>>,
    /// A role that is taken for the task.
    sts_role_arn: Option<Expr<String>>,
    /// The external id that the role asks for.
    sts_role_external_id: Option<Expr<String>>,
    /// How the session of the role is called where AWS writes it down.
    sts_role_session_name: Option<Expr<String>>,
    /// The address of another service for roles.
    sts_endpoint_override: Option<Expr<String>>,
    /// How long the role is taken for at once: from 15 minutes to 12 hours. It is taken again if the task needs longer.
    sts_role_session_duration: Option<Expr<SignedDuration>>,
}

/// How S3 and what is like it is spoken to.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StyleProperties {
    /// For servers that are not of AWS. Requests are always such that they understand them; the property changes nothing.
    #[expect(dead_code, reason = "flows may say it")]
    compatibility_mode: Option<Expr<bool>>,
    /// Whether the bucket stands in the path of addresses, as in `https://server/bucket/key`, and not in the name of the
    /// host.
    force_path_style: Option<Expr<bool>>,
}

impl StyleProperties {
    pub(crate) fn forces_path(&self, cx: &RunContext) -> Result<bool, Failure> {
        Ok(cx.filled(self.force_path_style.as_ref())?.unwrap_or(false))
    }
}

/// The same, ready to be used.
pub(crate) struct Access {
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<String>,
    /// Without it, requests are not signed.
    pub(crate) provider: Option<Arc<Provider>>,
}

impl AccessProperties {
    pub(crate) fn read(&self, cx: &RunContext) -> Result<Access, Failure> {
        let region = cx.filled(self.region.as_ref())?;
        let role = self.role(cx, region.clone())?;
        let [key, secret, token] = [&self.access_key_id, &self.secret_key_id, &self.session_token]
            .map(|property| cx.filled(property.as_ref()));
        let provider = Provider::new(key?.as_ref(), secret?.as_ref(), token?.as_ref(), role)?;
        Ok(Access {
            region: region.or_else(|| usual_region(cx)),
            endpoint: cx.filled(self.endpoint_override.as_ref())?,
            provider: Some(Arc::new(provider)),
        })
    }

    fn role(&self, cx: &RunContext, region: Option<String>) -> Result<Option<Role>, Failure> {
        let Some(arn) = cx.filled(self.sts_role_arn.as_ref())? else { return Ok(None) };
        let duration = cx.filled(self.sts_role_session_duration.as_ref())?.unwrap_or(SESSION_USUAL);
        if !(SESSION_MIN..=SESSION_MAX).contains(&duration) {
            return Err(Failure::new("`stsRoleSessionDuration` has to lie between PT15M and PT12H"));
        }
        Ok(Some(Role {
            arn,
            external_id: cx.filled(self.sts_role_external_id.as_ref())?,
            session_name: cx.filled(self.sts_role_session_name.as_ref())?,
            duration,
            endpoint: cx.filled(self.sts_endpoint_override.as_ref())?,
            region,
        }))
    }
}

fn usual_region(cx: &RunContext) -> Option<String> {
    let host = &*cx.host;
    let named = variable(host, "AWS_REGION").or_else(|| variable(host, "AWS_DEFAULT_REGION"));
    // What is wrong with the files is told when credentials are looked for.
    let of_profile = || Profiles::of(host).ok()?.chosen(host)?.get("region").cloned();
    named.or_else(of_profile)
}

impl Access {
    pub(crate) fn client(&self, cx: &RunContext, service: &'static str) -> Client {
        Client::new(cx, service, self.provider.clone())
    }

    /// The region of the request; a server of one's own needs none.
    pub(crate) fn region(&self, cx: &RunContext, service: &str) -> Result<String, Failure> {
        if let Some(region) = &self.region {
            return Ok(region.clone());
        }
        let is_own = endpoint(cx, service, self.endpoint.as_deref(), REGION_USUAL)?
            != endpoint_of_aws(service, REGION_USUAL);
        if is_own || service == "s3" {
            return Ok(REGION_USUAL.to_owned());
        }
        Err(Failure::new("it is not said in which region of AWS: set `region`, or AWS_REGION for the server"))
    }
}

/// Where AWS has a service.
pub(crate) fn endpoint_of_aws(service: &str, region: &str) -> String {
    let end = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://{service}.{region}.{end}")
}
