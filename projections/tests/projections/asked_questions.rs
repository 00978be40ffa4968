//! Previous questions: ownership and retention.

use crate::support::Shared;
use chrono::{DateTime, TimeDelta};
use debrief_domain::ids::OrganizationId;
use debrief_domain::principal::Viewer;
use debrief_projections::asked_questions::{KEPT, forget, questions, remember};
use debrief_projections::engine::Views;
use std::collections::HashMap;
use uuid::Uuid;

pub(crate) async fn past_questions_are_ones_own_and_bounded(place: Shared) {
    let node = place.node().await;
    let views = Views::new(node.database.views.clone(), HashMap::new());
    let viewer = |number| Viewer::everything(OrganizationId(Uuid::from_u128(number)));
    let (ours, theirs) = (viewer(1), viewer(2));
    let (asker, other) = (Uuid::from_u128(3), Uuid::from_u128(4));
    let at = |second| DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
    for number in 0..KEPT + 5 {
        let question = format!("Question {number}");
        remember(&views, ours, asker, &question, at(number)).await.unwrap();
    }
    // Asked again, it moves to the top in its latest spelling.
    remember(&views, ours, asker, "question 50", at(1_000)).await.unwrap();
    remember(&views, ours, other, "Another's", at(0)).await.unwrap();
    remember(&views, theirs, asker, "Another organization's", at(0)).await.unwrap();

    let kept = questions(&views, ours, asker).await.unwrap();
    assert_eq!(kept.len() as i64, KEPT);
    assert_eq!((kept[0].as_str(), kept[1].as_str()), ("question 50", "Question 104"));
    assert_eq!(kept.last().unwrap(), "Question 5");

    forget(&views, ours, asker).await.unwrap();
    assert!(questions(&views, ours, asker).await.unwrap().is_empty());
    assert_eq!(questions(&views, ours, other).await.unwrap(), ["Another's"]);
    assert_eq!(questions(&views, theirs, asker).await.unwrap(), ["Another organization's"]);
}
