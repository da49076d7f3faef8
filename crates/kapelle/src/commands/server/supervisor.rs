//! What the service manager wants to hear: that the server is ready, lives, and stops. As systemd has it, a datagram each.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::{Arc, Weak};
use std::time::Duration;

use kapelle_model::Millis;
use kapelle_runtime::Runtime;

use crate::terminal::setting;

/// A service manager, if there is one that wants to hear anything.
pub(super) struct Supervisor {
    socket: Option<(UnixDatagram, SocketAddr)>,
    /// How long it may hear nothing before it takes the server for dead.
    patience: Option<Duration>,
}

impl Supervisor {
    /// The one that the environment names.
    pub(super) fn of_environment() -> Arc<Self> {
        let address = setting("NOTIFY_SOCKET").and_then(|name| address(&name));
        let socket = address.and_then(|address| Some((UnixDatagram::unbound().ok()?, address)));
        // It may be meant for another process, which this one is a child of.
        let is_meant = setting("WATCHDOG_PID").is_none_or(|id| id == std::process::id().to_string());
        let micros = setting("WATCHDOG_USEC").filter(|_| is_meant).and_then(|text| text.parse().ok());
        Arc::new(Self { socket, patience: micros.filter(|micros| *micros > 0).map(Duration::from_micros) })
    }

    pub(super) fn is_ready(&self, status: &str) {
        self.tell(&format!("READY=1\nSTATUS={status}"));
    }

    pub(super) fn is_stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=stopping");
    }

    /// It is told in vain when the manager is gone, which is no reason to stop.
    fn tell(&self, text: &str) {
        if let Some((socket, address)) = &self.socket {
            socket.send_to_addr(text.as_bytes(), address).ok();
        }
    }

    /// Says that the server lives, as long as its store answers and its threads get to it.
    pub(super) async fn live(self: Arc<Self>, runtime: Weak<Runtime>) {
        let Some(patience) = self.patience.filter(|_| self.socket.is_some()) else { return };
        loop {
            let Some(alive) = runtime.upgrade() else { return };
            let answers = tokio::task::spawn_blocking(move || alive.store().wakes(Millis(0), 1).is_ok());
            if answers.await.unwrap_or_default() {
                self.tell("WATCHDOG=1");
            }
            tokio::time::sleep(patience / 2).await;
        }
    }
}

/// A path, or a name without one that begins with `@`.
fn address(name: &str) -> Option<SocketAddr> {
    match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name).ok(),
        None => SocketAddr::from_pathname(name).ok(),
    }
}
