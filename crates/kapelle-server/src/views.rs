//! What answers look like, as pure functions of what is kept.
