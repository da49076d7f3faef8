//! Tasks and a trigger over MinIO, and other servers that speak S3; [`crate::store`] does the work.

mod connection;
mod copy;
mod create_bucket;
mod delete;
mod delete_list;
mod download;
mod downloads;
mod list;
mod trigger;
mod upload;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<copy::Copy>();
    r.task::<create_bucket::CreateBucket>();
    r.task::<delete::Delete>();
    r.task::<delete_list::DeleteList>();
    r.task::<download::Download>();
    r.task::<downloads::Downloads>();
    r.task::<list::List>();
    r.task::<upload::Upload>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;
