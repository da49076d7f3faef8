//! Taking elements from a list without losing any: until they are safe here, they stand in a list beside it.

use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::records::{Extent, ExtentProperties, SerdeType};
use crate::redis::connection::{Command, Connection, ServerProperties};
use crate::redis::reply::Reply;

/// How long elements may take on their way back, when the attempt has failed or has to end.
const BACK: Duration = Duration::from_secs(5);

/// Elements that are taken at once.
const AT_ONCE_MAX: u32 = 10_000;

/// Which elements are taken.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TakingProperties {
    #[serde(flatten)]
    server: ServerProperties,
    /// The key of the list.
    key: Expr<String>,
    /// How elements are read: as text, or as JSON.
    serde_type: Option<Expr<SerdeType>>,
    /// How many elements are taken at once; 100 where it is not said.
    count: Option<Expr<u32>>,
    #[serde(flatten)]
    extent: ExtentProperties,
}

/// The elements that were taken.
#[derive(Serialize, JsonSchema)]
pub(super) struct Taken {
    /// How many elements there are.
    pub(super) count: u64,
    /// The file with one row for each.
    pub(super) uri: String,
}

/// The same, rendered.
pub(super) struct Taking<'p> {
    properties: &'p TakingProperties,
    key: String,
    /// Where elements stand meanwhile.
    pub(super) aside: String,
    serde: SerdeType,
    at_once: u64,
    extent: Extent,
}

impl TakingProperties {
    /// Ready to take. `owner` is whose list it is in which elements stand meanwhile.
    pub(super) fn read(&self, cx: &RunContext, owner: &str) -> Result<Taking<'_>, Broken> {
        let key = cx.render(&self.key)?;
        let at_once = cx.filled(self.count.as_ref())?.unwrap_or(100).clamp(1, AT_ONCE_MAX);
        Ok(Taking {
            properties: self,
            aside: aside(&key, owner),
            key,
            serde: cx.filled(self.serde_type.as_ref())?.unwrap_or_default(),
            at_once: u64::from(at_once),
            extent: self.extent.read(cx)?,
        })
    }
}

/// The key of the list beside a list; in a cluster it is on the same node.
pub(super) fn aside(key: &str, owner: &str) -> String {
    let has_tag = key
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'))
        .is_some_and(|(tag, _)| !tag.is_empty());
    if has_tag || key.contains(['{', '}']) {
        format!("{key}:kapelle:{owner}")
    } else {
        format!("{{{key}}}:kapelle:{owner}")
    }
}

/// Whose list it is: that of a trigger, whichever its look is.
pub(super) fn owner_of_trigger(cx: &RunContext) -> String {
    let place = &cx.place;
    format!("{}.{}.{}.{}", place.tenant, place.namespace, place.flow, place.task)
}

impl Taking<'_> {
    /// Writes elements into a file until the list is empty or there are enough. They stand aside still. What an attempt
    /// before left there comes first. If that fails, they go back.
    pub(super) async fn take(&self, cx: &RunContext) -> Result<Taken, Broken> {
        match self.write(cx).await {
            Ok(taken) => Ok(taken),
            Err(broken) => {
                self.give_back(cx).await;
                Err(broken)
            }
        }
    }

    async fn write(&self, cx: &RunContext) -> Result<Taken, Broken> {
        let mut connection = self.properties.server.open(cx).await?;
        let mut file = RowFile::create(cx)?;
        let left = connection.contents(Command::new("LRANGE").arg(&self.aside).number(0).number(-1)).await?;
        self.add(&mut file, left)?;
        while !self.extent.is_over(file.count()) {
            let wanted = self.at_once.min(self.extent.left(file.count()));
            let moved = self.move_aside(&mut connection, wanted).await?;
            let is_empty = (moved.len() as u64) < wanted;
            self.add(&mut file, moved)?;
            if is_empty {
                break;
            }
        }
        connection.close().await;
        let count = file.count();
        Ok(Taken { count, uri: file.finish()? })
    }

    fn add(&self, file: &mut RowFile<'_>, elements: Vec<Vec<u8>>) -> Result<(), Broken> {
        for element in elements {
            let value = self.serde.read(&element).map_err(|failure| {
                let reason = failure.message.masked();
                Broken::new(format!(
                    "an element of the list `{}` cannot be read, and stays there: {reason}",
                    self.key
                ))
            })?;
            file.add(&value)?;
        }
        Ok(())
    }

    async fn move_aside(&self, connection: &mut Connection, count: u64) -> Result<Vec<Vec<u8>>, Broken> {
        let one = Command::new("LMOVE").arg(&self.key).arg(&self.aside).arg("LEFT").arg("RIGHT");
        let answers = connection.ask_all(&vec![one; count as usize]).await?;
        let mut moved = Vec::new();
        for answer in answers {
            match answer {
                Reply::Bytes(bytes) => moved.push(bytes),
                Reply::Nothing => {}
                other => return Err(connection.odd(&other)),
            }
        }
        Ok(moved)
    }

    /// Elements that stand aside go back to the head of their list, in their order, also when the attempt has to end.
    async fn give_back(&self, cx: &RunContext) {
        let going_on = RunContext { stop: CancellationToken::new(), ..cx.clone() };
        let back = async {
            let mut connection = self.properties.server.open(&going_on).await?;
            let count = connection.count(Command::new("LLEN").arg(&self.aside)).await?;
            let one = Command::new("LMOVE").arg(&self.aside).arg(&self.key).arg("RIGHT").arg("LEFT");
            for _ in 0..count {
                connection.ask(one.clone()).await?;
            }
            Ok::<_, Broken>(())
        };
        if !matches!(timeout(BACK, back).await, Ok(Ok(()))) {
            cx.log(
                Level::Warn,
                format!(
                    "elements of the list `{}` may stand in `{}`; the next attempt takes them from there",
                    self.key, self.aside
                ),
            );
        }
    }

    /// Forgets what stands aside: it is safe.
    pub(super) async fn forget(&self, cx: &RunContext) -> Result<(), Broken> {
        self.properties.forget(cx, &self.aside).await
    }
}

impl TakingProperties {
    /// Forgets what stands in a list beside the list.
    pub(super) async fn forget(&self, cx: &RunContext, aside: &str) -> Result<(), Broken> {
        let mut connection = self.server.open(cx).await?;
        connection.count(Command::new("DEL").arg(aside)).await?;
        connection.close().await;
        Ok(())
    }

    pub(super) fn key(&self, cx: &RunContext) -> Result<String, Broken> {
        Ok(cx.render(&self.key)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_beside_another_is_on_the_same_node() {
        assert_eq!(aside("orders", "o"), "{orders}:kapelle:o");
        assert_eq!(aside("{shop}:orders", "o"), "{shop}:orders:kapelle:o");
    }
}
