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
                a_flow_that_ended_begins_again_with_its_next_revision,
                flows_are_listed_by_name_for_those_who_may_see_them,
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
