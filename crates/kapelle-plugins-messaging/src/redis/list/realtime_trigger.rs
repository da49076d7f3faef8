//! `io.kestra.plugin.redis.list.RealtimeTrigger`: starts an execution for each element of a list.

use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Events, Expr, RealtimeTrigger as Realtime, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::taking::{aside, owner_of_trigger};
use crate::records::SerdeType;
use crate::redis::connection::{Command, ServerProperties};

/// For how many seconds the server waits for an element before it answers that there is none. Less than the time that it
/// may be silent.
const WAIT_SECONDS: u32 = 10;

/// # Listen to a list of Redis
///
/// Takes each element from the head of a list and starts an execution for it. Until that is certain, the element stands in a
/// list beside it. What cannot be read is put aside for good.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RealtimeTrigger {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key of the list.
    key: Expr<String>,
    /// How elements are read: as text, or as JSON.
    serde_type: Option<Expr<SerdeType>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Heard {
    /// The element.
    value: Any,
}

impl Realtime for RealtimeTrigger {
    const TYPE: &'static str = "io.kestra.plugin.redis.list.RealtimeTrigger";
    type Output = Heard;

    async fn listen(&self, cx: &RunContext, events: Events<Heard>) -> Result<(), Broken> {
        let key = cx.render(&self.key)?;
        let serde = cx.filled(self.serde_type.as_ref())?.unwrap_or_default();
        let owner = owner_of_trigger(cx);
        let beside = aside(&key, &owner);
        let unreadable = aside(&key, &format!("{owner}:unreadable"));
        let mut connection = self.server.open(cx).await?;
        let first = Command::new("LINDEX").arg(&beside).number(0);
        let next =
            Command::new("BLMOVE").arg(&key).arg(&beside).arg("LEFT").arg("RIGHT").number(WAIT_SECONDS);
        loop {
            // What is left from before comes first.
            let element = match connection.content(first.clone()).await? {
                Some(element) => element,
                None => match connection.content(next.clone()).await? {
                    Some(element) => element,
                    None => continue,
                },
            };
            match serde.read(&element) {
                Ok(value) => {
                    events.tell(&Heard { value: value.into() }, None).await?;
                    connection.content(Command::new("LPOP").arg(&beside)).await?;
                }
                Err(failure) => {
                    let reason = failure.message.masked();
                    cx.log(Level::Error, format!("an element of the list `{key}` starts nothing and stands in `{unreadable}` now: {reason}"));
                    let away = Command::new("LMOVE").arg(&beside).arg(&unreadable).arg("LEFT").arg("RIGHT");
                    connection.content(away).await?;
                }
            }
        }
    }
}
