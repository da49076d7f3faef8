//! Documents in JSON, for servers that have them.

mod delete;
mod get;
mod increment;
mod path;
mod set;

use kapelle_plugin::Registry;

pub(super) fn register(r: &mut Registry) {
    r.task::<delete::Delete>();
    r.task::<get::Get>();
    r.task::<increment::Increment>();
    r.task::<set::Set>();
}

#[cfg(test)]
mod tests;
