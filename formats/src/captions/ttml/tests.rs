use crate::testing::{cut_anywhere, read, turns};

const FILE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tt xmlns=\"http://www.w3.org/ns/ttml\" xmlns:ttm=\"http://www.w3.org/ns/ttml#metadata\" xml:lang=\"en\">\n <head><metadata><ttm:title>A call: so</ttm:title><ttm:agent type=\"person\" xml:id=\"a1\"><ttm:name type=\"full\">Noa Levi</ttm:name></ttm:agent></metadata><styling><style xml:id=\"s\"/></styling></head>\n <body begin=\"10s\">\n  <div>\n   <p begin=\"00:00:01.000\" end=\"00:00:02.500\" ttm:agent=\"a1\">Hi &amp; <span>welcome</span>,<br/>\n     all: of you.</p>\n   <p begin=\"3s\" dur=\"500ms\" ttm:agent=\"b\">Yes &lt;so&gt;.</p>\n   <p begin=\"x\" end=\"5s\">And on.</p>\n  </div>\n </body>\n</tt>\n";

#[test]
fn agents_speak_and_times_add_up() {
    let content = read("ttml", FILE);
    assert_eq!(
        turns(&content),
        [
            (Some("Noa Levi"), Some(11_000), Some(12_500), "Hi & welcome, all: of you."),
            (Some("b"), Some(13_000), Some(13_500), "Yes <so>."),
            (None, None, Some(15_000), "And on."),
        ]
    );
    assert_eq!(content.language.as_deref(), Some("en"));
    assert_eq!(content.warnings.len(), 1, "{:?}", content.warnings);
}

#[test]
fn names_in_front_and_ticks() {
    let file = "<tt:tt xmlns:tt=\"http://www.w3.org/ns/ttml\" xmlns:ttp=\"http://www.w3.org/ns/ttml#parameter\" ttp:tickRate=\"10000000\"><tt:body><tt:div><tt:p begin=\"10000000t\" end=\"20000000t\">Noa: Hi there.</tt:p><tt:p begin=\"30000000t\" end=\"40000000t\">Ben: Yes.<tt:br/>Noa: Good.</tt:p></tt:div></tt:body></tt:tt>";
    assert_eq!(
        turns(&read("ttml", file)),
        [
            (Some("Noa"), Some(1_000), Some(2_000), "Hi there."),
            (Some("Ben"), Some(3_000), None, "Yes."),
            (Some("Noa"), None, Some(4_000), "Good."),
        ]
    );
}

#[test]
fn two_speak_in_one_paragraph() {
    let file = "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><p begin=\"1s\" end=\"2s\"><span agent=\"Noa\">Hi.</span> <span agent=\"Ben\">Yes.</span></p></body></tt>";
    let said: Vec<_> = turns(&read("ttml", file))
        .into_iter()
        .map(|t| (t.0, t.3))
        .map(|(n, t)| (n.map(str::to_owned), t.to_owned()))
        .collect();
    assert_eq!(
        said,
        [(Some("Noa".to_owned()), "Hi.".to_owned()), (Some("Ben".to_owned()), "Yes.".to_owned())]
    );
}

#[test]
fn the_parts_may_have_the_times() {
    let file = "<tt xmlns=\"http://www.w3.org/2006/10/ttaf1\"><body><div><p><span begin=\"00:00:01.0\" end=\"00:00:02.0\">one</span> <span begin=\"00:00:02.0\" end=\"00:00:03.0\">two</span></p></div></body></tt>";
    assert_eq!(turns(&read("ttml", file)), [(None, Some(1_000), Some(3_000), "one two")]);
}

#[test]
fn depth_and_cuts_are_answered() {
    cut_anywhere(FILE.as_bytes());
    let deep = format!(
        "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body>{}<p begin=\"1s\">hi",
        "<div>".repeat(100_000)
    );
    assert_eq!(turns(&read("ttml", deep)), [(None, Some(1_000), None, "hi")]);
}
