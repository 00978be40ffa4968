//! Variants of the tools' files: other wrappers, nulls, numbers as text, other languages.

use crate::parse;

fn said(text: &str) -> Vec<(String, Option<u64>, String)> {
    let content = parse(text.as_bytes()).unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
    let turn = |t: &debrief_domain::transcript::content::Turn| {
        (t.speaker.clone().unwrap_or_default(), t.start_ms, t.text.clone())
    };
    content.turns.iter().map(turn).collect()
}

/// Each is read with the first word, and with a speaker if one is stated.
#[test]
fn json_with_nulls_wrappings_and_numbers_as_text() {
    for (file, speaker, start) in [
        (
            r#"{"segments":[{"start":"1.5","end":null,"text":" Hi there","speaker":null}]}"#,
            "",
            1_500,
        ),
        (r#"[{"segments":[{"start":1.5,"end":2,"text":" Hi there"}],"language":"en"}]"#, "", 1_500),
        (
            r#"{"data":{"segments":[{"start":1.5,"end":2,"text":"Hi there","speaker":"SPEAKER_00"}]}}"#,
            "SPEAKER_00",
            1_500,
        ),
        (
            r#"{"result":{"utterances":[{"speaker":"A","start":1500,"end":2500,"text":"Hi there"}]}}"#,
            "Speaker A",
            1_500,
        ),
        (
            r#"[{"speaker":"A","start":1500,"end":2500,"text":"Hi there"},{"speaker":"B","start":3500,"end":4500,"text":"Hi"}]"#,
            "Speaker A",
            1_500,
        ),
        (
            r#"{"id":"x","status":"completed","utterances":null,"words":[{"text":"Hi","start":1500,"end":1700,"speaker":"A"},{"text":"there","start":1800,"end":1900,"speaker":"A"}],"text":"Hi there","audio_url":"x"}"#,
            "Speaker A",
            1_500,
        ),
        (
            r#"[{"results":{"channels":[{"alternatives":[{"words":[{"word":"Hi","start":1.5,"end":1.7,"speaker":0},{"word":"there","start":1.8,"end":1.9,"speaker":0}]}]}]}}]"#,
            "Speaker 0",
            1_500,
        ),
        (
            r#"{"data":{"transcript":{"sentences":[{"index":0,"speaker_name":"Noa","text":"Hi there","start_time":1.5,"end_time":2}]}}}"#,
            "Noa",
            1_500,
        ),
        (
            r#"{"data":{"transcripts":[{"sentences":[{"index":0,"speaker_name":"Noa","raw_text":"Hi there","text":"Hi there","start_time":"1.5","end_time":"2"}]}]}}"#,
            "Noa",
            1_500,
        ),
        (
            r#"{"monologues":[{"speaker":0,"speaker_info":null,"elements":[{"type":"text","value":"Hi","ts":1.5,"end_ts":1.6,"confidence":null},{"type":"punct","value":" "},{"type":"text","value":"there","ts":1.7,"end_ts":1.8}]}]}"#,
            "Speaker 0",
            1_500,
        ),
        (
            r#"{"transcript":{"monologues":[{"speaker":0,"elements":[{"type":"text","value":"Hi","ts":1.5,"end_ts":1.6},{"type":"punct","value":" "},{"type":"text","value":"there","ts":1.7,"end_ts":1.8}]}]}}"#,
            "Speaker 0",
            1_500,
        ),
        (
            "{\"start\":1.5,\"end\":2,\"speaker\":\"Noa\",\"text\":\"Hi there\"}\n{\"start\":3,\"end\":4,\"speaker\":\"Ben\",\"text\":\"Yes\"}\n",
            "Noa",
            1_500,
        ),
    ] {
        let said = said(file);
        assert_eq!((&*said[0].0, said[0].1), (speaker, Some(start)), "{file}");
        assert!(said[0].2.trim().starts_with("Hi"), "{file}: {said:?}");
    }
}

#[test]
fn meetings_in_other_languages() {
    for file in [
        // Teams' newer document as text.
        "Besprechungstranskript\n15. Juni 2026, 03:35\n27 Min. 42 Sek.\nNoa Levi hat die Transkription gestartet\n\nNoa Levi   0:03\nGuten Morgen.\n\nTom Ash   0:05\nHallo.\n\nNoa Levi hat die Transkription beendet\n",
        "Transcription de la réunion\n15 juin 2026, 03:35\n27 min 42 s\nNoa Levi a démarré la transcription\n\nNoa Levi   0:03\nGuten Morgen.\n\nTom Ash   0:05\nHallo.\n\nNoa Levi a arrêté la transcription\n",
        // Meet.
        "Woche (2024-03-01) – Transkript\nTeilnehmer\nNoa Levi, Tom Ash\nTranskript\nNoa Levi: Guten Morgen.\nTom Ash: Hallo.\nBesprechung nach 00:50:32 beendet 👋\nDieses Transkript: kann geändert werden.\n",
        "פגישה (2024-03-01) – תמליל\nמשתתפים\nNoa Levi, Tom Ash\nתמליל\nNoa Levi: Guten Morgen.\nTom Ash: Hallo.\nהפגישה הסתיימה אחרי 00:50:32 👋\n",
    ] {
        let said = said(file);
        let words: Vec<_> = said.iter().map(|(name, _, text)| (&**name, &**text)).collect();
        assert_eq!(words, [("Noa Levi", "Guten Morgen."), ("Tom Ash", "Hallo.")], "{file}");
    }
}

#[test]
fn reactions_in_the_languages_of_those_who_react() {
    let content = parse("00:00:01\tNoa:\tWhere can I see the list?\r\n00:00:02\tBen:\tHat auf \"Where can I see the ...\" mit 😄 reagiert\r\n00:00:03\tTom:\tRépondre à \"Where can I see the ...\"\r\n\r\non the page\r\n00:00:04\tTom:\tSe ha reaccionado a \"on the page\" con ❤️\r\n".as_bytes()).unwrap();
    let said: Vec<_> = content.turns.iter().map(|t| (t.speaker.as_deref(), &*t.text)).collect();
    assert_eq!(said, [(Some("Noa"), "Where can I see the list?"), (Some("Tom"), "on the page")]);
}

#[test]
fn hebrew_in_old_character_sets() {
    let file = "WEBVTT\r\n\r\n1\r\n00:00:01.000 --> 00:00:02.000\r\nנועה לוי: שלום לכולם, ברוכים הבאים\r\n\r\n2\r\n00:00:03.000 --> 00:00:04.000\r\nדן: תודה רבה, שמח להיות כאן היום\r\n";
    for label in ["windows-1255", "iso-8859-8"] {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let (bytes, _, lost) = encoding.encode(file);
        assert!(!lost);
        let content = parse(&bytes).unwrap();
        assert_eq!(content.participants[0].name, "נועה לוי", "{label}");
        assert_eq!(content.turns[1].text, "תודה רבה, שמח להיות כאן היום");
    }
}
