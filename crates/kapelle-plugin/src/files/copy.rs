//! Reading and copying files in parts, as long as the attempt may go on.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use crate::{Broken, RunContext};
use kapelle_model::{Failure, Text};

use super::paths::prepare;

/// Bytes that are read at once.
const PART_BYTES: usize = 64 << 10;

/// Copies everything; ends early when the attempt has to. How many bytes.
pub fn copy(cx: &RunContext, from: &mut dyn Read, to: &mut dyn Write) -> Result<u64, Broken> {
    let mut part = vec![0; PART_BYTES];
    let mut bytes = 0;
    loop {
        cx.go_on()?;
        match from.read(&mut part) {
            Ok(0) => return Ok(bytes),
            Ok(count) => {
                to.write_all(&part[..count])?;
                bytes += count as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Opens the file of an address that a flow gave.
pub fn open(cx: &RunContext, address: &Text) -> Result<Box<dyn Read + Send>, Failure> {
    check_address(cx, address)?;
    let opened = cx.host.files().open(address.expose());
    opened.map_err(|failure| {
        if address.has_secret() {
            Failure::new(format!("the file `{}` cannot be read", address.masked()))
        } else {
            failure
        }
    })
}

/// What is no address is told before anything is done.
pub fn check_address(cx: &RunContext, address: &Text) -> Result<(), Failure> {
    if cx.host.files().is_address(address.expose()) {
        return Ok(());
    }
    Err(Failure::new(format!("Invalid internal storage scheme, got uri '{}'", address.masked())))
}

/// Begins a file of a directory, with the folders above it.
pub fn create(directory: &Path, path: &str) -> Result<File, Failure> {
    let place = prepare(directory, path)?;
    File::create(place).map_err(|error| Failure::new(format!("the file `{path}` cannot be written: {error}")))
}
