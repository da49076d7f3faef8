//! Tasks over topics of SNS.

mod publish;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<publish::Publish>();
}
