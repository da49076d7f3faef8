//! Tasks that say who one is, to others than AWS.

mod eks_token;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<eks_token::EksToken>();
}
