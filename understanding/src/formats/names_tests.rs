use super::*;

#[test]
fn shapes_of_names() {
    for (line, name, rest) in [
        ("Mario Havel: Hey", "Mario Havel", "Hey"),
        ("Enrico Del Fante (tbenr): gm", "Enrico Del Fante (tbenr)", "gm"),
        ("Saulius Grigaitis | Grandine: ok", "Saulius Grigaitis | Grandine", "ok"),
        ("Marcos A. Maceo: ok", "Marcos A. Maceo", "ok"),
        ("Dr. Levi: ok", "Dr. Levi", "ok"),
        ("Levi, Noa: ok", "Levi, Noa", "ok"),
        ("[SPEAKER_01]: Hola", "SPEAKER_01", "Hola"),
        ("SPEAKER_00: Hola", "SPEAKER_00", "Hola"),
        (">> MARK: hello", "MARK", "hello"),
        ("נועה לוי: שלום", "נועה לוי", "שלום"),
        ("田中：おはよう", "田中", "おはよう"),
        ("Anna (she/her): ten: thirty", "Anna (she/her)", "ten: thirty"),
        ("Anna:", "Anna", ""),
    ] {
        assert_eq!(prefix(line), Some((name, rest)), "{line}");
    }
}

#[test]
fn shapes_of_anything_else() {
    for line in [
        "https://example.org",
        "at 10:30 we start",
        "What I learned today is this: rest",
        "Wait! Anna: hello",
        "I said. And then: nothing",
        "12: twelve",
        "(laughs): yes",
        "Is it you?: yes",
        "no colon here",
        ": text",
        "a, b, and c: letters",
    ] {
        assert_eq!(prefix(line), None, "{line}");
    }
}

#[test]
fn direction_marks_and_spaces_are_cleaned() {
    assert_eq!(clean("\u{200F}נועה\u{202C}  לוי ").as_deref(), Some("נועה לוי"));
    assert_eq!(clean("Unknown Speaker"), None);
    assert_eq!(clean("\u{200E} "), None);
}

fn speakers(lines: &[&str]) -> Vec<String> {
    let text = lines.join("\n");
    let mut tally = Tally::default();
    for line in lines {
        tally.unit(prefix(line).map(|(name, _)| name));
    }
    let mut names: Vec<_> = tally.speakers(&text).believed.into_keys().collect();
    names.sort();
    names
}

#[test]
fn the_whole_file_decides() {
    assert_eq!(speakers(&["Anna: hi", "Ben: hello", "Anna: so?"]), ["Anna", "Ben"]);
    assert_eq!(speakers(&["kev: hi", "Jihoon: hello", "kev: so?"]), ["Jihoon", "kev"]);
    let none: [&str; 0] = [];
    assert_eq!(speakers(&["Close your eyes.", "Remember: breathe.", "And again."]), none);
    assert_eq!(
        speakers(&["Breathe in.", "Inhale: four.", "Now inhale.", "Inhale: five.", "Out.", "Out."]),
        none,
        "a word the text uses in lower case is a word"
    );
    assert_eq!(
        speakers(&["Anna: hi", "Ben: hello", "Remember: breathe", "Anna: ok", "Ben: ok"]),
        ["Anna", "Ben"]
    );
}
