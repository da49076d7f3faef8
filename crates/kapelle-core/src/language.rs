//! The language level: where the same text means two things, this decides.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// As Kestra 0.x and 1.x read it.
    #[default]
    One,
    /// As Kestra 2.0 reads it.
    Two,
}
