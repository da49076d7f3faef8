//! What must be accepted: the forms of all versions of the language, old names, and the additions of Kapelle.

mod aliases;
mod plugins;
mod properties;
mod seeds;
mod versions;
