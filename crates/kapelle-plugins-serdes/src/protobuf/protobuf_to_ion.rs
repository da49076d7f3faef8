//! `io.kestra.plugin.serdes.protobuf.ProtobufToIon`: makes rows of messages of Protobuf.

use std::io::{BufRead, BufReader, Read};

use kapelle_model::{Failure, Text};
use kapelle_plugin::files::open;
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::Types;
use super::message::Reading;
use crate::converted::Converted;

/// Bytes of a message, and of a descriptor.
const MESSAGE_BYTES_MAX: u64 = 64 << 20;

/// # Convert Protobuf to Ion
///
/// Makes a row of each message of a file. Fields are as Protobuf writes them in JSON: names in camel case, enums by name,
/// numbers of 64 bits as text, bytes as text in base64, moments as text. Fields that are not set are left out.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProtobufToIon {
    /// The address of the file.
    from: Expr<Text>,
    /// The address of a descriptor, as `protoc --include_imports --descriptor_set_out` writes it.
    descriptor_file: Expr<Text>,
    /// The full name of the message, such as `company.team.Order`.
    type_name: Expr<String>,
    /// Whether the file has many messages, each with its length in front; otherwise it is one message.
    delimited: Option<Expr<bool>>,
    /// Whether a field that the descriptor does not have is an error; it is left out if nothing is said.
    error_on_unknown_fields: Option<Expr<bool>>,
}

impl Task for ProtobufToIon {
    const TYPE: &'static str = "io.kestra.plugin.serdes.protobuf.ProtobufToIon";
    const HAS_EFFECTS: bool = false;
    type Output = Converted;

    async fn run(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl ProtobufToIon {
    fn work(&self, cx: &RunContext) -> Result<Converted, Broken> {
        let from = cx.render(&self.from)?;
        let name = cx.render(&self.type_name)?;
        let is_delimited = cx.filled(self.delimited.as_ref())?.unwrap_or(false);
        let descriptor = whole(&mut open(cx, &cx.render(&self.descriptor_file)?)?, "the descriptor")?;
        let types = Types::read(&descriptor).map_err(|reason| {
            Failure::new(format!(
                "the descriptor cannot be read: {reason}; make it with `protoc --include_imports --descriptor_set_out`"
            ))
        })?;
        let name = name.trim().trim_start_matches('.');
        if !types.messages.contains_key(name) {
            let there: Vec<&str> = types.messages.keys().map(String::as_str).take(20).collect();
            return Err(Broken::new(format!(
                "the descriptor has no message `{name}`: there are {}",
                there.join(", ")
            )));
        }
        let refuses_unknown = cx.filled(self.error_on_unknown_fields.as_ref())?.unwrap_or(false);
        let reading = Reading { types: &types, refuses_unknown };
        let mut file = RowFile::create(cx)?;
        let mut content = BufReader::with_capacity(64 << 10, open(cx, &from)?);
        let mut number = 0;
        while let Some(bytes) = next(&mut content, is_delimited, number)? {
            number += 1;
            let row = reading.message(name, &bytes, 0);
            file.add(&row.map_err(|reason| Failure::new(format!("message {number}: {reason}")))?)?;
        }
        Converted::rows(cx, file)
    }
}

/// The bytes of the next message.
fn next(content: &mut impl BufRead, is_delimited: bool, number: u64) -> Result<Option<Vec<u8>>, Broken> {
    if !is_delimited {
        return if number > 0 { Ok(None) } else { whole(content, "the message").map(Some) };
    }
    if content.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let wrong = || Failure::new(format!("message {}: its length is wrong, or the file is cut", number + 1));
    let mut length: u64 = 0;
    for shift in (0..35).step_by(7) {
        let mut byte = [0];
        content.read_exact(&mut byte).map_err(|_| wrong())?;
        length |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    if length > MESSAGE_BYTES_MAX {
        return Err(wrong().into());
    }
    let mut bytes = Vec::new();
    content.take(length).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Err(wrong().into());
    }
    Ok(Some(bytes))
}

fn whole(from: &mut dyn Read, what: &str) -> Result<Vec<u8>, Broken> {
    let mut bytes = Vec::new();
    from.take(MESSAGE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MESSAGE_BYTES_MAX {
        return Err(Broken::new(format!("{what} has more than {} MB", MESSAGE_BYTES_MAX >> 20)));
    }
    Ok(bytes)
}
