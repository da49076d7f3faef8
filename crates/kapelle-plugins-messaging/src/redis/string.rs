//! Keys with a text or a number.

mod delete;
mod get;
mod increment;
mod set;
mod ttl;

use kapelle_plugin::Registry;

pub(super) fn register(r: &mut Registry) {
    r.task::<delete::Delete>();
    r.task::<get::Get>();
    r.task::<increment::Increment>();
    r.task::<set::Set>();
    r.task::<ttl::Ttl>();
}

#[cfg(test)]
mod tests;
