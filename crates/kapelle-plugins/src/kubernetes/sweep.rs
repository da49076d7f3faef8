//! Pods that nobody will ask for again: their task runs ended while the server was down.

use std::time::Duration;

use kapelle_http::Client;

use super::access::Access;
use super::api::Api;
use super::pod::{BOUND, delete, labelled, path_of};

/// Removes the pods of task runs that are over, of the cluster of the installation: `is_over` is asked by the ids of
/// execution and task run. One of an execution that is not known here belongs to somebody else. How many went, or why that
/// is not known. A cluster that a flow names itself is not swept.
pub async fn sweep(
    client: Client,
    setting: impl Fn(&str) -> Option<String>,
    is_over: impl Fn(&str, &str) -> bool,
) -> Result<usize, String> {
    let access = Access::found(&client, setting).await.map_err(|failure| failure.to_string())?;
    let Some(access) = access else { return Ok(0) };
    let own = access.namespace.clone();
    let api = Api::new(client, access);
    let label = format!("{BOUND}=true");
    // Who may not look everywhere looks at home.
    let found = match labelled(&api, None, &label).await {
        Err(trouble) if trouble.is_forbidden() => {
            labelled(&api, Some(own.as_deref().unwrap_or("default")), &label).await
        }
        found => found,
    };
    let mut count = 0;
    for pod in found.map_err(|trouble| trouble.words())? {
        let (Some(execution), Some(run)) = (pod.execution(), pod.run()) else { continue };
        if is_over(execution, run) {
            let removed = delete(&api, &path_of(&pod), Duration::from_secs(1)).await;
            removed.map_err(|trouble| trouble.words())?;
            count += 1;
        }
    }
    Ok(count)
}
