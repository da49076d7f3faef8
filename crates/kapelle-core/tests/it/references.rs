//! What will surprise at run time: each warning where it belongs, and nowhere else.

mod branches;
mod names;
mod order;
mod places;
mod secrets;
mod triggers;
