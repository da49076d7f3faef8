//! Connections to where tasks may connect.

use std::time::Duration;

use kapelle_http::Line;
use kapelle_plugin::RunContext;
use tokio::time::timeout;

use crate::wrong::Wrong;

pub(crate) async fn open(cx: &RunContext, (host, port): (&str, u16), limit: Duration) -> Result<Line, Wrong> {
    match timeout(limit, cx.host.http().line(host, port)).await {
        Ok(opened) => opened.map_err(|error| Wrong::lost(error.message)),
        Err(_) => {
            Err(Wrong::lost(format!("`{host}` did not answer on port {port} within {} s", limit.as_secs())))
        }
    }
}
