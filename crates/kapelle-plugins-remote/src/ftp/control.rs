//! Speaking with a server: orders and replies, a line each.

use std::time::Duration;

use kapelle_http::{Client, Line};
use kapelle_plugin::{Broken, RunContext};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::{Mode, Wanted};

/// Bytes that a reply may have.
const REPLY_MAX: usize = 64 << 10;

/// A reply: its number, and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) text: String,
}

/// A connection on which orders are given.
pub(super) struct Control {
    /// Apart from others: a connection for contents has to resume the session of this one, and no other.
    client: Client,
    line: Option<Line>,
    /// What came and was not read yet.
    ahead: Vec<u8>,
    host: String,
    silence: Duration,
    /// What the server can do beside what every server can, in capital letters.
    features: Vec<String>,
}

impl Control {
    /// Connects and logs in.
    pub(super) async fn open(cx: &RunContext, wanted: &Wanted) -> Result<Self, Broken> {
        let client = cx.host.http().apart();
        let Wanted { host, port, .. } = wanted;
        let connecting =
            timeout(wanted.connecting, client.line_through(host, *port, wanted.proxy.as_ref())).await;
        let line = connecting
            .map_err(|_| {
                Broken::new(format!("there was no connection to `{host}` within {:?}", wanted.connecting))
            })?
            .map_err(|error| Broken::new(error.message))?;
        let mut control = Self {
            client,
            line: Some(line),
            ahead: Vec::new(),
            host: host.clone(),
            silence: wanted.silence,
            features: Vec::new(),
        };
        if wanted.security.is_some_and(|security| security.mode == Mode::Implicit) {
            control.secure(wanted).await?;
        }
        let hello = control.reply().await?;
        control.expect(&hello, 2, "does not greet us")?;
        if wanted.security.is_some_and(|security| security.mode == Mode::Explicit) {
            let reply = control.order("AUTH TLS", "").await?;
            control.expect(
                &reply,
                2,
                "takes no TLS; `mode: IMPLICIT` or FTP without TLS may be what it speaks",
            )?;
            control.secure(wanted).await?;
        }
        control.log_in(wanted).await?;
        if let Some(security) = wanted.security {
            let protection = if security.encrypts_data { "P" } else { "C" };
            for (order, argument) in [("PBSZ", "0"), ("PROT", protection)] {
                let reply = control.order(order, argument).await?;
                control.expect(&reply, 2, "does not take `dataChannelProtectionLevel` as it is")?;
            }
        }
        control.prepare().await?;
        Ok(control)
    }

    /// Makes the connection a secure one. What came before that in the clear could be anybody's.
    async fn secure(&mut self, wanted: &Wanted) -> Result<(), Broken> {
        if !self.ahead.is_empty() {
            return Err(Broken::new(format!("`{}` says more than it may before TLS begins", self.host)));
        }
        let trusts_all = wanted.security.is_some_and(|security| security.trusts_all);
        let Some(line) = self.line.take() else { return Err(self.closed()) };
        let secured = timeout(wanted.connecting, self.client.secure(line, &self.host, trusts_all)).await;
        let secured =
            secured.map_err(|_| Broken::new(format!("`{}` does not begin TLS: see `mode`", self.host)))?;
        self.line = Some(secured.map_err(|error| Broken::new(error.message))?);
        Ok(())
    }

    async fn log_in(&mut self, wanted: &Wanted) -> Result<(), Broken> {
        let mut reply = self.order("USER", wanted.user.expose()).await?;
        if reply.code == 331 {
            reply = self.order("PASS", wanted.password.expose()).await?;
        }
        if reply.code / 100 == 2 {
            return Ok(());
        }
        let (host, user) = (&self.host, wanted.user.masked());
        let advice = match (reply.code, wanted.security) {
            (332, _) => "; it wants an account, which is not supported",
            (530..=534, None) => "; it may want TLS: see the tasks of `fs.ftps`",
            _ => "",
        };
        Err(Broken::new(format!("`{host}` does not let `{user}` in: {}{advice}", reply.words())))
    }

    /// Bytes as they are, names in UTF-8, and what the server can do.
    async fn prepare(&mut self) -> Result<(), Broken> {
        let reply = self.order("FEAT", "").await?;
        if reply.code == 211 {
            self.features = reply.text.lines().map(|line| line.trim().to_ascii_uppercase()).collect();
        }
        if self.can("UTF8") {
            // Whether it does so anyway is its own business.
            let _as_it_is = self.order("OPTS", "UTF8 ON").await?;
        }
        let reply = self.order("TYPE", "I").await?;
        self.expect(&reply, 2, "does not send bytes as they are")
    }

    pub(super) fn can(&self, feature: &str) -> bool {
        self.features.iter().any(|known| known.split(' ').next() == Some(feature))
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn line(&self) -> Result<&Line, Broken> {
        self.line.as_ref().ok_or_else(|| self.closed())
    }

    /// Gives an order, and waits for the reply.
    pub(super) async fn order(&mut self, order: &str, argument: &str) -> Result<Reply, Broken> {
        self.give(order, argument).await?;
        self.reply().await
    }

    /// Gives an order.
    pub(super) async fn give(&mut self, order: &str, argument: &str) -> Result<(), Broken> {
        if argument.contains(['\r', '\n', '\0']) {
            return Err(Broken::new(format!("a line break cannot be sent to `{}`", self.host)));
        }
        let space = if argument.is_empty() { "" } else { " " };
        // What telnet reads as a command is sent twice.
        let mut bytes = Vec::new();
        for byte in format!("{order}{space}{argument}\r\n").into_bytes() {
            bytes.push(byte);
            if byte == 0xff {
                bytes.push(byte);
            }
        }
        let (silence, closed) = (self.silence, self.closed());
        let Some(line) = &mut self.line else { return Err(closed) };
        let sent = timeout(silence, async {
            line.write_all(&bytes).await?;
            line.flush().await
        });
        match sent.await {
            Ok(Ok(())) => Ok(()),
            _ => Err(closed),
        }
    }

    /// The next reply.
    pub(super) async fn reply(&mut self) -> Result<Reply, Broken> {
        loop {
            if let Some((reply, end)) = parsed(&self.ahead) {
                self.ahead.drain(..end);
                return Ok(reply);
            }
            if self.ahead.len() > REPLY_MAX {
                return Err(Broken::new(format!(
                    "a reply of `{}` does not end: is it a server of FTP?",
                    self.host
                )));
            }
            let (silence, closed) = (self.silence, self.closed());
            let Some(line) = &mut self.line else { return Err(closed) };
            match timeout(silence, line.read_buf(&mut self.ahead)).await {
                Ok(Ok(0) | Err(_)) => return Err(closed),
                Ok(Ok(_)) => {}
                Err(_) => {
                    return Err(Broken::new(format!("`{}` did not answer within {silence:?}", self.host)));
                }
            }
        }
    }

    /// Whether a reply is one of this hundred; else the failure, which begins so.
    pub(super) fn expect(&self, reply: &Reply, hundred: u16, what: &str) -> Result<(), Broken> {
        if reply.code / 100 == hundred {
            return Ok(());
        }
        Err(Broken::new(format!("`{}` {what}: {}", self.host, reply.words())))
    }

    fn closed(&self) -> Broken {
        Broken::new(format!("`{}` closed the connection", self.host))
    }
}

impl Reply {
    /// As the person sees it.
    pub(super) fn words(&self) -> String {
        format!("{} {}", self.code, self.text.lines().next().unwrap_or_default())
    }
}

/// The first reply in these bytes, and where it ends; `None` as long as it is not whole.
fn parsed(bytes: &[u8]) -> Option<(Reply, usize)> {
    let (mut end, mut text) = (0, String::new());
    let mut code = None;
    loop {
        let length = bytes.get(end..)?.iter().position(|byte| *byte == b'\n')?;
        let line = String::from_utf8_lossy(&bytes[end..end + length]);
        let line = line.trim_end_matches('\r');
        end += length + 1;
        let number: Option<u16> = line
            .get(..3)
            .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|number| number.parse().ok());
        let goes_on = line.as_bytes().get(3) == Some(&b'-');
        let own = line.get(4..).unwrap_or_default();
        match (code, number) {
            // A line that is no reply: kept, so that the person sees what is there.
            (None, None) => return Some((Reply { code: 0, text: line.to_owned() }, end)),
            (None, Some(number)) if !goes_on => {
                return Some((Reply { code: number, text: own.to_owned() }, end));
            }
            (None, Some(number)) => {
                code = Some(number);
                text.push_str(own);
            }
            (Some(first), Some(number)) if first == number && !goes_on => {
                if !own.is_empty() {
                    text.push('\n');
                    text.push_str(own);
                }
                return Some((Reply { code: number, text }, end));
            }
            (Some(_), _) => {
                text.push('\n');
                text.push_str(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_may_have_many_lines() {
        let reply = |code, text: &str| Reply { code, text: text.to_owned() };
        for (bytes, wanted) in [
            ("220 hello\r\n", Some((reply(220, "hello"), 11))),
            ("220 hel", None),
            ("230-one\r\n230 two\r\nrest", Some((reply(230, "one\ntwo"), 18))),
            (
                "211-Features:\r\n MDTM\r\n 211 x\r\n211 End\r\n",
                Some((reply(211, "Features:\n MDTM\n 211 x\nEnd"), 39)),
            ),
            ("211-Features:\r\n MDTM\r\n", None),
            ("SSH-2.0-x\r\n", Some((reply(0, "SSH-2.0-x"), 11))),
            ("250\r\n", Some((reply(250, ""), 5))),
        ] {
            assert_eq!(parsed(bytes.as_bytes()), wanted, "{bytes:?}");
        }
    }
}
