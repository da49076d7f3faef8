//! `io.kestra.plugin.core.storage.Reverse`: writes the lines of a file in the opposite order.

use std::io::{BufWriter, Write};

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, Name, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::charset::encoded;
use super::extension;
use super::lines::Lines;
use super::spool::{HELD_BYTES_MAX, Spool};

/// # Reverse a file
///
/// Writes the lines of a file into a new one, the last line first.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct Reverse {
    /// The address of the file.
    from: Expr<Text>,
    /// What separates lines; a line break if nothing is said.
    separator: Option<Expr<String>>,
    /// How the file is encoded: `UTF-8` if nothing is said, `US-ASCII` or `ISO-8859-1`.
    charset: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The address of the new file.
    uri: String,
}

/// Bytes that a line takes in memory beside its own.
const LINE_BYTES: usize = 64;

impl Task for Reverse {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.Reverse";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Reverse {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let from = cx.render(&self.from)?;
        let separator = cx.optional(self.separator.as_ref())?.unwrap_or_else(|| "\n".to_owned());
        let charset = cx.filled(self.charset.as_ref())?.unwrap_or_else(|| "UTF-8".to_owned());
        let separator = encoded(&separator, &charset)?;
        Ok(Output { uri: reversed(cx, &from, &separator)? })
    }
}

/// Reverses as many lines as fit into memory at once, and then the order of these runs.
fn reversed(cx: &RunContext, from: &Text, separator: &[u8]) -> Result<String, Broken> {
    let mut lines = Lines::open(cx, from, separator)?;
    let mut spool = Spool::default();
    let mut runs = Vec::new();
    let (mut held, mut bytes) = (Vec::new(), 0);
    while let Some(line) = lines.next()? {
        bytes += line.len() + LINE_BYTES;
        held.push(line);
        if bytes > HELD_BYTES_MAX {
            runs.push(spool.append(cx, &backwards(&held, separator))?);
            held.clear();
            bytes = 0;
        }
    }
    let mut file = BufWriter::new(cx.host.files().create(Name::Ending(extension(from.expose())))?);
    file.write_all(&backwards(&held, separator))?;
    for run in runs.iter().rev() {
        spool.copy(cx, run, &mut file)?;
    }
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    Ok(file.finish()?)
}

fn backwards(lines: &[Vec<u8>], separator: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(lines.iter().map(|line| line.len() + separator.len()).sum());
    for line in lines.iter().rev() {
        out.extend_from_slice(line);
        out.extend_from_slice(separator);
    }
    out
}
