//! The moments of a commit, and of working in the journal, for whoever wants to be there: tests let the process die at
//! each of them.

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It has begun, and nothing is written.
    Begun,
    /// The transactions are written, and nothing of them is safe.
    Applied,
    /// All of it is safe, and nobody was told.
    Committed,
    /// Half of those who wait were told.
    Told,
    /// What is in the journal is about to be worked into the tables.
    Folding,
    /// It is in the tables, and nothing of that is safe but what was in the journal.
    Folded,
}

/// Is called at each moment, in the thread that writes.
pub type Watch = Box<dyn Fn(Moment) + Send>;
