//! Guarantees of projections, tested on SQLite and Postgres.
//!
//! Histories are random and valid: see `support/history.rs`. With `DEBRIEF_TEST_FULL=1`, the long
//! ones have 20,000 events instead of 2,000.

mod asked_questions;
mod content;
mod counters;
mod delivery;
mod live;
mod rebuilds;
mod series;
#[path = "../support/mod.rs"]
mod support;
mod versions;

on_databases!(sqlite, postgres => {
    live: a_live_read_model_is_what_the_log_says, planted_differences_are_found_and_mended,
        one_reads_ones_own_writes, memory_stays_flat;
    delivery: events_that_come_twice_change_nothing, batches_may_be_cut_anywhere,
        two_runners_take_in_each_event_once;
    rebuilds: a_rebuild_beside_writers_and_readers, a_rebuild_that_is_cut_off,
        builds_wait_for_each_other, a_dead_build_is_set_aside,
        dead_builds_are_waited_for_once, a_holder_that_is_gone_is_recognized,
        a_build_that_was_set_aside_writes_no_more;
    series: rows_are_numbered_within_groups;
    asked_questions: past_questions_are_ones_own_and_bounded;
    counters: counters_are_a_function_of_the_log;
    content: odd_words_pass_through, values_can_be_set_and_taken_away,
        what_was_erased_is_rebuilt_as_nothing;
    versions: new_code_rebuilds_its_tables, old_code_leaves_new_tables_alone,
        a_read_model_of_another_log_is_rebuilt, a_restored_log_that_has_grown_is_noticed,
        older_read_models_catch_up,
        several_processes_start_with_new_code;
});
