//! Sessions: replaced as a whole, found by meaning.

use crate::subject::{
    COLLECTION, DIMENSIONS, Subject, at_angle, entry, ids, is_gone, is_refused, kept, organization,
    session,
};
use debrief_infra::vectors::{Entry, Filters, MAX_LIMIT};
use std::time::Duration;

pub(crate) async fn what_is_put_is_found(subject: &Subject) {
    let session = session(organization());
    assert!(subject.known(&session).await.is_empty());
    let entries: Vec<Entry> =
        [150.0, 30.0, 90.0, 0.0, 180.0].iter().map(|&angle| entry(angle)).collect();
    subject.replace(&session, &entries).await;
    assert_eq!(subject.known(&session).await, ids(&entries));

    let all = Filters::default();
    let near = subject.nearest(session.organization, &at_angle(0.0), 10, &all).await;
    let order = [3, 1, 2, 0, 4].map(|n| entries[n].id);
    assert_eq!(near.iter().map(|it| it.id).collect::<Vec<_>>(), order);
    for (near, angle) in near.iter().zip([0.0_f32, 30.0, 90.0, 150.0, 180.0]) {
        assert!((near.similarity - angle.to_radians().cos()).abs() < 1e-5, "{near:?}");
        assert!((-1.0..=1.0).contains(&near.similarity));
    }
    for limit in 0..=5 {
        let near = subject.nearest(session.organization, &at_angle(0.0), limit, &all).await;
        assert_eq!(near.iter().map(|it| it.id).collect::<Vec<_>>(), order[..limit]);
    }
    // A question of another length asks the same.
    let long: Vec<f32> = at_angle(0.0).iter().map(|x| x * 3.0).collect();
    let near = subject.nearest(session.organization, &long, 1, &all).await;
    assert!((near[0].similarity - 1.0).abs() < 1e-5);
}

pub(crate) async fn a_session_is_replaced_as_a_whole(subject: &Subject) {
    let organization = organization();
    let (one, other) = (session(organization), session(organization));
    let untouched = [entry(10.0), entry(20.0)];
    subject.replace(&other, &untouched).await;
    let mut before: Vec<Entry> = Vec::new();
    for n in 0..5 {
        let entries: Vec<Entry> = (0..n + 1).map(|it| entry(it as f32)).collect();
        subject.replace(&one, &entries).await;
        assert_eq!(subject.known(&one).await, ids(&entries));
        let allowed = subject.allowed(organization, &Filters::default()).await;
        assert!(before.iter().all(|old| !allowed.contains(&old.id)));
        assert_eq!(allowed.len(), entries.len() + untouched.len());
        before = entries;
    }
    assert_eq!(subject.known(&other).await, ids(&untouched));
}

pub(crate) async fn kept_vectors_stay(subject: &Subject) {
    let mut session = session(organization());
    let first = [entry(5.0), entry(60.0), entry(120.0)];
    subject.replace(&session, &first).await;
    // Particulars change, vectors do not; one goes, one comes.
    session.coaches = vec!["Maria".to_owned()];
    let new = entry(30.0);
    let changed = Entry { speakers: vec!["Tom".to_owned()], ..kept(&first[1]) };
    subject.replace(&session, &[kept(&first[0]), changed.clone(), new.clone()]).await;
    assert_eq!(subject.known(&session).await, ids(&[first[0].clone(), changed.clone(), new]));
    let maria = Filters { coaches: vec!["Maria".to_owned()], ..Filters::default() };
    let near = subject.nearest(session.organization, &at_angle(60.0), 9, &maria).await;
    assert_eq!(near.len(), 3);
    assert_eq!(near[0].id, changed.id);
    assert!((near[0].similarity - 1.0).abs() < 1e-5);
    let tom = Filters { speakers: vec!["Tom".to_owned()], ..Filters::default() };
    assert_eq!(subject.allowed(session.organization, &tom).await, [changed.id]);

    // What is not there cannot be kept, and then nothing changes.
    let before = subject.known(&session).await;
    let store = &subject.store;
    is_gone(store.replace(COLLECTION, &session, &[kept(&first[2]), entry(1.0)]).await);
    assert_eq!(subject.known(&session).await, before);
    // Nor what another session has.
    let other = crate::subject::session(session.organization);
    is_gone(store.replace(COLLECTION, &other, &[kept(&first[0])]).await);
    assert_eq!(subject.known(&session).await, before);
}

pub(crate) async fn a_session_goes(subject: &Subject) {
    let session = session(organization());
    subject.replace(&session, &[]).await;
    subject.replace(&session, &[entry(1.0), entry(2.0)]).await;
    for _ in 0..2 {
        subject.replace(&session, &[]).await;
        assert!(subject.known(&session).await.is_empty());
        assert!(subject.allowed(session.organization, &Filters::default()).await.is_empty());
    }
}

pub(crate) async fn repeating_changes_nothing(subject: &Subject) {
    let session = session(organization());
    let first = [entry(10.0), entry(20.0)];
    let second = [kept(&first[1]), entry(30.0)];
    for _ in 0..3 {
        subject.replace(&session, &first).await;
    }
    for _ in 0..3 {
        subject.replace(&session, &second).await;
        assert_eq!(subject.known(&session).await, ids(&second));
    }
    let near = subject.nearest(session.organization, &at_angle(30.0), 9, &Filters::default()).await;
    assert_eq!(near.iter().map(|it| it.id).collect::<Vec<_>>(), [second[1].id, second[0].id]);
}

pub(crate) async fn a_broken_off_call_can_be_repeated(subject: &Subject) {
    let session = session(organization());
    let first: Vec<Entry> = (0..300).map(|n| entry(n as f32 / 2.0)).collect();
    let mut second: Vec<Entry> = (0..300).map(|n| entry(n as f32 / 3.0)).collect();
    second.extend(first.iter().skip(100).map(kept));
    let mut broken = 0;
    for micros in [0, 50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800] {
        subject.replace(&session, &first).await;
        let call = subject.store.replace(COLLECTION, &session, &second);
        let call = tokio::time::timeout(Duration::from_micros(micros), call).await;
        broken += u32::from(call.is_err());
        subject.replace(&session, &second).await;
        assert_eq!(subject.known(&session).await, ids(&second));
        assert_eq!(subject.allowed(session.organization, &Filters::default()).await, ids(&second));
    }
    assert!(broken > 0, "no call was broken off");
}

pub(crate) async fn ten_thousand_entries(subject: &Subject) {
    let session = session(organization());
    let entries: Vec<Entry> = (0..10_000).map(|n| entry(n as f32 / 100.0)).collect();
    subject.replace(&session, &entries).await;
    assert_eq!(subject.known(&session).await, ids(&entries));
    let all = Filters::default();
    let near = subject.nearest(session.organization, &at_angle(0.0), usize::MAX, &all).await;
    assert_eq!(near.len(), MAX_LIMIT);
    let mut nearest: Vec<_> = near.iter().map(|it| it.id).collect();
    nearest.sort();
    // Neighbours at the end of the thousand are nearer to each other than floats can tell.
    let surely = ids(&entries[..900]);
    assert!(surely.iter().all(|id| nearest.binary_search(id).is_ok()));
    let kept: Vec<Entry> = entries.iter().skip(1).map(kept).collect();
    subject.replace(&session, &kept).await;
    assert_eq!(subject.known(&session).await, ids(&kept));
    subject.replace(&session, &[]).await;
    assert!(subject.known(&session).await.is_empty());
}

pub(crate) async fn vectors_that_do_not_fit_are_refused(subject: &Subject) {
    let session = session(organization());
    let before = [entry(1.0)];
    subject.replace(&session, &before).await;
    let mut nan = at_angle(0.0);
    nan[3] = f32::NAN;
    let mut infinite = at_angle(0.0);
    infinite[3] = f32::INFINITY;
    let short = vec![1.0; DIMENSIONS - 1];
    let long = vec![1.0; DIMENSIONS + 1];
    for bad in [nan, infinite, short, long, Vec::new(), vec![0.0; DIMENSIONS]] {
        let all = Filters::default();
        let organization = session.organization;
        is_refused(subject.store.nearest(COLLECTION, organization, &bad, 5, &all).await);
        let entries = [Entry { vector: Some(bad), ..entry(0.0) }];
        is_refused(subject.store.replace(COLLECTION, &session, &entries).await);
        assert_eq!(subject.known(&session).await, ids(&before));
    }
}

pub(crate) async fn searches_see_what_a_call_left(subject: &Subject) {
    let session = session(organization());
    let generations: Vec<Vec<Entry>> =
        (0..6).map(|_| (0..40).map(|n| entry(n as f32)).collect()).collect();
    subject.replace(&session, &generations[0]).await;
    let write = async {
        for generation in &generations[1..] {
            subject.replace(&session, generation).await;
        }
    };
    let read = async {
        for _ in 0..30 {
            let found = subject.allowed(session.organization, &Filters::default()).await;
            // Old or new or, while a call is under way, of both; never less than one of them.
            assert!(generations.iter().any(|it| it.iter().all(|e| found.contains(&e.id))));
        }
    };
    tokio::join!(write, read);
    let last = generations.last().unwrap();
    assert_eq!(subject.allowed(session.organization, &Filters::default()).await, ids(last));
}

pub(crate) async fn no_entry_counts_twice(subject: &Subject) {
    let session = session(organization());
    let once = entry(10.0);
    let again = Entry { vector: Some(at_angle(50.0)), ..once.clone() };
    subject.replace(&session, &[once.clone(), again, kept(&once)]).await;
    let all = Filters::default();
    let near = subject.nearest(session.organization, &at_angle(50.0), 9, &all).await;
    assert_eq!(near.len(), 1);
    assert!((near[0].similarity - 1.0).abs() < 1e-5, "the last one counts");
    // A vector that is given again replaces the one that is there.
    subject.replace(&session, std::slice::from_ref(&once)).await;
    let near = subject.nearest(session.organization, &at_angle(10.0), 9, &all).await;
    assert_eq!(near.len(), 1);
    assert!((near[0].similarity - 1.0).abs() < 1e-5);
}
