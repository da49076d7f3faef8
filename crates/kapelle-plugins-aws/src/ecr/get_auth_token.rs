//! `io.kestra.plugin.aws.ecr.GetAuthToken`: gives a password for registries of images.

use kapelle_core::expression::plain::from_base64;
use kapelle_model::Text;
use kapelle_plugin::{Any, Broken, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::access::{AccessProperties, StyleProperties};
use crate::service::{Kind, Service};

const KIND: Kind =
    Kind { name: "ecr", host: "api.ecr", prefix: "AmazonEC2ContainerRegistry_V20150921", version: "1.1" };

/// # Get a password for a registry of images
///
/// Gives a password for the registry of the account, which is good for twelve hours. The user is `AWS`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetAuthToken {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The password. It is a secret, and never shown.
    token: Any,
}

impl Task for GetAuthToken {
    const TYPE: &'static str = "io.kestra.plugin.aws.ecr.GetAuthToken";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let service = Service::new(cx, &self.access.read(cx)?, KIND, None)?;
        let told = service.ask(cx, "GetAuthorizationToken", &json!({})).await;
        let told = told.map_err(|trouble| trouble.told("there is no password for the registry"))?;
        let token = told["authorizationData"][0]["authorizationToken"].as_str().and_then(password);
        let token = token.ok_or_else(|| Broken::new("the registry gives no password"))?;
        Ok(Output { token: Text::from(token).into_secret().into() })
    }
}

/// The password in `AWS:password`, as it is told in base64.
fn password(token: &str) -> Option<String> {
    let text = String::from_utf8(from_base64(token).ok()?).ok()?;
    Some(text.strip_prefix("AWS:").unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain::to_base64;
    use kapelle_http::server::{Server, answer};
    use kapelle_model::Value;
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn the_password_is_given_and_never_shown() {
        let token = to_base64(b"AWS:CANARY");
        let body = format!("{{\"authorizationData\":[{{\"authorizationToken\":\"{token}\"}}]}}");
        let server = Server::start(move |_| answer("200 OK", &[], &body));
        let stage = Stage::new();
        let access = format!("endpointOverride: '{}'\naccessKeyId: a\nsecretKeyId: b\n", server.url(""));
        let got = stage.run::<GetAuthToken>(&access).await.unwrap();
        let Value::Str(token) = &got["token"] else { panic!("{got:?}") };
        assert_eq!((token.expose(), token.masked().as_str()), ("CANARY", "******"));
        let target = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
        assert_eq!(server.last().header("x-amz-target"), Some(target));
    }
}
