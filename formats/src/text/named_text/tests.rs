use crate::{inspect, parse, parse_as};
use debrief_domain::transcript::content::Content;

fn read(text: &str) -> Content {
    let content = parse(text.as_bytes()).unwrap();
    assert_eq!(content.format, "named_text");
    content
}

fn turns(content: &Content) -> Vec<(&str, Option<u64>, &str)> {
    content
        .turns
        .iter()
        .map(|t| (t.speaker.as_deref().unwrap_or("?"), t.start_ms, &*t.text))
        .collect()
}

#[test]
fn names_and_paragraphs() {
    let content = read(
        "Anna: Hello there.\n\nSecond thought: none.\nBen: Hi Anna, good to see you.\nAnna: Likewise.\n",
    );
    assert_eq!(
        turns(&content),
        [
            ("Anna", None, "Hello there. Second thought: none."),
            ("Ben", None, "Hi Anna, good to see you."),
            ("Anna", None, "Likewise."),
        ]
    );
    assert_eq!(content.duration_ms, None);
    assert_eq!(content.participants[0].talk_ms, None);
}

#[test]
fn every_way_to_write_a_time() {
    for text in [
        "[00:01:02] Anna: one two\n[00:01:05] Ben: three four\n",
        "00:01:02 Anna: one two\n00:01:05 Ben: three four\n",
        "(1:02) Anna: one two\n(1:05) Ben: three four\n",
        "Anna (01:02): one two\nBen (01:05): three four\n",
        "Anna [00:01:02]: one two\nBen [00:01:05]: three four\n",
        "Anna 00:01:02: one two\nBen 00:01:05: three four\n",
        "**[01:02] Anna:** one two\n\n**[01:05] Ben:** three four\n",
        "**Anna** (01:02): one two\n\n**Ben** (01:05): three four\n",
        "[00:01:02]\nAnna: one two\n[00:01:05]\nBen: three four\n",
    ] {
        let content = read(text);
        assert_eq!(
            turns(&content),
            [("Anna", Some(62_000), "one two"), ("Ben", Some(65_000), "three four")],
            "{text}"
        );
        assert_eq!(content.duration_ms, Some(65_000));
    }
}

#[test]
fn bold_names_and_escapes_of_markdown() {
    let content = read(
        "**Adam Stacoviak:** Welcome \\[laughs\\] to \\#103\n\nSay hello.\n\n**Andrew:** Hey, how's it going?\n\n**Adam Stacoviak:** Good.\n",
    );
    assert_eq!(turns(&content)[0], ("Adam Stacoviak", None, "Welcome [laughs] to #103 Say hello."));
    assert_eq!(content.participants.len(), 2);
}

#[test]
fn headings_are_no_speech() {
    let content = read(
        "Session notes\nDate: 3 May 2026\nLanguage: en\nAttendees: Anna, Ben\n\nAnna: Hello there.\nBen: Hi to you.\nAnna: So?\n",
    );
    assert_eq!(content.language.as_deref(), Some("en"));
    assert_eq!(content.participants.len(), 2);
    assert_eq!(turns(&content)[0], ("Anna", None, "Hello there."));
    assert_eq!(content.warnings.len(), 1);
    assert_eq!(content.warnings[0].line, 1);
}

#[test]
fn notes_are_not_people() {
    let content = read(
        "Anna: I keep a list.\nNote: buy milk\nBen: Nice to hear.\nNote: call mum\nAnna: Yes, it helps me.\n",
    );
    let names: Vec<_> = content.participants.iter().map(|p| &*p.name).collect();
    assert_eq!(names, ["Anna", "Ben"]);
    assert_eq!(content.turns[0].text, "I keep a list. Note: buy milk");
}

#[test]
fn times_of_day_are_counted_from_the_first() {
    let content = read("[13:53:41] Anna: good morning\n[13:53:44] Ben: and to you\n");
    assert_eq!(content.turns[0].start_ms, Some(0));
    assert_eq!(content.turns[1].start_ms, Some(3_000));
    assert_eq!(content.warnings.len(), 1);
}

#[test]
fn right_to_left_marks_do_not_make_two_people() {
    let content =
        read("\u{200F}נועה לוי: שלום לך\nאורי: היי, מה שלומך\nנועה לוי\u{200F}: בסדר גמור\n");
    let names: Vec<_> = content.participants.iter().map(|p| &*p.name).collect();
    assert_eq!(names, ["נועה לוי", "אורי"]);
    assert_eq!(content.language.as_deref(), Some("he"));
}

#[test]
fn other_text_is_left_alone() {
    for text in [
        "Just a diary entry.\nNothing else: really.\n",
        "name: debrief\nversion: 1\nlicense: none\n",
        "Subject: hello\nFrom: a@example.org\nTo: b@example.org\n\nDear all,\n",
        "{\n\"a\": 1,\n\"b\": 2\n}\n",
        "<cite>Travis:</cite>\n<time>0:00</time>\n",
        "INFO: started now\nERROR: failed hard\nINFO: stopped now\n",
        "Note: buy milk today\nNote: call mum later\n",
    ] {
        assert_eq!(inspect(text.as_bytes()).unwrap_err().code(), "unrecognised_format", "{text}");
    }
}

#[test]
fn a_script_without_spaces_has_words_too() {
    let text =
        "王芳：大家好，欢迎来到今天的会议。\n李明：谢谢你，我们开始吧。\n王芳：好的，下周见。\n";
    let (bytes, ..) = encoding_rs::GB18030.encode(text);
    let content = crate::parse(&bytes).unwrap();
    assert_eq!(content.participants.len(), 2);
    assert_eq!(content.turns[1].text, "谢谢你，我们开始吧。");
    assert!(content.warnings[0].message.contains("GB"), "{:?}", content.warnings);
}

#[test]
fn a_name_and_a_time_need_no_colon() {
    for text in [
        "**Anna** [01:02] It&#39;s one: two\n\nand so on\n\n**Ben** [1:05] three four\n",
        "Anna Levi [00:01:02] It's one: two\nand so on\nBen [00:01:05] three four\nAnna Levi [00:01:10] At last [00:20] bye\nBen [00:01:15] five\n",
        "Anna (1:02) It's one: two\nand so on\nBen (1:05) three four\nAnna (1:10) so we go\nBen (1:15) five\n",
    ] {
        let content = read(text);
        let got = turns(&content);
        assert_eq!(got[0].0.split(' ').next(), Some("Anna"), "{text}");
        assert_eq!(got[0].1, Some(62_000), "{text}");
        assert_eq!(got[0].2, "It's one: two and so on", "{text}");
        assert_eq!(got[1], ("Ben", Some(65_000), "three four"), "{text}");
        assert_eq!(content.participants.len(), 2, "{text}");
    }
    // In speech, a time does not mark a name.
    let content = read(
        "Anna: We meet.\nThe Bar (10:30) is fine.\nBen: Yes, why not?\nFine [01:05] it is.\nAnna: Good.\nBen: See you.\n",
    );
    assert_eq!(turns(&content)[0].2, "We meet. The Bar (10:30) is fine.");
    assert_eq!(content.participants.len(), 2);
}

#[test]
fn escaped_times_are_times_and_breaks_are_no_speech() {
    let content = read(
        "**Anna:** \\[04:19\\] Yeah, so\n\n**Break:** \\[05:33\\] to \\[06:00\\]\n\n**Ben:** A break: it is good.\n\n\\[08:14\\] You can now\n\n**Jingle:** \\[clip\\] la la\n\nla\n\n**Anna:** Bye.\n",
    );
    assert_eq!(
        turns(&content),
        [
            ("Anna", Some(259_000), "Yeah, so"),
            ("Ben", None, "A break: it is good. You can now"),
            ("Anna", None, "Bye."),
        ]
    );
    assert_eq!(content.warnings.len(), 1);
    // A spoken word is not a mark.
    let content = read(
        "Anna: Now we go.\nBreak: nobody moves.\nBen: No, not now.\nAnna: Good, good.\nBen: Bye.\n",
    );
    assert_eq!(turns(&content)[0].2, "Now we go. Break: nobody moves.");
}

#[test]
fn marks_of_a_list_are_no_part_of_a_name() {
    for text in [
        "* **Noa:** What is it you want?\n* **Ben:** I want to be fine.\n* **Noa:** Why so?\n",
        "> **Noa:** What is it you want?\n\n> **Ben:** I want to be fine.\n\n> **Noa:** Why so?\n",
        "*Noa:* What is it you want?\n\n*Ben:* I want to be fine.\n\n*Noa:* Why so?\n",
        "*Noa*: What is it you want?\n\n*Ben*: I want to be fine.\n\n*Noa*: Why so?\n",
        "- Noa: What is it you want?\n- Ben: I want to be fine.\n- Noa: Why so?\n",
        "1. Noa: What is it you want?\n2. Ben: I want to be fine.\n3. Noa: Why so?\n",
    ] {
        let content = read(text);
        let expected = [
            ("Noa", None, "What is it you want?"),
            ("Ben", None, "I want to be fine."),
            ("Noa", None, "Why so?"),
        ];
        assert_eq!(turns(&content), expected, "{text}");
    }
}

#[test]
fn dividers_other_than_the_colon() {
    for text in [
        "[Tom Ash] So we begin here.\n[Noa] Yes, we do.\n[Tom Ash] Good to hear.\nAnd so on.\n[Noa] Bye - now.\n[Tom Ash] Bye then.\n",
        "<Tom Ash> So we begin here.\n<Noa> Yes, we do.\n<Tom Ash> Good to hear.\nAnd so on.\n<Noa> Bye - now.\n<Tom Ash> Bye then.\n",
        "Tom Ash - So we begin here.\nNoa - Yes, we do.\nTom Ash - Good to hear.\nAnd so on.\nNoa - Bye - now.\nTom Ash - Bye then.\n",
        "Tom Ash — So we begin here.\nNoa — Yes, we do.\nTom Ash — Good to hear.\nAnd so on.\nNoa — Bye - now.\nTom Ash — Bye then.\n",
        "Tom Ash | So we begin here.\nNoa | Yes, we do.\nTom Ash | Good to hear.\nAnd so on.\nNoa | Bye - now.\nTom Ash | Bye then.\n",
    ] {
        assert_eq!(
            turns(&read(text)),
            [
                ("Tom Ash", None, "So we begin here."),
                ("Noa", None, "Yes, we do."),
                ("Tom Ash", None, "Good to hear. And so on."),
                ("Noa", None, "Bye - now."),
                ("Tom Ash", None, "Bye then."),
            ],
            "{text}"
        );
    }
}

#[test]
fn lists_and_logs_have_dividers_too() {
    for text in [
        "Inhale - breathe in slowly\nExhale - breathe out slowly\nPause - wait a moment\nRepeat - do it again\n",
        "[INFO] started the server\n[WARN] it is slow today\n[INFO] stopped the server\n[NOTICE] and so on\n[INFO] bye\n",
        "[x] buy some milk\n[ ] call your mother\n[x] write the letter\n",
        "Mon - we met at ten\nTue - we met at noon\nWed - we did not meet\n",
        "| a | b |\n|---|---|\n| Tom | one two |\n| Tom | three four |\n",
    ] {
        assert_eq!(inspect(text.as_bytes()).unwrap_err().code(), "unrecognised_format", "{text}");
    }
}

#[test]
fn names_alone_on_their_lines_speak_even_once() {
    let content = read(
        "Session three\n\nNoa Levi:\nHi there, both of you.\nShall we begin: now?\n\nTom:\nYes, let us begin.\n\nNoa Levi:\nWho else is here?\n\nGuest Ann:\nI am, for once.\n",
    );
    assert_eq!(
        turns(&content),
        [
            ("Noa Levi", None, "Hi there, both of you. Shall we begin: now?"),
            ("Tom", None, "Yes, let us begin."),
            ("Noa Levi", None, "Who else is here?"),
            ("Guest Ann", None, "I am, for once."),
        ]
    );
}

#[test]
fn a_title_does_not_make_a_short_talk_one_persons() {
    let content = read("Our call\n\nNoa: Hi there, all.\nBen: Yes, I see.\nNoa: Bye then.\n");
    assert_eq!(content.participants.len(), 2);
}

#[test]
fn times_of_day_with_halves() {
    let content = read("[11:59:50 AM] Anna: good morning\n[12:00:10 PM] Ben: and to you\n");
    assert_eq!(content.turns[0].start_ms, Some(0));
    assert_eq!(content.turns[1].start_ms, Some(20_000));
}

#[test]
fn properties_and_links_in_front_are_nobodys_words() {
    let text = "---\ntitle: A call\ntranscript_by: Somebody Else\nspeakers:\n  - Anna\nlanguage: de\n---\n\
        A call\n\nPodcast: https://example.com/1\n\nCourse Notes: <https://example.com/2>\n\n\
        Name: Weekly call\n\nAnna: See example.com for it\n\nBen: Yes, I will\n\nAnna: Good to hear\n\nCleo: https://example.com/3\n";
    let content = parse(text.as_bytes()).unwrap();
    assert_eq!(
        turns(&content).iter().map(|(who, _, text)| format!("{who}: {text}")).collect::<Vec<_>>(),
        [
            "Anna: See example.com for it",
            "Ben: Yes, I will",
            "Anna: Good to hear",
            "Cleo: https://example.com/3"
        ]
    );
    assert_eq!(content.language.as_deref(), Some("de"));
    let warned: Vec<_> = content.warnings.iter().map(|it| (it.line, it.message.as_str())).collect();
    assert_eq!(
        warned,
        [
            (1, "the document's properties were skipped"),
            (8, "text before the first speaker was skipped")
        ]
    );
}

#[test]
fn notes_in_bold_terms_are_no_talk() {
    let notes = "# Summary\n\n- **First Point**: About this and that\n- **Second Point**: And more of it\n\
        - **Third Point**: So it is said\n- **Fourth Point**: In the end\n\nAnd some words on it all.\n";
    assert!(parse(notes.as_bytes()).is_err());
    let quotes = "# Call\n\nSome words on it all.\n\nAnd more.\n\n## Quotes\n\n**Anna on Life**: It is so.\n\n\
        **Ben on Work**: It is not.\n\nWords.\n\n**Anna on Food**: Good it is.\n\n**Ben on Rest**: As it should.\n\n\
        Words.\n\n**Cleo on Sleep**: More of it.\n\nWords.\n\nThe end.\n";
    assert!(parse(quotes.as_bytes()).is_err());
    let talk =
        "- **Anna**: About this and that\n- **Ben**: And more of it\n- **Anna**: So it is said\n";
    assert_eq!(parse(talk.as_bytes()).unwrap().turns.len(), 3);
}

#[test]
fn a_time_behind_a_name_alone_is_that_of_the_words_below() {
    let text = "Anna:\n\nWelcome back.\n\nBen 00:02:46:\n\nGood to be here.\n\nAnna 00:02:50:\n\nSo it is.\n\nAnd on.\n";
    let content = parse_as("named_text", text.as_bytes()).unwrap().unwrap();
    assert_eq!(
        turns(&content),
        [
            ("Anna", None, "Welcome back."),
            ("Ben", Some(166_000), "Good to be here."),
            ("Anna", Some(170_000), "So it is. And on."),
        ]
    );
    let text =
        "Anna [00:01]: We begin here.\nBen [00:05]:\nAnna: So he is silent.\nBen: I am not.\n";
    let content = parse_as("named_text", text.as_bytes()).unwrap().unwrap();
    assert_eq!(content.turns[0].text, "We begin here. So he is silent.");
    assert_eq!(content.turns[1].start_ms, None, "what Ben says later was not said at 0:05");
}

#[test]
fn a_source_among_paragraphs_is_nobody() {
    let content = read(
        "Anna: Look at this.\n\nIt is long.\n\nGuide: https://example.com/1\n\nBen: I have seen it.\n\nAnna: So say what it is.\n\nBen: And why.\n",
    );
    assert_eq!(content.participants.len(), 2);
    assert_eq!(content.turns[0].text, "Look at this. It is long. Guide: https://example.com/1");
}
