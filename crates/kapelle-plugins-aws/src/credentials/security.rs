//! Credentials of roles, from the service that knows them (STS).

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kapelle_plugin::{Broken, RunContext};

use super::machine::token_of;
use super::{Credentials, Provider, Section};
use crate::client::{Ask, Client, Content, endpoint};
use crate::environment::variable;
use crate::xml;
use kapelle_plugin::encode::query;

/// How long a role is taken where nothing is said.
pub(crate) const SESSION_USUAL: SignedDuration = SignedDuration::from_mins(15);

/// A role that is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) arn: String,
    pub(crate) external_id: Option<String>,
    pub(crate) session_name: Option<String>,
    pub(crate) duration: SignedDuration,
    pub(crate) endpoint: Option<String>,
    pub(crate) region: Option<String>,
}

impl Role {
    pub(super) fn of_profile(section: &Section) -> Option<Self> {
        let seconds = section.get("duration_seconds").and_then(|text| text.parse().ok());
        Some(Self {
            arn: section.get("role_arn")?.clone(),
            external_id: section.get("external_id").cloned(),
            session_name: section.get("role_session_name").cloned(),
            duration: seconds.map_or(SESSION_USUAL, SignedDuration::from_secs),
            endpoint: None,
            region: section.get("region").cloned(),
        })
    }
}

/// Takes a role.
pub(super) async fn assume(cx: &RunContext, own: Credentials, role: &Role) -> Result<Credentials, Broken> {
    let mut form = form(cx, "AssumeRole", &role.arn, role.session_name.as_deref());
    form.push(("DurationSeconds".to_owned(), role.duration.as_secs().to_string()));
    form.extend(role.external_id.iter().map(|id| ("ExternalId".to_owned(), id.clone())));
    ask(cx, Some(own), role.endpoint.as_deref(), role.region.as_deref(), &form, &role.arn).await
}

/// The role of a token that somebody put into a file, as in Kubernetes; nothing if there is none.
pub(super) async fn web_identity(cx: &RunContext) -> Result<Option<Credentials>, Broken> {
    let host = &*cx.host;
    let (Some(path), Some(arn)) =
        (variable(host, "AWS_WEB_IDENTITY_TOKEN_FILE"), variable(host, "AWS_ROLE_ARN"))
    else {
        return Ok(None);
    };
    let name = variable(host, "AWS_ROLE_SESSION_NAME");
    let mut form = form(cx, "AssumeRoleWithWebIdentity", &arn, name.as_deref());
    form.push(("WebIdentityToken".to_owned(), token_of(&path)?));
    ask(cx, None, None, None, &form, &arn).await.map(Some)
}

fn form(cx: &RunContext, action: &str, arn: &str, name: Option<&str>) -> Vec<(String, String)> {
    let usual = format!("kapelle-{}", cx.place.execution);
    let entries = [
        ("Action", action),
        ("Version", "2011-06-15"),
        ("RoleArn", arn),
        ("RoleSessionName", name.unwrap_or(&usual)),
    ];
    entries.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

async fn ask(
    cx: &RunContext,
    own: Option<Credentials>,
    written: Option<&str>,
    region: Option<&str>,
    form: &[(String, String)],
    arn: &str,
) -> Result<Credentials, Broken> {
    let region = region.map(str::to_owned).or_else(|| variable(&*cx.host, "AWS_REGION"));
    let region = region.or_else(|| variable(&*cx.host, "AWS_DEFAULT_REGION"));
    let region = region.unwrap_or_else(|| "us-east-1".to_owned());
    let what = format!("the role `{arn}` cannot be taken");
    let ask = Ask {
        origin: endpoint(cx, "sts", written, &region)?,
        headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        content: Content::of(query(form).into_bytes()),
        region,
        ..Ask::new("POST")
    };
    let client = Client::new(cx, "sts", own.map(|own| Arc::new(Provider::of(own))));
    let answer = client.text(cx, &ask).await.map_err(|trouble| trouble.told(&what))?;
    read(&answer).ok_or_else(|| Broken::new(format!("{what}: the service gives no credentials")))
}

fn read(answer: &str) -> Option<Credentials> {
    let root = xml::read(answer).ok()?;
    let told = root.find("Credentials")?;
    Some(Credentials {
        key: told.get("AccessKeyId")?.to_owned(),
        secret: told.get("SecretAccessKey")?.to_owned(),
        token: told.get("SessionToken").map(str::to_owned),
        expires: told.get("Expiration").and_then(|moment| moment.parse::<Timestamp>().ok()),
    })
}
