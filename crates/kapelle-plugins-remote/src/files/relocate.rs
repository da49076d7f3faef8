//! Moves a file or a folder of a server.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::path::plain;
use super::place::Place;
use super::protocol::{Open, Protocol, open, within_grace};
use super::putting::{Taken, destination, prepare};

/// # Move a file on another machine
///
/// Moves a file or a folder of a server of SFTP, FTP or FTPS to another path. Folders above it are made.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound = "P: Protocol")]
#[schemars(bound = "P: Protocol")]
pub(super) struct Move<P> {
    #[serde(flatten)]
    protocol: P,
    /// The file or folder.
    from: Expr<String>,
    /// Where it is moved to: a path, or a folder.
    to: Expr<String>,
    /// Whether a file that is there already is replaced.
    overwrite: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// Where it was.
    from: String,
    /// Where it is now.
    to: String,
}

impl<P: Protocol> Task for Move<P> {
    const TYPE: &'static str = P::MOVE;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let (from, to) = (plain(&cx.render(&self.from)?)?, cx.render(&self.to)?);
        let taken = Taken::replaces(cx.filled(self.overwrite.as_ref())?.unwrap_or(false));
        let mut open = open(cx, &self.protocol).await?;
        within_grace(cx, relocate(&mut open, &from, &to, taken)).await
    }
}

async fn relocate<P: Protocol>(
    open: &mut Open<P>,
    from: &str,
    to: &str,
    taken: Taken,
) -> Result<Output, Broken> {
    if open.place.look(from).await?.is_none() {
        return Err(open.address.absent(from));
    }
    let to = destination(&mut open.place, to, plain(to)?, from).await?;
    if to != from {
        prepare(&mut open.place, &to, taken).await?;
        open.place.rename(from, &to).await?;
    }
    Ok(Output { from: open.address.uri(from), to: open.address.uri(&to) })
}
