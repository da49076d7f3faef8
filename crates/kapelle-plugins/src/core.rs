//! Tasks of the core that need no network and no program.

mod log;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<log::log_write::LogWrite>();
}
