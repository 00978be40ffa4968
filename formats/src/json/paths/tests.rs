use super::*;

fn at(text: &str, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    look(text, &[path], |item| found.push(item.raw.to_owned()));
    found
}

#[test]
fn values_are_found_by_their_path() {
    let text = r#"{"a": {"b": [{"c": 1}, {"c": "x\"}"}, {"d": [1, 2]}]}, "e": [[5], [6, 7]]}"#;
    assert_eq!(at(text, "a.b[].c"), ["1", r#""x\"}""#]);
    assert_eq!(at(text, "a.b[1].c"), [r#""x\"}""#]);
    assert_eq!(at(text, "e[][]"), ["5", "6", "7"]);
    assert_eq!(at(text, "e[1]"), ["[6, 7]"]);
    assert_eq!(at("[{\"a\": 1}]", "[].a"), ["1"]);
    assert_eq!(at(r#"{"r": {"gs://a.b/c": {"t": 1}, "d": {"t": 2}}}"#, "r.*.t"), ["1", "2"]);
    assert!(has(text, "a.b[].d") && !has(text, "a.b.d"));
}

#[test]
fn what_breaks_off_is_read_up_to_there() {
    for (text, warning) in [
        ("[1,2,\n3", "cut off"),
        ("[1,2,\n\"x", "cut off"),
        ("[1,2,\n}", "not JSON"),
        ("[1,2]\nmore", "text after"),
    ] {
        let mut out = Builder::new("x");
        let mut count = 0;
        read(text, &["[]"], &mut out, |_, _| count += 1);
        assert_eq!(count, 2, "{text}");
        let content = out.finish();
        assert!(content.warnings[0].message.contains(warning), "{:?}", content.warnings);
    }
}

#[test]
fn depth_is_a_sentence_and_not_a_crash() {
    for unit in ["[", "{\"a\":", "[{\"segments\":"] {
        let text = unit.repeat(100_000);
        let mut out = Builder::new("x");
        read(&text, &["[]"], &mut out, |_, _| {});
        assert!(out.finish().warnings[0].message.contains("too deep"));
        assert!(crate::parse(text.as_bytes()).is_err());
    }
    // Also inside an item.
    let deep = format!(
        "{{\"segments\":[{{\"start\":0,\"end\":1,\"text\":\"hi\"}},{}",
        "[".repeat(100_000)
    );
    let content = crate::parse(deep.as_bytes()).unwrap();
    assert_eq!(content.turns[0].text, "hi");
    assert_eq!(content.warnings.len(), 1);
}
