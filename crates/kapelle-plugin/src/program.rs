//! What programs say, wherever they run: their output becomes lines, and some lines are messages to Kapelle.

mod group;
mod lines;
mod listener;
mod message;

pub use group::Group;
pub use lines::{Line, Splitter};
pub use listener::{JsonLines, Listener};

/// Where programs are if nothing else is said.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Which of the two a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Out,
    Error,
}

/// Who hears the lines of a program, in the order of each stream.
pub trait Lines: Send {
    fn line(&mut self, stream: Stream, line: Line);
}
