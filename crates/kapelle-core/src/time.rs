//! Times as flows write them: durations, dates, zones and schedules.
//!
//! Flows were written for Java, so every reader here accepts what the Java class of the same purpose accepts, and
//! says in words what is wrong with the rest. Nothing here knows what time it is, and zones come from data inside the

pub mod date;
pub mod duration;
pub mod zone;
