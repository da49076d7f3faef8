//! Whose answers are given where versions of Kestra cannot be united. Everything else is the same for all clients.

/// A line of Kestra.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// 0.21 to 1.3.
    First,
    #[default]
    Second,
}
