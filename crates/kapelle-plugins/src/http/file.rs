//! Content of an answer that becomes a file, as it comes.

use std::io::Write;

use kapelle_http::Response;
use kapelle_plugin::{Broken, Name, RunContext};

use super::exchange::unless_stopped;

/// The address and the size of the file.
pub(crate) async fn into_file(
    cx: &RunContext,
    response: &mut Response,
    name: Name<'_>,
) -> Result<(String, u64), Broken> {
    let mut file = cx.host.files().create(name)?;
    let mut length = 0;
    while let Some(chunk) = unless_stopped(cx, response.chunk()).await? {
        file.write_all(&chunk)?;
        length += chunk.len() as u64;
    }
    Ok((file.finish()?, length))
}
