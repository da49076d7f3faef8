//! What a rendering is given: the variables, the services, the settings, the limits.

use jiff::tz::TimeZone;
use kapelle_model::{Map, Value};

use super::services::Services;
use crate::language::Language;
use crate::time::locale::Locale;

/// The variables of a rendering by their first name. What is dear to load is loaded when it is asked for, and kept.
pub trait Context {
    fn get(&self, name: &str) -> Option<&Value>;

    /// All names there are, for suggestions and `fetchContext()`.
    fn names(&self) -> Vec<&str>;
}

impl Context for Map {
    fn get(&self, name: &str) -> Option<&Value> {
        Self::get(self, name)
    }

    fn names(&self) -> Vec<&str> {
        self.keys().map(AsRef::as_ref).collect()
    }
}

/// Everything that a rendering may see and do.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    pub context: &'a dyn Context,
    pub services: &'a dyn Services,
    pub settings: &'a Settings,
}

/// How an installation renders.
#[derive(Clone, Debug)]
pub struct Settings {
    pub language: Language,
    /// The zone of the server, for dates that name none.
    pub zone: TimeZone,
    pub locale: Locale,
    /// Results are rendered again until they no longer change.
    pub recursive: bool,
    /// `secret()` gives stars, for looking at expressions.
    pub hide_secrets: bool,
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::One,
            zone: TimeZone::UTC,
            locale: Locale::default(),
            recursive: false,
            hide_secrets: false,
            limits: Limits::default(),
        }
    }
}

/// What one rendering may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps of the evaluation: an operator, a call, an iteration.
    pub steps: u64,
    /// Bytes of all values made on the way.
    pub memory_bytes: usize,
    /// Bytes of the result.
    pub output_bytes: usize,
    /// Iterations of all loops.
    pub iterations: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 1_000_000, memory_bytes: 64 << 20, output_bytes: 1 << 20, iterations: 100_000 }
    }
}
