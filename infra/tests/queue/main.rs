//! The contract of queues, run against every adapter over every ledger.
#![cfg(feature = "nats")] // Support for the queues knows all of them.

mod delivery;
mod fairness;
mod outcomes;
mod parts;
#[path = "../support/mod.rs"]
mod support;

macro_rules! on_queues {
    ($($module:ident: $place:ident, $url:expr;)+ => $tests:tt) => {
        $( on_queues!(@ $module $place $url, $tests); )+
    };
    (@ $module:ident $place:ident $url:expr, { $($contract:ident: $($test:ident),+ $(,)?);+ $(;)? }) => {
        mod $module {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    let place = crate::support::Place::$place().await;
                    crate::support::bench::Bench::run(place, $url, crate::$contract::$test).await;
                }
            )+)+
        }
    };
}

on_queues! {
    embedded_on_sqlite: sqlite, Some("embedded".to_owned());
    embedded_on_postgres: postgres, Some("embedded".to_owned());
    jetstream_on_sqlite: sqlite, std::env::var("DEBRIEF_TEST_NATS_URL").ok();
    jetstream_on_postgres: postgres, std::env::var("DEBRIEF_TEST_NATS_URL").ok();
    => {
        delivery: every_job_is_done_once, a_lease_is_prompt, two_relays_make_no_double_work,
            a_relay_that_dies_loses_nothing, a_new_consumer_begins_at_the_start,
            a_new_consumer_may_begin_now, a_queue_of_another_log_is_filled_anew,
            what_a_checkpoint_says_of_another_log_is_told,
            dispatching_again_makes_no_double_work;
        fairness: nobody_waits_for_anothers_backlog, organizations_take_turns;
        parts: parts_are_tried_apart, many_parts_are_done_once_each,
            a_step_is_remembered_until_the_job_is_done;
        outcomes: a_retry_comes_after_its_pause, a_snooze_uses_up_no_attempt,
            a_dead_letter_is_in_nobodys_way, dead_letters_come_in_pages,
            a_lease_that_runs_out_is_anothers, a_renewed_lease_is_kept,
            a_clock_that_was_ahead_delays_nothing;
    }
}
