//! Collections: their state, and their separation.

use crate::subject::{
    COLLECTION, DIMENSIONS, Subject, at_angle, entry, ids, is_gone, is_refused, organization,
    session, state,
};
use debrief_infra::vectors::Filters;

pub(crate) async fn a_state_comes_back(subject: &Subject) {
    let store = &subject.store;
    for position in 1..4 {
        store.put_state(COLLECTION, &state(position), None).await.unwrap();
        let expected = [(COLLECTION.to_owned(), state(position))];
        assert_eq!(store.collections().await.unwrap(), expected);
    }
    // It is no entry.
    let session = session(organization());
    subject.replace(&session, &[]).await;
    assert!(subject.allowed(session.organization, &Filters::default()).await.is_empty());
    assert!(subject.allowed(uuid::Uuid::nil().into(), &Filters::default()).await.is_empty());
    assert_eq!(store.collections().await.unwrap().len(), 1);
    store.put_state("a", &state(8), Some(3)).await.unwrap();
    let expected = [("a".to_owned(), state(8)), (COLLECTION.to_owned(), state(3))];
    assert_eq!(store.collections().await.unwrap(), expected);
}

pub(crate) async fn collections_are_apart(subject: &Subject) {
    let store = &subject.store;
    store.put_state("other", &state(1), Some(DIMENSIONS)).await.unwrap();
    let session = session(organization());
    let (here, there) = ([entry(1.0)], [entry(1.0), entry(2.0)]);
    subject.replace(&session, &here).await;
    store.replace("other", &session, &there).await.unwrap();
    assert_eq!(subject.known(&session).await, ids(&here));
    assert_eq!(subject.allowed(session.organization, &Filters::default()).await, ids(&here));
    let (organization, all) = (session.organization, Filters::default());
    let near = store.nearest("other", organization, &at_angle(1.0), 9, &all).await.unwrap();
    assert_eq!(near.iter().map(|it| it.id).collect::<Vec<_>>(), there.clone().map(|it| it.id));
    store.drop_collection("other").await.unwrap();
    assert_eq!(subject.known(&session).await, ids(&here));
    is_gone(store.nearest("other", organization, &at_angle(1.0), 9, &all).await);
    assert_eq!(store.collections().await.unwrap().len(), 1);
    // Made again, it is empty.
    store.put_state("other", &state(1), Some(DIMENSIONS)).await.unwrap();
    let known = store.known("other", organization, session.subject).await.unwrap();
    assert!(known.is_empty());
}

pub(crate) async fn what_is_gone_is_said_to_be(subject: &Subject) {
    let store = &subject.store;
    let session = session(organization());
    subject.replace(&session, &[entry(1.0)]).await;
    for _ in 0..2 {
        store.drop_collection(COLLECTION).await.unwrap();
        assert!(store.collections().await.unwrap().is_empty());
    }
    let (organization, all) = (session.organization, Filters::default());
    is_gone(store.put_state(COLLECTION, &state(1), None).await);
    is_gone(store.known(COLLECTION, organization, session.subject).await);
    is_gone(store.replace(COLLECTION, &session, &[entry(1.0)]).await);
    is_gone(store.replace(COLLECTION, &session, &[]).await);
    is_gone(store.nearest(COLLECTION, organization, &at_angle(0.0), 5, &all).await);
    assert!(store.collections().await.unwrap().is_empty());
    store.check().await.unwrap();
}

pub(crate) async fn dimensions_stay(subject: &Subject) {
    let store = &subject.store;
    store.put_state(COLLECTION, &state(2), Some(DIMENSIONS)).await.unwrap();
    is_refused(store.put_state(COLLECTION, &state(4), Some(DIMENSIONS + 1)).await);
    for none in [0, usize::MAX] {
        is_refused(store.put_state("new", &state(4), Some(none)).await);
    }
    assert_eq!(store.collections().await.unwrap(), [(COLLECTION.to_owned(), state(2))]);
}

pub(crate) async fn names_of_collections(subject: &Subject) {
    let store = &subject.store;
    let longest = "x".repeat(60);
    for good in ["0", "a-b", &longest] {
        store.put_state(good, &state(1), Some(2)).await.unwrap();
    }
    let longer = "x".repeat(61);
    for bad in ["", "A", "a_b", "../a", "a b", "ä", &longer] {
        is_refused(store.put_state(bad, &state(1), Some(2)).await);
        is_refused(store.drop_collection(bad).await);
    }
    assert_eq!(store.collections().await.unwrap().len(), 4);
}
