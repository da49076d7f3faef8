//! Messages of looks whose execution is not certain yet: the connection that they came by is held open, so that the broker
//! gives them to nobody else, and takes them back when this process ends.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kapelle_core::expression::plain::to_base64;
use kapelle_plugin::Broken;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::session::Session;

/// How long an execution may take to be certain. After that, messages go back to their queue.
const HELD_MAX: Duration = Duration::from_mins(10);

/// Who wants to hear that messages are acknowledged.
type Asks = oneshot::Sender<Result<(), Broken>>;

static HELD: Mutex<BTreeMap<String, oneshot::Sender<Asks>>> = Mutex::new(BTreeMap::new());

/// Holds messages, all up to this tag. The name under which they are acknowledged.
pub(super) fn hold(session: Session, tag: u64) -> Result<String, Broken> {
    let mut chance = [0; 16];
    SystemRandom::new().fill(&mut chance).map_err(|_| Broken::new("the system gives no random numbers"))?;
    let name = to_base64(&chance);
    let (asks, asked) = oneshot::channel();
    HELD.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), asks);
    let held = name.clone();
    let _detached = tokio::spawn(async move {
        keep(session, tag, asked).await;
        HELD.lock().unwrap_or_else(PoisonError::into_inner).remove(&held);
    });
    Ok(name)
}

/// Acknowledges what is held under this name. Whether it was still held.
pub(super) async fn acknowledge(name: &str) -> Result<bool, Broken> {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    let Some(held) = held else { return Ok(false) };
    let (answers, answer) = oneshot::channel();
    if held.send(answers).is_err() {
        return Ok(false);
    }
    match answer.await {
        Ok(answer) => answer.map(|()| true),
        Err(_) => Ok(false),
    }
}

async fn keep(mut session: Session, tag: u64, mut asked: oneshot::Receiver<Asks>) {
    let until = Instant::now() + HELD_MAX;
    // Nothing is read meanwhile: what else comes goes back to its queue with the connection.
    let asks = loop {
        match timeout_at(session.next_beat().min(until), &mut asked).await {
            Ok(Ok(asks)) => break asks,
            Ok(Err(_)) => return,
            Err(_) if Instant::now() >= until => return,
            Err(_) => {}
        }
        if session.beat().await.is_err() {
            return;
        }
    };
    let _nobody_waits_any_more = asks.send(settle(session, tag).await);
}

async fn settle(mut session: Session, tag: u64) -> Result<(), Broken> {
    session.acknowledge(tag, true).await?;
    session.close().await
}
