use super::*;

fn all(text: &str, header: bool) -> Vec<Block<'_>> {
    let mut all = Vec::new();
    blocks(text, header, |block| {
        all.push(match block {
            Block::Cue(cue) => Block::Cue(Cue { id: None, ..cue }),
            other => other,
        });
    });
    all
}

fn cue<'a>(line: u32, timing: &'a str, payload: &'a str) -> Block<'a> {
    let one_line = !payload.contains(['\n', '\r']);
    Block::Cue(Cue { line, timing, usual: usual_timing(timing), payload, one_line, id: None })
}

#[test]
fn blocks_of_a_tidy_file() {
    let text =
        "WEBVTT - title\nLanguage: en\n\nNOTE a\nb\n\n7\n00:01.000 --> 00:02.000\nhi\nthere\n";
    assert_eq!(
        all(text, true),
        [
            Block::Note(1, "WEBVTT - title\nLanguage: en"),
            Block::Note(4, "NOTE a\nb"),
            cue(8, "00:01.000 --> 00:02.000", "hi\nthere"),
        ]
    );
}

#[test]
fn missing_blank_lines_do_not_put_ids_into_mouths() {
    let text = "1\n00:01,000 --> 00:02,000\nI count to\n10\n2\n00:03,000 --> 00:04,000\nten\n";
    assert_eq!(
        all(text, false),
        [
            cue(2, "00:01,000 --> 00:02,000", "I count to\n10\n"),
            cue(6, "00:03,000 --> 00:04,000", "ten"),
        ]
    );
}

#[test]
fn an_arrow_in_speech_is_speech() {
    let text = "00:01.000 --> 00:02.000\nfrom fear --> to trust\n";
    assert_eq!(all(text, false), [cue(1, "00:01.000 --> 00:02.000", "from fear --> to trust")]);
}

#[test]
fn stray_text_is_told_from_ids() {
    let text = "lost words\nmore\nid\n00:01.000 --> 00:02.000\nhi\n\nend\n";
    assert_eq!(
        all(text, false),
        [
            Block::Stray(1, "lost words\nmore"),
            cue(4, "00:01.000 --> 00:02.000", "hi"),
            Block::Stray(7, "end"),
        ]
    );
}

#[test]
fn a_file_too_long_to_be_kept_is_read_the_same() {
    let cue = |n: usize| format!("00:00:01.000 --> 00:00:02.000\nNoa: word {n}\n\n");
    let read_all = |text: &str| {
        let mut out = Builder::new("srt");
        read(text, false, &mut out, |_, _| {});
        out.finish()
    };
    let short: String = (0..KEPT).map(cue).collect();
    let long = format!("{short}{}", cue(KEPT));
    assert!(survey(&short, false).kept.is_some());
    assert!(survey(&long, false).kept.is_none());
    let (short, long) = (read_all(&short), read_all(&long));
    assert_eq!(long.turns[..short.turns.len() - 1], short.turns[..short.turns.len() - 1]);
    assert!(long.turns.iter().all(|turn| turn.speaker.as_deref() == Some("Noa")));
    assert!(long.turns.last().unwrap().text.ends_with(&format!("word {KEPT}")));
}
