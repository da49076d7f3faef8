//! The account of the machine or the pod that the server runs on.

use kapelle_http::Header;
use kapelle_plugin::encode::query;
use kapelle_plugin::machine::ask;
use kapelle_plugin::{Broken, Host, RunContext};

use super::Token;
use super::exchange::of_answer;
use crate::environment::variable;

/// The address of the service on machines of Google; its name would have to be looked up.
const PLACE_USUAL: &str = "169.254.169.254";

/// Where the service of the machine is.
pub(super) fn place(host: &dyn Host) -> String {
    variable(host, "GCE_METADATA_HOST").unwrap_or_else(|| PLACE_USUAL.to_owned())
}

async fn asked(cx: &RunContext, path: &str) -> Result<String, Broken> {
    let flavor = vec![Header::new("metadata-flavor", "Google")];
    ask(cx, "GET", &format!("http://{}/computeMetadata/v1/{path}", place(&*cx.host)), flavor).await
}

/// A token of the account of the machine.
pub(super) async fn token(cx: &RunContext, scopes: &[String]) -> Result<Token, Broken> {
    let scopes = query(&[("scopes".to_owned(), scopes.join(","))]);
    let told = if variable(&*cx.host, "NO_GCE_CHECK").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    {
        Err(Broken::new("it is not asked"))
    } else {
        asked(cx, &format!("instance/service-accounts/default/token?{scopes}")).await
    };
    let told = match told {
        Ok(told) => told,
        Err(broken) if broken.is_killed => return Err(broken),
        Err(broken) => {
            return Err(Broken::new(format!(
                "there are no credentials for Google Cloud: set `serviceAccount`, or give the server a file with \
                 GOOGLE_APPLICATION_CREDENTIALS. Looked at: the environment, the file of `gcloud auth application-default \
                 login`, and the machine ({})",
                broken.failure
            )));
        }
    };
    let answer = serde_json::from_str(&told)
        .map_err(|_| Broken::new("the service of the machine gives no token: has it a service account?"))?;
    of_answer(&answer, cx.services.now()?)
}

/// The project of the machine.
pub(super) async fn project(cx: &RunContext) -> Result<String, Broken> {
    Ok(asked(cx, "project/project-id").await?.trim().to_owned())
}
