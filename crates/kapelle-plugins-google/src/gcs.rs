//! Tasks and triggers over buckets of Cloud Storage; [`crate::store`] does the work.

mod bucket;
mod compose;
mod copy;
mod create_bucket;
mod create_bucket_iam_policy;
mod delete;
mod delete_bucket;
mod delete_list;
mod download;
mod downloads;
mod list;
mod trigger;
mod update_bucket;
mod upload;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<compose::Compose>();
    r.task::<copy::Copy>();
    r.task::<create_bucket::CreateBucket>();
    r.task::<create_bucket_iam_policy::CreateBucketIamPolicy>();
    r.task::<delete::Delete>();
    r.task::<delete_bucket::DeleteBucket>();
    r.task::<delete_list::DeleteList>();
    r.task::<download::Download>();
    r.task::<downloads::Downloads>();
    r.task::<list::List>();
    r.task::<update_bucket::UpdateBucket>();
    r.task::<upload::Upload>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;
