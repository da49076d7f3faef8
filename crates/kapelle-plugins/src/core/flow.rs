//! What workers do of the tasks that steer a flow.

pub(super) mod for_each_item_merge;
pub(super) mod for_each_item_split;
pub(super) mod sleep;
pub(super) mod working_directory;
