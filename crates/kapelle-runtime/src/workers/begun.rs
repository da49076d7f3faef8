//! That an attempt began, told to the owner of its execution once.

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_model::event::Event;
use tokio::sync::{OnceCell, oneshot};

use super::Key;
use crate::message::{Happening, Message};
use crate::shared::Shared;

pub(crate) struct Begun {
    shared: Arc<Shared>,
    key: Key,
    pub(super) at: Millis,
    told: OnceCell<bool>,
}

impl Begun {
    pub(crate) fn new(shared: Arc<Shared>, key: Key) -> Self {
        let at = shared.clock.now();
        Self { shared, key, at, told: OnceCell::new() }
    }

    /// Of an attempt whose beginning is told by nobody: that of a group's directory.
    pub(crate) fn untold(shared: Arc<Shared>, key: Key) -> Self {
        Self { told: OnceCell::new_with(Some(true)), ..Self::new(shared, key) }
    }

    /// Waits until it is on the disk. False if nobody wants the attempt any more.
    pub(super) async fn tell(&self) -> bool {
        *self.told.get_or_init(|| self.ask()).await
    }

    pub(super) fn is_told(&self) -> bool {
        self.told.initialized()
    }

    async fn ask(&self) -> bool {
        let (to, run, fence) = self.key;
        let (told, hears) = oneshot::channel();
        let answer = Box::new(move |result: Result<(), _>| {
            // The attempt may have been stopped meanwhile.
            let _gone = told.send(result.is_ok());
        });
        let event = Event::Started { run, fence, at: self.at };
        let happening = Happening { answer: Some(answer), ..Happening::of(to, event) };
        self.shared.tell(Message::Happen(happening));
        hears.await.unwrap_or(false)
    }
}
