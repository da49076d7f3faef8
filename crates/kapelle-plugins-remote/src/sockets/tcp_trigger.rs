//! `io.kestra.plugin.fs.tcp.RealtimeTrigger`: starts an execution for each line that comes over TCP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Events, Expr, RealtimeTrigger as Listens, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::encoding::Encoding;
use super::{Heard, unable_to_listen};

/// Connections at a time; others wait.
const CONNECTIONS_MAX: usize = 100;

/// Bytes that a line may have.
const LINE_MAX: usize = 1 << 20;

/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_mins(10);

/// # Start an execution for each line over TCP
///
/// Listens on a port and starts an execution for each line that somebody sends, and for what comes last without an end of
/// line. Whoever reaches the port can start executions: leave it open only to those who may.
#[derive(Deserialize, JsonSchema)]
pub(super) struct RealtimeTrigger {
    /// The address of this machine at which it listens; `0.0.0.0`, which is all of them, where it is not said.
    host: Option<Expr<String>>,
    /// The port.
    port: Expr<u16>,
    /// How bytes become a text; `UTF-8` where it is not said.
    encoding: Option<Expr<String>>,
}

impl Listens for RealtimeTrigger {
    const TYPE: &'static str = "io.kestra.plugin.fs.tcp.RealtimeTrigger";
    type Output = Heard;

    async fn listen(&self, cx: &RunContext, events: Events<Heard>) -> Result<(), Broken> {
        let host = cx.filled(self.host.as_ref())?.unwrap_or_else(|| "0.0.0.0".to_owned());
        let port = cx.render(&self.port)?;
        let encoding = Encoding::read(cx, self.encoding.as_ref())?;
        let listener = TcpListener::bind((host.as_str(), port)).await;
        let listener = listener.map_err(|error| unable_to_listen(&host, port, &error))?;
        let events = Arc::new(events);
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = cx.stopped() => return Ok(()),
                Some(ended) = connections.join_next() => {
                    // An execution that cannot be written down is a matter of the trigger; all else of who sends.
                    ended.unwrap_or_else(|_| Err(Broken::new("a connection ended by a mistake in its program")))?;
                }
                accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                    let Ok((stream, from)) = accepted else { continue };
                    connections.spawn(hear(cx.clone(), Arc::clone(&events), stream, from, encoding));
                }
            }
        }
    }
}

/// Hears one sender until there is no more.
async fn hear(
    cx: RunContext,
    events: Arc<Events<Heard>>,
    mut stream: TcpStream,
    from: SocketAddr,
    encoding: Encoding,
) -> Result<(), Broken> {
    let mut kept = Vec::new();
    loop {
        let is_over = !matches!(timeout(SILENCE, stream.read_buf(&mut kept)).await, Ok(Ok(1..)));
        while let Some(line) = line(&mut kept, encoding, is_over) {
            let payload = encoding.text(&line);
            let payload = payload.trim_end_matches('\r');
            if !payload.is_empty() {
                events.tell(&Heard::now(&cx, from, payload.to_owned())?, None).await?;
            }
        }
        if is_over {
            return Ok(());
        }
        if kept.len() > LINE_MAX {
            cx.log(
                Level::Warn,
                format!("{from} sends a line of more than {LINE_MAX} bytes and is sent away"),
            );
            return Ok(());
        }
    }
}

/// The first line, without its end; of what comes last, all.
fn line(kept: &mut Vec<u8>, encoding: Encoding, is_over: bool) -> Option<Vec<u8>> {
    let newline = encoding.newline();
    let end =
        kept.chunks_exact(newline.len()).position(|unit| unit == newline).map(|place| place * newline.len());
    match end {
        Some(end) => {
            let line = kept[..end].to_vec();
            kept.drain(..end + newline.len());
            Some(line)
        }
        None if is_over && !kept.is_empty() => Some(std::mem::take(kept)),
        None => None,
    }
}
