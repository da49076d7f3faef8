//! The servers that are measured: one that this process starts, one that runs already, and one that only answers.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use kapelle_core::expression::plain;
use kapelle_server::serve_bare;
use tokio::net::TcpListener;

use super::now;
use super::wire::Connection;
use crate::outcome::{Ending, Stop};
use crate::terminal::note;

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_mins(2);

/// Between two questions whether it is there.
const LOOK: Duration = Duration::from_millis(1);

/// Where a server is, and how its clients say who they are.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) address: Arc<str>,
    /// The line of the header with its end, or nothing.
    login: Arc<str>,
}

impl Server {
    pub(super) fn at(url: &str, user: Option<&str>) -> Result<Self, Stop> {
        let address = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let address = address.filter(|address| !address.contains('/'));
        let address = address.ok_or_else(|| {
            Stop::Usage(format!("`{url}`: it has to be a server over HTTP, such as http://localhost:8080"))
        })?;
        let address = if address.contains(':') { address.to_owned() } else { format!("{address}:80") };
        let login =
            user.map(|user| format!("Authorization: Basic {}\r\n", plain::to_base64(user.as_bytes())));
        Ok(Self { address: address.into(), login: login.unwrap_or_default().into() })
    }

    /// A request as it goes over the wire.
    pub(super) fn request(&self, method: &str, path: &str, media: &str, body: &str) -> Vec<u8> {
        let Self { address, login } = self;
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n{login}Content-Type: {media}\r\n");
        format!("{head}Content-Length: {length}\r\n\r\n{body}").into_bytes()
    }

    pub(super) fn get(&self, path: &str) -> Vec<u8> {
        self.request("GET", path, "text/plain", "")
    }
}

/// A server that ends with this process.
pub(super) struct Started {
    pub(super) server: Server,
    /// How long it took until it answered.
    pub(super) took: Duration,
    child: Child,
    /// Its folder. The one that only answers has none.
    folder: Option<PathBuf>,
}

impl Started {
    /// A server with an empty folder and an account.
    pub(super) async fn fresh() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("kapelle-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Self::in_folder(folder).await
    }

    async fn in_folder(folder: PathBuf) -> anyhow::Result<Self> {
        const ACCOUNT: &str = "bench@example.com:Bench1234";
        let (name, password) = ACCOUNT.split_once(':').expect("there is a colon");
        let address = free().await?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["server", "local", "--host", "127.0.0.1", "--management-port", "0"]);
        command.args(["--port", address.rsplit(':').next().unwrap_or_default()]).arg("--data").arg(&folder);
        command.env("KESTRA_CONFIGURATION", "kestra: {tutorial-flows: {enabled: false}}");
        command
            .env("KESTRA_SERVER_BASIC_AUTH_USERNAME", name)
            .env("KESTRA_SERVER_BASIC_AUTH_PASSWORD", password);
        let server =
            Server::at(&format!("http://{address}"), Some(ACCOUNT)).map_err(|_| anyhow!("no address"))?;
        Self::spawn(command, server, Some(folder)).await
    }

    /// One that only answers.
    pub(super) async fn bare() -> anyhow::Result<Self> {
        let address = free().await?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "--bare", "--server", &address]);
        let server = Server::at(&format!("http://{address}"), None).map_err(|_| anyhow!("no address"))?;
        Self::spawn(command, server, None).await
    }

    async fn spawn(mut command: Command, server: Server, folder: Option<PathBuf>) -> anyhow::Result<Self> {
        let began = now();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().context("the server cannot be started")?;
        let health = server.get("/health");
        loop {
            if let Ok(mut connection) = Connection::open(&server).await
                && connection.ask(&health).await.is_ok_and(|answer| answer.status == 200)
            {
                let took = began.elapsed();
                return Ok(Self { server, took, child, folder });
            }
            if let Some(status) = child.try_wait()? {
                bail!("the server does not start: {status}");
            }
            if began.elapsed() > PATIENCE {
                child.kill()?;
                bail!("the server is not there after {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Ends it without a word, and starts it in the same folder.
    pub(super) async fn again(mut self) -> anyhow::Result<Self> {
        let folder = self.folder.take().ok_or_else(|| anyhow!("it has no folder"))?;
        drop(self);
        Self::in_folder(folder).await
    }

    pub(super) fn resident_mib(&self) -> anyhow::Result<f64> {
        let path = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib: f64 =
            line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok()).unwrap_or_default();
        Ok(kib / 1_024.0)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended before.
        self.child.kill().ok();
        self.child.wait().ok();
        if let Some(folder) = &self.folder
            && let Err(error) = std::fs::remove_dir_all(folder)
        {
            note(&format!("warning: {} is left behind: {error}", folder.display()));
        }
    }
}

/// An address of this machine that nobody has at the moment.
async fn free() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.to_string())
}

/// The process that only answers.
pub(super) fn answer_only(address: Option<&str>) -> Ending {
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let tokio = tokio.context("no threads")?;
    let served = tokio.block_on(async {
        let listener = TcpListener::bind(address.unwrap_or("127.0.0.1:0")).await?;
        serve_bare(listener).await
    });
    match served.context("the server that only answers has ended")? {}
}
