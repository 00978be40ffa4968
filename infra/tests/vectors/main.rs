//! The contract of vector stores, run against every adapter.
//!
//! Qdrant is simulated by a server that speaks its gRPC (`vectors/qdrant_server.rs`). A real one is
//! tested by the same suite if `DEBRIEF_QDRANT_URL=http://127.0.0.1:6334` names it
//! (`DEBRIEF_QDRANT_KEY` is its API key).

mod collections;
mod filters;
mod organizations;
#[cfg(feature = "qdrant")]
mod qdrant;
#[cfg(feature = "qdrant")]
mod qdrant_filter;
#[cfg(feature = "qdrant")]
mod qdrant_points;
#[cfg(feature = "qdrant")]
mod qdrant_server;
mod sessions;
mod sqlite;
mod subject;

macro_rules! on_adapters {
    ($($adapter:ident: $open:ident),+ => $tests:tt) => {
        $( on_adapters!(@ $adapter $open $tests); )+
    };
    (@ $adapter:ident $open:ident { $($contract:ident: $($test:ident),+ $(,)?);+ $(;)? }) => {
        mod $adapter {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let Some(subject) = crate::subject::Subject::$open().await else { return };
                    crate::$contract::$test(&subject).await;
                    subject.end().await;
                }
            )+)+
        }
    };
}

on_adapters! {
    on_sqlite: sqlite, on_qdrants_protocol: qdrant_server, on_qdrant: qdrant => {
        sessions: what_is_put_is_found, a_session_is_replaced_as_a_whole, kept_vectors_stay,
            a_session_goes, repeating_changes_nothing, a_broken_off_call_can_be_repeated,
            ten_thousand_entries, vectors_that_do_not_fit_are_refused,
            searches_see_what_a_call_left, no_entry_counts_twice;
        filters: each_filter, filters_together, a_narrow_filter_fills_the_limit, any_name,
            nothing_lies_between_the_later_and_the_earlier;
        organizations: nothing_foreign_is_found, nothing_foreign_is_removed;
        collections: a_state_comes_back, collections_are_apart, what_is_gone_is_said_to_be,
            dimensions_stay, names_of_collections;
    }
}
