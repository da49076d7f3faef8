//! The list of all cases.

/// A test for each case of the contract. It is given an expression that makes a fresh store when it is called, which
/// has to implement [`Subject`](crate::contract::Subject).
#[macro_export]
macro_rules! store_contract {
    ($fresh:expr) => {
        $crate::store_contract_cases! { $fresh;
            commits {
                a_delta_is_found_once_it_is_acknowledged,
                an_id_that_only_begins_like_another_finds_nothing,
                a_change_that_does_not_follow_is_refused,
                a_refused_transaction_changes_nothing,
                a_write_sees_those_before_it,
                what_many_threads_commit_is_found,
                many_on_their_way_are_all_told,
                random_histories_leave_what_their_changes_say,
                removed_task_runs_go_with_their_children,
                who_hears_an_answer_may_submit_again,
            }
            recovery {
                what_is_open_is_told_by_age,
                shares_of_limits_are_told_by_age,
                moments_are_told_until_they_have_come,
                orders_are_told_in_the_order_they_were_sent_until_they_are_done,
            }
            lists {
                every_list_is_what_its_filter_says,
                each_condition_by_itself_is_what_it_says,
                each_order_is_what_it_says,
                a_long_list_is_read_in_parts_without_a_gap,
            }
            counters {
                counters_are_what_counting_gives,
                what_is_deleted_is_not_counted_any_more,
            }
            documents {
                versions_of_documents_count_from_one,
                a_document_changes_only_over_what_was_seen,
                a_document_that_comes_again_has_a_version_that_it_never_had,
                documents_are_found_by_key_list_and_moment,
                a_removed_document_is_in_no_list,
            }
            flows {
                revisions_of_a_flow_have_no_gaps,
                all_revisions_but_the_last_can_be_forgotten,
                a_flow_that_ended_begins_again_with_its_next_revision,
                flows_are_listed_by_name_for_those_who_may_see_them,
            }
            once {
                the_second_time_gets_the_result_of_the_first,
                only_cleaning_forgets_and_only_what_is_over,
            }
            files {
                versions_of_files_are_numbered_by_the_store,
                files_are_listed_by_path_unless_they_ended,
                a_version_that_is_forgotten_is_gone_and_its_number_too,
            }
            audits {
                entries_are_numbered_and_chained_in_their_order,
                entries_of_many_threads_make_one_chain,
            }
            logs {
                every_log_filter_is_what_it_says,
                an_outline_counts_what_a_list_has,
                a_line_that_is_written_twice_is_there_once,
                lines_that_were_waited_for_outlive_the_process,
                exactly_the_matching_lines_are_deleted,
                lines_of_open_and_of_ended_executions_are_found_by_execution,
            }
            metrics {
                every_metric_filter_is_what_it_says,
                a_metric_that_is_written_twice_is_there_once,
            }
            purges {
                what_is_written_beside_a_purge_goes_on,
                what_is_deleted_leaves_nothing,
                what_is_not_at_rest_is_not_deleted,
                what_an_open_relative_refers_to_is_not_deleted,
                deleting_what_is_not_there_is_no_conflict,
                an_order_goes_with_the_execution_it_is_for_and_not_with_its_sender,
                an_id_that_was_deleted_can_be_born_again,
            }
            owners {
                an_older_owner_writes_nothing,
                each_opening_is_a_later_owner,
            }
            values {
                large_values_come_back_whole,
                a_document_as_large_as_may_be_comes_back_whole,
                what_is_too_large_is_refused_with_its_limit,
                a_page_has_from_one_row_to_its_limit,
            }
        }
    };
}

/// Modules of tests, named like those of the cases.
#[doc(hidden)]
#[macro_export]
macro_rules! store_contract_cases {
    ($fresh:expr; $($subject:ident { $($case:ident,)* })*) => {
        $(
            mod $subject {
                #[allow(unused_imports, reason = "what makes the store may stand outside")]
                use super::*;

                $(
                    #[test]
                    fn $case() {
                        $crate::contract::$subject::$case(($fresh)());
                    }
                )*
            }
        )*
    };
}
