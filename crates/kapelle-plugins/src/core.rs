//! Tasks of the core that need no network and no program.

mod debug;
mod execution;
mod flow;
mod hash;
mod kv;
mod log;
mod metric;
mod namespace;
mod output;
mod purge;
mod state;
mod storage;
mod target;
mod templating;
mod trigger;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<debug::echo::Echo>();
    r.task::<debug::return_value::Return>();
    r.task::<execution::assert::Assert>();
    r.task::<execution::count::Count>();
    r.task::<execution::fail::Fail>();
    r.task::<execution::purge_executions::PurgeExecutions>();
    r.task::<execution::resume::Resume>();
    r.task::<flow::for_each_item_merge::ForEachItemMergeOutputs>();
    r.task::<flow::for_each_item_split::ForEachItemSplit>();
    r.task::<flow::sleep::Sleep>();
    r.group(flow::working_directory::WorkingDirectories::TYPE, flow::working_directory::WorkingDirectories);
    r.task::<kv::delete::Delete>();
    r.task::<kv::get::Get>();
    r.task::<kv::get_keys::GetKeys>();
    r.task::<kv::purge::PurgeKv>();
    r.task::<kv::put::Put>();
    r.task::<kv::set::Set>();
    r.task::<log::fetch::Fetch>();
    r.task::<log::log_write::LogWrite>();
    r.task::<log::purge_logs::PurgeLogs>();
    r.task::<metric::publish::Publish>();
    r.task::<namespace::delete_files::DeleteFiles>();
    r.task::<namespace::download_files::DownloadFiles>();
    r.task::<namespace::purge_files::PurgeFiles>();
    r.task::<namespace::upload_files::UploadFiles>();
    r.task::<output::output_values::OutputValues>();
    r.task::<state::delete::Delete>();
    r.task::<state::get::Get>();
    r.task::<state::set::Set>();
    r.task::<storage::concat::Concat>();
    r.task::<storage::deduplicate_items::DeduplicateItems>();
    r.task::<storage::delete::Delete>();
    r.task::<storage::filter_items::FilterItems>();
    r.task::<storage::local_files::LocalFiles>();
    r.task::<storage::purge_current_execution_files::PurgeCurrentExecutionFiles>();
    r.task::<storage::purge_storage::PurgeStorage>();
    r.task::<storage::reverse::Reverse>();
    r.task::<storage::size::Size>();
    r.task::<storage::split::Split>();
    r.task::<storage::write::Write>();
    r.task::<templating::templated_task::TemplatedTask>();
    r.task::<trigger::toggle::Toggle>();
}
