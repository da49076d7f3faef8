//! The command line of a shepherd: `--grace MILLIS --sandbox WORD --temporary FOLDER --keep-tmp --limit NAME=N -- PROGRAM …`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::limits::Limit;

#[derive(Debug)]
pub(super) struct Arguments {
    pub(super) grace: Duration,
    pub(super) sandbox: Sandbox,
    /// What becomes `/tmp`.
    pub(super) temporary: Option<PathBuf>,
    /// The program needs something that is in `/tmp`: it stays as it is.
    pub(super) keeps_tmp: bool,
    pub(super) limits: Vec<Limit>,
    pub(super) program: OsString,
    pub(super) rest: Vec<OsString>,
}

/// How much a program is kept apart from the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sandbox {
    Off,
    /// What the kernel allows.
    Best,
    /// All of it, or the program is not started.
    Strict,
}

impl Arguments {
    pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let (mut grace, mut sandbox) = (Duration::ZERO, Sandbox::Best);
        let (mut temporary, mut keeps_tmp, mut limits) = (None, false, Vec::new());
        loop {
            let name = arguments.next().unwrap_or_default();
            let mut value = || arguments.next().ok_or_else(|| format!("{} has no value", name.display()));
            match name.to_str() {
                Some("--grace") => grace = Duration::from_millis(number(&value()?)?),
                Some("--sandbox") => sandbox = read_sandbox(&value()?)?,
                Some("--temporary") => temporary = Some(PathBuf::from(value()?)),
                Some("--keep-tmp") => keeps_tmp = true,
                Some("--limit") => limits.push(read_limit(&value()?)?),
                Some("--") => break,
                _ => return Err(format!("a shepherd does not know the argument `{}`", name.display())),
            }
        }
        let program = arguments.next().ok_or("a shepherd needs a program after `--`")?;
        Ok(Self { grace, sandbox, temporary, keeps_tmp, limits, program, rest: arguments.collect() })
    }
}

fn number(text: &OsString) -> Result<u64, String> {
    let number = text.to_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| format!("`{}` is no number", text.display()))
}

fn read_sandbox(word: &OsString) -> Result<Sandbox, String> {
    match word.to_str() {
        Some("off") => Ok(Sandbox::Off),
        Some("best") => Ok(Sandbox::Best),
        Some("strict") => Ok(Sandbox::Strict),
        _ => Err(format!("there is no sandbox `{}`: there are best, strict and off", word.display())),
    }
}

fn read_limit(text: &OsString) -> Result<Limit, String> {
    let (name, value) = text.to_str().and_then(|text| text.split_once('=')).unwrap_or_default();
    Limit::read(name, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, String> {
        Arguments::read(line.split(' ').map(OsString::from))
    }

    #[test]
    fn everything_before_two_dashes_is_the_shepherds_and_everything_after_the_programs() {
        let read =
            read("--grace 1500 --sandbox off --temporary /t --limit files=9 -- /bin/sh -c --grace").unwrap();
        assert_eq!((read.grace, read.sandbox), (Duration::from_millis(1500), Sandbox::Off));
        assert_eq!(read.temporary, Some("/t".into()));
        assert_eq!(read.limits[0].to_string(), "files=9");
        assert_eq!((read.program, read.rest), ("/bin/sh".into(), vec!["-c".into(), "--grace".into()]));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (line, words) in [
            ("", "a shepherd does not know the argument ``"),
            ("--", "a shepherd needs a program after `--`"),
            ("--grace", "--grace has no value"),
            ("--grace soon -- a", "`soon` is no number"),
            ("--sandbox sand -- a", "there is no sandbox `sand`: there are best, strict and off"),
            ("--limit hope=1 -- a", "there is no limit `hope`"),
        ] {
            assert_eq!(read(line).unwrap_err(), words);
        }
    }
}
