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
        ("ד\"ר נועה לוי: שלום", "ד\"ר נועה לוי", "שלום"),
        (
            "Maria del Carmen de la Fuente García: hola",
            "Maria del Carmen de la Fuente García",
            "hola",
        ),
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
        "one of the goals of the week is this: rest",
        "הוא אמר \"כן\" ואז: שקט",
    ] {
        assert_eq!(prefix(line), None, "{line}");
    }
}

#[test]
fn names_without_a_space_behind_their_colon() {
    assert_eq!(glued("Noa Levi:so we go"), Some(("Noa Levi", "so we go")));
    assert_eq!(glued("נועה:שלום"), Some(("נועה", "שלום")));
    for line in [
        "http://example.org",
        "HTTP:foo",
        "12:30",
        "at 12:30",
        "C:\\temp",
        "Note:this",
        "so:this",
        "Noa: hi",
        ":smile:",
        "std::string",
    ] {
        assert_eq!(glued(line), None, "{line}");
    }
}
