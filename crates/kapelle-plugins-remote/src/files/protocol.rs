//! A way to files of other machines.

use std::future::Future;
use std::time::Duration;

use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::path::encoded;
use super::place::Place;

/// How long work that is stopped may take to tidy up after itself.
const GRACE: Duration = Duration::from_secs(3);

/// A way to files of other machines, with the properties that all its tasks have.
pub(crate) trait Protocol: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    const DELETE: &'static str;
    const DOWNLOAD: &'static str;
    const DOWNLOADS: &'static str;
    const LIST: &'static str;
    const MOVE: &'static str;
    const TRIGGER: &'static str;
    const UPLOAD: &'static str;
    const UPLOADS: &'static str;

    type Place: Place;

    /// Where the server is.
    fn address(&self, cx: &RunContext) -> Result<Address, Failure>;

    /// Logs in.
    fn open(
        &self,
        cx: &RunContext,
        address: &Address,
    ) -> impl Future<Output = Result<Self::Place, Broken>> + Send;
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) scheme: &'static str,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Paths begin where a login lands, and not at the root of the server.
    pub(crate) begins_at_home: bool,
}

impl Address {
    /// The address of a file. It names nobody, for it goes into outputs.
    pub(super) fn uri(&self, path: &str) -> String {
        let Self { scheme, host, port, .. } = self;
        let path = encoded(path);
        if host.contains(':') {
            format!("{scheme}://[{host}]:{port}{path}")
        } else {
            format!("{scheme}://{host}:{port}{path}")
        }
    }

    /// The failure of a path at which nothing is.
    pub(super) fn absent(&self, path: &str) -> Broken {
        let hint = if self.begins_at_home {
            " (paths begin at the folder that the login lands in; with `rootDir: false` at the root of the server)"
        } else {
            ""
        };
        Broken::new(format!("`{path}` does not exist on `{}`{hint}", self.host))
    }
}

/// A server that is logged in to.
pub(super) struct Open<P: Protocol> {
    pub(super) place: P::Place,
    pub(super) address: Address,
}

/// Logs in, unless the attempt has to end.
pub(super) async fn open<P: Protocol>(cx: &RunContext, protocol: &P) -> Result<Open<P>, Broken> {
    let address = protocol.address(cx)?;
    let opened = cx.stop.run_until_cancelled(protocol.open(cx, &address)).await;
    let place = opened.unwrap_or_else(|| Err(Broken::killed()))?;
    Ok(Open { place, address })
}

/// Does work. It looks by itself at whether it may go on; if it does not get to that, it is given up.
pub(super) async fn within_grace<T>(
    cx: &RunContext,
    work: impl Future<Output = Result<T, Broken>>,
) -> Result<T, Broken> {
    tokio::select! {
        done = work => done,
        () = async { cx.stopped().await; tokio::time::sleep(GRACE).await } => Err(Broken::killed()),
    }
}
