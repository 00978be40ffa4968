//! Organizations: nothing crosses from one to another.

use crate::subject::{
    COLLECTION, Subject, at_angle, entry, ids, is_gone, kept, names, organization, session,
};
use debrief_domain::ids::ClientId;
use debrief_infra::vectors::{Entry, Filters, Neighbor, SessionInfo};
use uuid::Uuid;

pub(crate) async fn nothing_foreign_is_found(subject: &Subject) {
    let organizations = [organization(), organization()];
    let client = ClientId(Uuid::now_v7());
    let subject_id = session(organizations[0]).subject;
    let mut own: [Vec<Uuid>; 2] = Default::default();
    for (organization, own) in organizations.iter().zip(&mut own) {
        // The same in all but who it belongs to, and its ids.
        let entries: Vec<Entry> =
            (0..40).map(|n| Entry { speakers: names(&["Tom"]), ..entry(n as f32) }).collect();
        let info = SessionInfo {
            subject: subject_id,
            client: Some(client),
            coaches: names(&["Ann"]),
            ..session(*organization)
        };
        subject.replace(&info, &entries).await;
        *own = ids(&entries);
    }
    let filters = [
        Filters::default(),
        Filters { clients: vec![client], ..Filters::default() },
        Filters {
            transcripts: subject_id.transcript().into_iter().collect(),
            ..Filters::default()
        },
        Filters { coaches: names(&["Ann"]), speakers: names(&["Tom"]), ..Filters::default() },
        Filters { kinds: names(&["turns"]), ..Filters::default() },
    ];
    for filters in &filters {
        for limit in [2, 7, 40, 41, 80, 1_000, usize::MAX] {
            let question = at_angle(20.0);
            let mut both: [Vec<Neighbor>; 2] = Default::default();
            for n in 0..2 {
                both[n] = subject.nearest(organizations[n], &question, limit, filters).await;
                assert_eq!(both[n].len(), limit.min(40));
                assert!(!is_mixed(&both[n], &own[n]), "{filters:?}");
            }
            // Control: a search that overlooked the organization would be noticed.
            let mut all = both.concat();
            all.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
            all.truncate(limit);
            assert!(is_mixed(&all, &own[0]) && is_mixed(&all, &own[1]));
        }
    }
    let stranger = organization();
    assert!(subject.nearest(stranger, &at_angle(0.0), 1_000, &filters[0]).await.is_empty());
    assert!(
        subject.known(&SessionInfo { subject: subject_id, ..session(stranger) }).await.is_empty()
    );
}

fn is_mixed(found: &[Neighbor], own: &[Uuid]) -> bool {
    found.iter().any(|it| !own.contains(&it.id))
}

pub(crate) async fn nothing_foreign_is_removed(subject: &Subject) {
    let mine = session(organization());
    let theirs = SessionInfo { organization: organization(), ..mine.clone() };
    let entries = [entry(1.0), entry(2.0)];
    subject.replace(&mine, &entries).await;
    is_gone(subject.store.replace(COLLECTION, &theirs, &[kept(&entries[0])]).await);
    subject.replace(&theirs, &[entry(3.0)]).await;
    subject.replace(&theirs, &[]).await;
    assert!(subject.known(&theirs).await.is_empty());
    assert_eq!(subject.known(&mine).await, ids(&entries));
    assert_eq!(subject.allowed(mine.organization, &Filters::default()).await, ids(&entries));
}
