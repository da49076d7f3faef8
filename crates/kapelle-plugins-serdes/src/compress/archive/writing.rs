//! Writing archives.

use std::io::{self, Read, Write};

use kapelle_model::Failure;
use kapelle_plugin::files::copy;
use kapelle_plugin::{Broken, RunContext};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::super::packing::Packing;
use super::{Form, ar, cpio, unknown};

type To = Box<dyn Packing>;

/// An archive that is written.
pub(in crate::compress) enum Archive {
    Ar(To),
    Cpio(To, u32),
    Tar(tar::Builder<To>),
    Zip(Box<ZipWriter<StreamWriter<To>>>),
}

impl Archive {
    pub(in crate::compress) fn begin(form: Form, mut to: To) -> Result<Self, Broken> {
        Ok(match form {
            Form::Ar => {
                ar::begin(&mut to)?;
                Self::Ar(to)
            }
            Form::Cpio => Self::Cpio(to, 0),
            Form::Tar => Self::Tar(tar::Builder::new(to)),
            Form::Jar | Form::Zip => Self::Zip(Box::new(ZipWriter::new_stream(to))),
            Form::Arj | Form::Dump => return Err(unknown(form).into()),
        })
    }

    /// Adds a file of so many bytes.
    pub(in crate::compress) fn add(
        &mut self,
        cx: &RunContext,
        path: &str,
        bytes: u64,
        content: &mut dyn Read,
    ) -> Result<(), Broken> {
        let mut content = Exactly { from: content, left: bytes };
        match self {
            Self::Ar(to) => {
                ar::header(to, path, bytes)?;
                copy(cx, &mut content, to)?;
                to.write_all(ar::filling(path, bytes))?;
            }
            Self::Cpio(to, count) => {
                *count += 1;
                cpio::header(to, path, *count, bytes)?;
                copy(cx, &mut content, to)?;
                cpio::filled(to, bytes)?;
            }
            Self::Tar(to) => {
                let mut header = tar::Header::new_gnu();
                header.set_size(bytes);
                header.set_mode(0o644);
                cx.go_on()?;
                to.append_data(&mut header, path, Stoppable { cx, from: content })?;
            }
            Self::Zip(to) => {
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Deflated)
                    .large_file(bytes >= u64::from(u32::MAX));
                to.start_file(path, options).map_err(|error| told(&error))?;
                copy(cx, &mut content, to)?;
            }
        }
        Ok(())
    }

    /// Writes what is missing.
    pub(in crate::compress) fn finish(self) -> Result<To, Broken> {
        Ok(match self {
            Self::Ar(to) => to,
            Self::Cpio(mut to, _) => {
                cpio::end(&mut to)?;
                to
            }
            Self::Tar(to) => to.into_inner()?,
            Self::Zip(to) => to.finish().map_err(|error| told(&error))?.into_inner(),
        })
    }
}

fn told(error: &zip::result::ZipError) -> Failure {
    Failure::new(format!("the archive cannot be written: {error}"))
}

/// As many bytes as were promised.
struct Exactly<'f> {
    from: &'f mut dyn Read,
    left: u64,
}

impl Read for Exactly<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = (&mut *self.from).take(self.left).read(to)?;
        if count == 0 && self.left > 0 && !to.is_empty() {
            return Err(io::Error::other("a file became shorter while it was read"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Ends early when the attempt has to.
struct Stoppable<'s, R> {
    cx: &'s RunContext,
    from: R,
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.cx.is_stopped() {
            return Err(io::Error::other("it was stopped"));
        }
        self.from.read(to)
    }
}
