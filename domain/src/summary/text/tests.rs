use super::*;
use crate::summary::content::{Method, OwnSection, Point};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

fn point(text: &str) -> Point {
    Point { text: text.to_owned(), ..Point::default() }
}

fn content() -> Content {
    Content {
        language: Some("en".to_owned()),
        opening: Some("Hi Maya,\nthank you for today.".to_owned()),
        headline: Some(point("You will ask for help.")),
        overview: vec![point("You spoke about work."), point("It was a hard week.")],
        topics: vec![point("delegation"), point("sleep")],
        action_items: vec![ActionItem {
            point: point("Call Tomas"),
            owner: Some("Maya".to_owned()),
            due: Some("by Friday".to_owned()),
            done: true,
            ..ActionItem::default()
        }],
        sections: vec![OwnSection { title: "Wins".to_owned(), points: vec![point("A walk.")] }],
        closing: Some("Warmly,\nDana".to_owned()),
        ..Content::empty(Method::Extractive)
    }
}

#[test]
fn a_summary_is_written_as_the_style_says() {
    assert_eq!(
        render(&content(), &Style::default()),
        "Hi Maya,  \nthank you for today.\n\nYou will ask for help.\n\n## Overview\n\n\
         - You spoke about work.\n- It was a hard week.\n\n## Topics\n\n- delegation\n- sleep\n\n\
         ## Action items\n\n- ✓ Call Tomas (Maya, by Friday)\n\n## Wins\n\n- A walk.\n\n\
         Warmly,  \nDana\n"
    );
    let style = Style { markup: Markup::Plain, headings: false, layout: Layout::Prose };
    assert_eq!(
        render(&content(), &style),
        "Hi Maya,\nthank you for today.\n\nYou will ask for help.\n\n\
         You spoke about work. It was a hard week.\n\ndelegation, sleep\n\n\
         - ✓ Call Tomas (Maya, by Friday)\n\nA walk.\n\nWarmly,\nDana\n"
    );
    assert_eq!(render(&Content::empty(Method::Extractive), &Style::default()), "");
}

#[test]
fn lines_have_the_direction_of_the_language() {
    let hebrew = Content {
        language: Some("he".to_owned()),
        decisions: vec![point("Zoom במקום פגישה"), point("נפגשים ביום שלישי")],
        action_items: vec![ActionItem {
            point: point("לשלוח מייל"),
            owner: Some("Tomas".to_owned()),
            due: Some("מחר".to_owned()),
            ..ActionItem::default()
        }],
        ..Content::empty(Method::Extractive)
    };
    let text = render(&hebrew, &Style::default());
    assert_eq!(
        text,
        "## החלטות\n\n- \u{200F}Zoom במקום פגישה\n- נפגשים ביום שלישי\n\n## משימות\n\n\
         - לשלוח מייל (\u{2068}Tomas\u{2069}, מחר)\n"
    );
    let english = Content { language: Some("en".to_owned()), ..hebrew.clone() };
    let text = render(&english, &Style::default());
    assert!(text.contains("- Zoom במקום"), "{text}");
    assert!(text.contains("- \u{200E}נפגשים"), "{text}");
    let unknown = Content { language: None, decisions: vec![point("שלום")], ..hebrew };
    assert!(is_right_to_left(&unknown));
}

#[test]
fn words_cannot_turn_others_around_or_become_markup() {
    let mut content = Content::empty(Method::Extractive);
    content.decisions = vec![
        point("a \u{202E}b\u{2066} *c* <b>d</b> [e](f) &amp; `g`"),
        point("# no\nheading"),
        point("1. no list"),
    ];
    let style = Style { headings: false, ..Style::default() };
    assert_eq!(
        render(&content, &style),
        "- a b \\*c\\* \\<b\\>d\\</b\\> \\[e\\](f) \\&amp; \\`g\\`\n- \\# no heading\n- 1\\. no list\n"
    );
}

#[test]
fn headings_are_in_the_language_of_the_summary() {
    let mut content = Content::empty(Method::Extractive);
    content.decisions = vec![point("x")];
    for (tag, heading) in [("fr-CA", "Décisions"), ("xx", "Decisions"), ("de", "Entscheidungen")] {
        content.language = Some(tag.to_owned());
        let text = render(&content, &Style::default());
        assert!(text.starts_with(&format!("## {heading}\n")), "{tag}: {text}");
    }
}

/// Reads Markdown as its readers do: each list item, with whether anything but text was in it.
fn read(markdown: &str) -> Vec<(String, bool)> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH;
    let mut items: Vec<(String, bool)> = Vec::new();
    for event in Parser::new_ext(markdown, options) {
        match (event, items.last_mut()) {
            (Event::Start(Tag::Item), _) => items.push((String::new(), false)),
            (Event::Text(text), Some(last)) => last.0.push_str(&text),
            (Event::Start(Tag::List(_)) | Event::End(_), _) => {}
            (_, Some(last)) => last.1 = true,
            (_, None) => items.push((String::new(), true)),
        }
    }
    items
}

proptest! {
    #[test]
    fn a_reader_of_markdown_sees_the_words_and_nothing_else(
        texts in proptest::collection::vec(r"[-a-c1 .)(*_~`<>\[\]\\&;#+=!:|$א/]{1,14}", 1..5),
    ) {
        let texts: Vec<String> = texts
            .iter()
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|text| !text.is_empty())
            .collect();
        let mut content = Content::empty(Method::Extractive);
        content.language = Some("en".to_owned());
        content.decisions = texts.iter().map(|text| point(text)).collect();
        let markdown = render(&content, &Style { headings: false, ..Style::default() });
        let expected: Vec<_> = texts.into_iter().map(|text| (text, false)).collect();
        let seen: Vec<_> = read(&markdown)
            .into_iter()
            .map(|(text, more)| (text.replace(LEFT_TO_RIGHT_MARK, ""), more))
            .collect();
        prop_assert_eq!(seen, expected, "{}", markdown);
    }
}
