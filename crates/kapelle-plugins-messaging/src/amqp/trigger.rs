//! `io.kestra.plugin.amqp.Trigger`: looks from time to time for messages of a queue.

use std::time::Duration;

use kapelle_model::Value;
use kapelle_plugin::{Broken, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::held;
use super::receiving::{ReceivingProperties, Taken};
use super::server::ServerProperties;
use crate::records::ExtentProperties;

/// How long a look waits where it is not said, so that it ends when too few messages come.
const LOOK_MAX: Duration = Duration::from_mins(1);

/// # Look for messages of a queue of AMQP
///
/// Takes messages from a queue at each look, and starts an execution if there are any. The broker gets them acknowledged
/// when that is certain; should the process end before, they come again. A look without `maxDuration` ends after a minute.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    #[serde(flatten)]
    server: ServerProperties,
    #[serde(flatten)]
    receiving: ReceivingProperties,
    #[serde(flatten)]
    extent: ExtentProperties,
}

impl Trigger {
    /// Looks with a connection that may outlive the look.
    async fn look(&self, cx: &RunContext) -> Result<Option<(Taken, String)>, Broken> {
        let receiving = self.receiving.read(cx)?;
        let extent = self.extent.read(cx)?.must_end()?.at_most(LOOK_MAX);
        let mut session = self.server.open(cx).await?;
        let (taken, owed) = receiving.take(cx, &mut session, extent, false).await?;
        if let Some(tag) = owed {
            return Ok(Some((taken, held::hold(session, tag)?)));
        }
        session.close().await?;
        cx.host.files().delete(&taken.uri)?;
        Ok(None)
    }
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.amqp.Trigger";
    type Output = Taken;

    async fn poll(&self, cx: &RunContext, _cursor: Option<Value>) -> Result<Polled<Taken>, Broken> {
        let lasting = RunContext { stop: CancellationToken::new(), ..cx.clone() };
        let looked = cx.stop.run_until_cancelled(self.look(&lasting)).await.ok_or_else(Broken::killed)??;
        Ok(match looked {
            Some((taken, held)) => Polled { event: Some(taken), cursor: Some(Value::from(held.as_str())) },
            None => Polled { event: None, cursor: None },
        })
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let Some(Value::Str(held)) = cursor else { return Ok(()) };
        let settling = cx.stop.run_until_cancelled(held::acknowledge(held.expose())).await;
        if settling.ok_or_else(Broken::killed)?? {
            return Ok(());
        }
        Err(Broken::new(
            "the connection to the broker broke before the messages were acknowledged: they come again, and start another execution",
        ))
    }
}
