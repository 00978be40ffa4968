//! Guarantees of the event log, tested on SQLite and Postgres.
//!
//! With `DEBRIEF_TEST_FULL=1`, the long form runs: 100,000 events under subscribers, 1,000 keys.

mod concurrency;
mod erasure;
mod faults;
mod following;
mod idempotency;
mod lost_answers;
mod order;
#[path = "../support/mod.rs"]
mod support;

on_databases!(sqlite as sqlite, postgres as postgres => {
    order: positions_follow_commits, subscribers_miss_nothing, batches_hold_many_appends,
        a_lone_writer_is_not_delayed;
    concurrency: one_of_two_wins, any_version_will_do, another_version_is_a_conflict,
        create_meets_a_stream_that_exists,
        conflicts_are_tried_again_within_bounds, a_hot_aggregate_takes_every_command,
        a_long_stream_is_loaded_whole, another_organization_sees_nothing;
    idempotency: one_key_has_one_effect, control_without_a_key_every_sending_has_an_effect,
        a_key_names_one_command, answers_outlive_the_process,
        a_command_that_would_now_be_refused_is_answered;
    faults: events_are_append_only, a_failed_append_leaves_nothing,
        a_bad_append_fails_alone, one_key_stored_twice_in_a_batch,
        what_is_appended_is_what_is_read;
    erasure: words_are_sealed_until_erased, a_wrong_master_key_is_told,
        a_sealed_field_opens_in_its_event_alone, a_transcripts_key_dies_with_its_clients,
        old_schemas_are_lifted;
    following: appends_wake_at_once, a_log_that_stands_still_wakes_nobody,
        what_others_append_is_found, a_checkpoint_of_another_log_is_told,
        a_checkpoint_behind_another_event_is_told,
        a_failure_is_followed_by_a_pause;
});

on_databases!(postgres as postgres_alone => {
    order: control_a_serial_column_loses_events;
    faults: cut_connections_lose_nothing, a_node_that_hangs_frees_the_log;
    lost_answers: a_commit_whose_answer_is_lost_counts_once;
});
