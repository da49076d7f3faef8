//! How a command ends, as the shell sees it.

use crate::terminal;

/// The exit code of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Outcome {
    Ok = 0,
    /// Something is wrong with a flow, or the work could not be done.
    Errors = 1,
    /// The command line asks for something that makes no sense.
    Usage = 2,
    /// Ctrl+C.
    Interrupted = 130,
}

impl Outcome {
    pub(crate) fn errors_if(failed: bool) -> Self {
        if failed { Self::Errors } else { Self::Ok }
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Another command line would do it.
    Usage(String),
    /// The command line is fine, the world is not.
    Failed(anyhow::Error),
}

pub(crate) type Ending = Result<Outcome, Stop>;

impl Stop {
    pub(crate) fn tell(self) -> Outcome {
        match self {
            Self::Usage(message) => {
                terminal::note(&format!("error: {message}"));
                Outcome::Usage
            }
            Self::Failed(error) => {
                terminal::note(&format!("error: {error:#}"));
                Outcome::Errors
            }
        }
    }
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}
