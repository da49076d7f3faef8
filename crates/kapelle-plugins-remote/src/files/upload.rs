//! Writes a file of the internal storage to a server.

use kapelle_model::Text;
use kapelle_plugin::files::check_address;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::path::plain;
use super::protocol::{Open, Protocol, open, within_grace};
use super::putting::{Taken, destination, prepare, put};

/// # Upload a file to another machine
///
/// Copies a file of the internal storage to a server of SFTP, FTP or FTPS. Folders above it are made.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound = "P: Protocol")]
#[schemars(bound = "P: Protocol")]
pub(crate) struct Upload<P> {
    #[serde(flatten)]
    protocol: P,
    /// The file, as its address.
    from: Expr<Text>,
    /// Where it is written to: a path, or a folder. Where it is not said, the folder in which paths begin.
    to: Option<Expr<String>>,
    /// Whether a file that is there already is replaced; it is, unless this says `false`.
    overwrite: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The file in the internal storage.
    from: String,
    /// Where it is now.
    to: String,
}

impl<P: Protocol> Task for Upload<P> {
    const TYPE: &'static str = P::UPLOAD;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let (from, to) = (cx.render(&self.from)?, cx.filled(self.to.as_ref())?);
        check_address(cx, &from)?;
        let taken = Taken::replaces(cx.filled(self.overwrite.as_ref())?.unwrap_or(true));
        let mut open = open(cx, &self.protocol).await?;
        within_grace(cx, upload(cx, &mut open, &from, to.as_deref().unwrap_or("/"), taken)).await
    }
}

async fn upload<P: Protocol>(
    cx: &RunContext,
    open: &mut Open<P>,
    from: &Text,
    to: &str,
    taken: Taken,
) -> Result<Output, Broken> {
    let to = destination(&mut open.place, to, plain(to)?, from.expose()).await?;
    prepare(&mut open.place, &to, taken).await?;
    put(cx, &mut open.place, from, &to).await?;
    Ok(Output { from: from.expose().to_owned(), to: open.address.uri(&to) })
}
