//! Tasks and triggers over buckets of S3; [`crate::store`] does the work.

mod copy;
mod create_bucket;
mod delete;
mod delete_list;
mod download;
mod downloads;
mod list;
mod trigger;
mod upload;

use kapelle_model::Failure;
use kapelle_plugin::{Expr, Registry, RunContext};

use crate::access::{AccessProperties, StyleProperties};
use crate::store::{Manner, Store};

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

/// The store that the properties describe.
fn open(
    cx: &RunContext,
    access: &AccessProperties,
    style: &StyleProperties,
    request_payer: Option<&Expr<String>>,
    bucket_owner: Option<&Expr<String>>,
) -> Result<Store, Failure> {
    let manner = Manner {
        has_path_style: style.forces_path(cx)?,
        request_payer: cx.filled(request_payer)?,
        bucket_owner: cx.filled(bucket_owner)?,
        ..Manner::default()
    };
    Store::new(cx, &access.read(cx)?, manner)
}

#[cfg(test)]
mod tests;
