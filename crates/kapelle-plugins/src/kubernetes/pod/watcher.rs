//! Watching a pod: what it is now, and whenever it changes.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value as Json;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::pods;
use super::state::Pod;
use crate::kubernetes::api::{Api, Asked};
use crate::kubernetes::trouble::Trouble;

/// A cluster that is away, for it is updated or the network is, is waited for so often, so long.
const RETURNS: u32 = 60;
const RETURN: Duration = Duration::from_secs(5);

/// Between two looks where nothing is told by itself.
const PAUSE: Duration = Duration::from_secs(1);

/// Seconds after which a cluster ends what it tells, so that nobody waits on a dead connection for ever.
const SECONDS: &str = "240";
const PATIENCE: Duration = Duration::from_secs(270);

/// Bytes of one change.
const CHANGE_MAX: usize = 8 << 20;

/// What is seen.
pub(super) enum News {
    Pod(Box<Pod>),
    /// The cluster is away, and waited for.
    Away(String),
    /// Nothing more will be seen.
    End(Trouble),
}

#[derive(Deserialize)]
struct Change {
    #[serde(rename = "type")]
    kind: String,
    object: Json,
}

/// Tells what becomes of a pod until nobody listens.
pub(super) async fn watch(api: Api, namespace: String, name: String, to: mpsc::Sender<News>) {
    let path = format!("{}/{name}", pods(&namespace));
    let mut returns = 0;
    loop {
        let version = match look(&api, &path).await {
            Ok(pod) => {
                returns = 0;
                let version = pod.metadata.resource_version.clone();
                if to.send(News::Pod(Box::new(pod))).await.is_err() {
                    return;
                }
                version
            }
            Err(trouble) if trouble.may_pass() && returns < RETURNS => {
                if returns == 0 && to.send(News::Away(trouble.words())).await.is_err() {
                    return;
                }
                returns += 1;
                sleep(RETURN).await;
                continue;
            }
            Err(trouble) => {
                let _nobody_listens = to.send(News::End(trouble)).await;
                return;
            }
        };
        // However that ends, the next look tells what is.
        let told = tokio::time::timeout(PATIENCE, follow(&api, &namespace, &name, &version, &to)).await;
        if to.is_closed() {
            return;
        }
        if !matches!(told, Ok(Ok(()))) {
            sleep(PAUSE).await;
        }
    }
}

async fn look(api: &Api, path: &str) -> Result<Pod, Trouble> {
    read(api.ask(Asked::get(path)).await?)
}

fn read(raw: Json) -> Result<Pod, Trouble> {
    Pod::read(raw)
        .map_err(|error| Trouble::Away(format!("what Kubernetes tells of a pod cannot be read: {error}")))
}

/// Hears of changes until the cluster ends that.
async fn follow(
    api: &Api,
    namespace: &str,
    name: &str,
    version: &str,
    to: &mpsc::Sender<News>,
) -> Result<(), Trouble> {
    let asked = Asked::get(&pods(namespace))
        .with("watch", "1")
        .with("fieldSelector", &format!("metadata.name={name}"))
        .with("resourceVersion", version)
        .with("timeoutSeconds", SECONDS);
    let mut answer = api.open(asked).await?;
    let mut kept = Vec::new();
    while let Some(piece) = answer.piece().await? {
        kept.extend_from_slice(&piece);
        while let Some(end) = kept.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = kept.drain(..=end).collect();
            let change: Change = serde_json::from_slice(&line)
                .map_err(|error| Trouble::Away(format!("a change of a pod cannot be read: {error}")))?;
            match &*change.kind {
                "ADDED" | "MODIFIED" | "DELETED" => {
                    if to.send(News::Pod(Box::new(read(change.object)?))).await.is_err() {
                        return Ok(());
                    }
                }
                "BOOKMARK" => {}
                // What was known is too old; the next look begins anew.
                _ => return Ok(()),
            }
            if change.kind == "DELETED" {
                return Ok(());
            }
        }
        if kept.len() > CHANGE_MAX {
            return Err(Trouble::Away(format!("a change of a pod has more than {CHANGE_MAX} bytes")));
        }
    }
    Ok(())
}
