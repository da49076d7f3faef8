//! Running commands over a session, and listening to them.

use std::collections::BTreeMap;
use std::time::Duration;

use kapelle_model::Text;
use kapelle_model::effect::Level;
use kapelle_plugin::program::{Lines, Splitter, Stream};
use kapelle_plugin::{Broken, RunContext};
use russh::{ChannelMsg, Sig};
use tokio::time::{Instant, sleep_until};

use super::session::{ENDING, Session, words};

/// How long a program that is told to end may go on.
const GRACE: Duration = Duration::from_secs(5);

/// The number of the extended data that is the standard error.
const ERROR_STREAM: u32 = 1;

/// How commands ended.
pub(super) enum Ended {
    Code(u32),
    /// By a signal of this name.
    Signal(String),
    Killed,
}

/// What is still to be heard from the server before the commands run: an answer for each variable, and one for them.
struct Expected {
    variables: Vec<String>,
    is_running: bool,
}

/// Runs commands to their end. When the attempt is stopped, they get a signal and a while, and then another one.
pub(super) async fn run(
    cx: &RunContext,
    session: &Session,
    command: &Text,
    environment: &BTreeMap<String, Text>,
    lines: &mut dyn Lines,
) -> Result<Ended, Broken> {
    let broke = |error: russh::Error| Broken::new(format!("the commands cannot be run: {}", words(&error)));
    let mut channel = session.channel().await?;
    for (name, value) in environment {
        channel.set_env(true, name.as_str(), value.expose()).await.map_err(broke)?;
    }
    channel.exec(true, command.expose()).await.map_err(broke)?;
    // Nobody types anything.
    channel.eof().await.map_err(broke)?;
    let variables = environment.keys().rev().cloned().collect();
    let mut expected = Expected { variables, is_running: false };
    let (mut out, mut error) = (Splitter::default(), Splitter::default());
    let (mut ended, mut deadline) = (None, None);
    loop {
        let message = tokio::select! {
            message = channel.wait() => message,
            () = cx.stopped(), if deadline.is_none() => {
                deadline = Some(Instant::now() + GRACE);
                // It may have ended just now.
                let _gone = channel.signal(ENDING).await;
                continue;
            }
            () = async { sleep_until(deadline.unwrap_or_else(Instant::now)).await }, if deadline.is_some() => {
                let _gone = channel.signal(Sig::KILL).await;
                let _gone = channel.close().await;
                return Ok(Ended::Killed);
            }
        };
        match message {
            None | Some(ChannelMsg::Close) => break,
            Some(ChannelMsg::Data { data }) => out.push(&data, &mut |line| lines.line(Stream::Out, line)),
            Some(ChannelMsg::ExtendedData { data, ext: ERROR_STREAM }) => {
                error.push(&data, &mut |line| lines.line(Stream::Error, line));
            }
            Some(ChannelMsg::ExitStatus { exit_status }) => ended = Some(Ended::Code(exit_status)),
            Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                ended = Some(Ended::Signal(name(&signal_name)));
            }
            Some(ChannelMsg::Success) => expected.hear(cx, true)?,
            Some(ChannelMsg::Failure) => expected.hear(cx, false)?,
            Some(_) => {}
        }
    }
    out.finish(&mut |line| lines.line(Stream::Out, line));
    error.finish(&mut |line| lines.line(Stream::Error, line));
    if deadline.is_some() {
        return Ok(Ended::Killed);
    }
    ended.ok_or_else(|| Broken::new("the connection was closed before the commands ended"))
}

impl Expected {
    fn hear(&mut self, cx: &RunContext, is_taken: bool) -> Result<(), Broken> {
        match self.variables.pop() {
            Some(_) if is_taken => {}
            Some(name) => cx.log(
                Level::Warn,
                format!("the server does not take the variable `{name}`: its `sshd_config` needs `AcceptEnv {name}`"),
            ),
            None if self.is_running => {}
            None if is_taken => self.is_running = true,
            None => return Err(Broken::new("the server refuses to run commands for this user")),
        }
        Ok(())
    }
}

fn name(signal: &Sig) -> String {
    match signal {
        Sig::Custom(name) => name.clone(),
        known => format!("{known:?}"),
    }
}
