//! Tasks over streams of Kinesis.

mod put_records;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<put_records::PutRecords>();
}
