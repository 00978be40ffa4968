use super::*;
use proptest::prelude::*;

/// Said on a Wednesday.
fn read(deadline: &str) -> String {
    let today = NaiveDate::from_ymd_opt(2026, 3, 18).unwrap();
    last_day(deadline, today).map_or_else(|| "-".to_owned(), |day| day.to_string())
}

#[test]
fn english_deadlines() {
    for (deadline, day) in [
        ("today", "2026-03-18"),
        ("tonight", "2026-03-18"),
        ("tomorrow", "2026-03-19"),
        ("tomorrow morning at 9", "2026-03-19"),
        ("by tomorrow", "2026-03-19"),
        ("the day after tomorrow", "2026-03-20"),
        ("by Friday", "2026-03-20"),
        ("before Friday", "2026-03-19"),
        ("on Thursday morning at 9", "2026-03-19"),
        ("on Thursday at 9am", "2026-03-19"),
        // On a Wednesday, another one.
        ("by Wednesday", "2026-03-25"),
        ("next Wednesday", "2026-03-25"),
        ("this Wednesday", "2026-03-18"),
        ("next Friday", "2026-03-27"),
        ("by next Tuesday", "2026-03-24"),
        ("this coming Friday", "2026-03-20"),
        ("by Friday next week", "2026-03-27"),
        ("on Thursday of next week", "2026-03-26"),
        ("this week", "2026-03-22"),
        ("next week", "2026-03-29"),
        ("next month", "2026-04-30"),
        ("by the end of next week", "2026-03-29"),
        ("by the end of the week", "2026-03-22"),
        ("until the end of the month", "2026-03-31"),
        ("by the end of March", "2026-03-31"),
        ("by the end of the day", "2026-03-18"),
        ("by the end of the year", "2026-12-31"),
        ("at the beginning of next month", "2026-04-10"),
        ("in two weeks", "2026-04-01"),
        ("in a couple of weeks", "2026-04-01"),
        ("within ten days", "2026-03-28"),
        ("in the next three days", "2026-03-21"),
        ("in a month", "2026-04-18"),
        ("two weeks from now", "2026-04-01"),
        ("on the 14th", "2026-04-14"),
        ("on the 20th", "2026-03-20"),
        ("by March 20th", "2026-03-20"),
        ("by March 3rd", "2027-03-03"),
        ("by the 3rd of April", "2026-04-03"),
        ("by 3 April 2026", "2026-04-03"),
        ("in April", "2026-04-30"),
        ("before April", "2026-03-31"),
        ("this weekend", "2026-03-22"),
        ("next weekend", "2026-03-29"),
        ("every evening until Sunday", "2026-03-22"),
    ] {
        assert_eq!(read(deadline), day, "{deadline}");
    }
}

#[test]
fn hebrew_deadlines() {
    for (deadline, day) in [
        ("מחר", "2026-03-19"),
        ("מחר בבוקר", "2026-03-19"),
        ("מחרתיים", "2026-03-20"),
        ("עד יום חמישי", "2026-03-19"),
        ("עד יום ראשון", "2026-03-22"),
        ("לפני יום ראשון", "2026-03-21"),
        ("ביום שלישי הקרוב", "2026-03-24"),
        ("ביום שלישי הבא", "2026-03-24"),
        ("ברביעי", "2026-03-25"),
        ("השבוע", "2026-03-21"),
        ("בשבוע הבא", "2026-03-28"),
        ("בחודש הבא", "2026-04-30"),
        ("עד סוף החודש", "2026-03-31"),
        ("עד סוף השבוע", "2026-03-21"),
        ("בעוד שבועיים", "2026-04-01"),
        ("תוך שלושה ימים", "2026-03-21"),
        ("ב-14 באפריל", "2026-04-14"),
        ("עד 3.4", "2026-04-03"),
    ] {
        assert_eq!(read(deadline), day, "{deadline}");
    }
}

#[test]
fn what_is_not_certain_is_no_day() {
    for deadline in [
        "before the race",
        "next session",
        "before our next session",
        "every evening",
        "in a few days",
        "by March",
        "by next month",
        "until April",
        "by 3/4",
        "after Friday",
        "last Friday",
        "yesterday",
        "by Friday or Monday",
        "in two hours",
        "on March 3rd 2020",
        "soon",
        "",
        "לפני הפגישה הבאה",
        "עד אפריל",
        "כל יום",
    ] {
        assert_eq!(read(deadline), "-", "{deadline}");
    }
}

proptest! {
    #[test]
    fn no_deadline_is_in_the_past(
        words in proptest::collection::vec(prop_oneof![
            Just("by"), Just("before"), Just("in"), Just("the"), Just("end"), Just("of"),
            Just("next"), Just("this"), Just("week"), Just("month"), Just("Friday"),
            Just("March"), Just("3rd"), Just("14"), Just("two"), Just("days"), Just("day"),
            Just("after"), Just("tomorrow"), Just("a"), Just("from"), Just("now"), Just("2026"),
            Just("עד"), Just("יום"), Just("שני"), Just("הבא"), Just("בעוד"), Just("שבוע"),
            Just("סוף"), Just("last"), Just("weekend"), Just("q2"), Just("1/2")
        ], 0..8),
        day in -100_000..100_000i32,
    ) {
        let today = NaiveDate::from_epoch_days(day).unwrap();
        if let Some(found) = last_day(&words.join(" "), today) {
            prop_assert!(found >= today);
        }
    }
}
