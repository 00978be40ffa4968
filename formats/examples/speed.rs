//! Measures every format: megabytes per second, whether twice the file takes twice the time, and
//! peak memory relative to the file size.
//!
//! `cargo run --release -p debrief-formats --example speed` measures generated files of 25 MB and
//! 50 MB; `-- --mb N` of N and 2 N; `-- FORMAT…` only these formats; `-- --files FILE…` reads
//! caption files on one thread, 25 times, and prints cues per second of the best pass. Each
//! measurement runs in a process of its own, because memory is measured per process (`VmHWM` of
//! `/proc/self/status`, so only on Linux).

use std::hint::black_box;
use std::process::{Command, exit};
use std::time::Instant;
use std::{env, fs};

use debrief_formats as formats;

/// Number of passes over caption files; the fastest counts.
const PASSES: u32 = 25;

/// A header, and the repeated content; `{m}`, `{s}` and `{n}` count minutes, seconds and numbers.
const FILES: &[(&str, &str, &str)] = &[
    (
        "webvtt",
        "WEBVTT\n\n",
        "{n}\n00:{m}:{s}.000 --> 00:{m}:{s}.900\nNoa Levi: so what I mean is that we should\n\n",
    ),
    (
        "srt",
        "",
        "{n}\n00:{m}:{s},000 --> 00:{m}:{s},900\nNoa Levi: so what I mean is that we should\n\n",
    ),
    ("sbv", "", "0:{m}:{s}.000,0:{m}:{s}.900\nso what I mean is that we should\n\n"),
    ("otter_txt", "", "Noa Levi  {m}:{s}  \nso what I mean is that we should go on.\n\n"),
    ("riverside_txt", "", "Noa Levi ({m}:{s}.608)\nso what I mean is that we should go on.\n\n"),
    ("happy_scribe", "", "[00:{m}:{s}.25] - Noa Levi\nso what I mean is that we should go on.\n\n"),
    ("zoom_captions", "", "[Noa Levi] 13:{m}:{s}\nso what I mean is that we should go on.\n\n"),
    ("zoom_chat", "", "00:{m}:{s}\tNoa Levi:\tso what I mean is that we should\r\n"),
    (
        "gemini_notes",
        "Notes\n\nSummary\n\nYou should review Gemini's notes to make sure\n\nTranscript\n\n",
        "Noa Levi: so what I mean is that we should go on.\nBen: yes.\n",
    ),
    (
        "google_meet",
        "Weekly - Transcript\n\nAttendees\nNoa Levi, Ben\n\nThis editable transcript was computer generated\n\n",
        "Noa Levi: so what I mean is that we should go on.\nBen: yes.\n",
    ),
    ("tsv", "start\tend\ttext\n", "{n}\t{n}\tso what I mean is that we should\n"),
    (
        "csv",
        "speaker,start,end,text\n",
        "Noa,00:{m}:{s},00:{m}:{s},\"so what I mean is that we should, and\"\n",
    ),
    ("microdvd", "{1}{1}25.000\n", "{{n}}{{n}}so what I mean is that we should\n"),
    (
        "md_table",
        "| Speaker | Start | Text |\n|---|---|---|\n",
        "| Noa | 00:{m}:{s} | so what I mean is that we should |\n",
    ),
    ("whatsapp", "", "1/2/26, 10:00 - Noa: so what I mean is that we should\n"),
    ("mpl2", "", "[{n}][{n}]so what I mean is that we should\n"),
    (
        "ttml",
        "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div>",
        "<p begin=\"00:{m}:{s}.000\" end=\"00:{m}:{s}.900\">Noa: so what I mean is that</p>\n",
    ),
    (
        "rtf",
        "{\\rtf1\\ansi ",
        "Noa Levi: so what I mean is that we should go on.\\par\nBen: yes.\\par\n",
    ),
    ("rev_nlp", "token|speaker|ts|endTs|punctuation|case|tags\n", "what|1|{n}.0|{n}.5||LC|[]\n"),
    (
        "vexa_json",
        "{\"native_meeting_id\":\"x\",\"segments\":[",
        "{\"segment_id\":\"{n}\",\"speaker\":\"Noa\",\"text\":\"so what I mean is that\",\"start\":{n},\"end\":{n}},",
    ),
    (
        "whisperx_json",
        "{\"segments\":[",
        "{\"start\":{n},\"end\":{n},\"text\":\" so what\",\"words\":[{\"word\":\"so\",\"start\":1,\"score\":0.5},{\"word\":\"what\",\"start\":1.5}]},",
    ),
    (
        "whisper_cpp_json",
        "{\"systeminfo\":\"\",\"result\":{\"language\":\"en\"},\"transcription\":[",
        "{\"offsets\":{\"from\":{n},\"to\":{n}},\"text\":\" so what I mean is that\"},",
    ),
    (
        "whisper_json",
        "{\"segments\":[",
        "{\"id\":{n},\"start\":{n},\"end\":{n},\"text\":\" so what I mean is that\"},",
    ),
    (
        "assemblyai_json",
        "{\"audio_url\":\"\",\"utterances\":[",
        "{\"speaker\":\"A\",\"start\":{n},\"end\":{n},\"text\":\"so what I mean is that\"},",
    ),
    (
        "deepgram_json",
        "{\"results\":{\"channels\":[{\"alternatives\":[{\"words\":[",
        "{\"word\":\"what\",\"start\":{n},\"end\":{n},\"speaker\":0},",
    ),
    (
        "rev_json",
        "{\"monologues\":[{\"speaker\":0,\"elements\":[",
        "{\"type\":\"text\",\"value\":\"what\",\"ts\":{n},\"end_ts\":{n}},{\"type\":\"punct\",\"value\":\" \"},",
    ),
    (
        "speechmatics_json",
        "{\"format\":\"2.9\",\"results\":[",
        "{\"type\":\"word\",\"start_time\":{n},\"end_time\":{n},\"alternatives\":[{\"content\":\"what\",\"speaker\":\"S1\"}]},",
    ),
    (
        "aws_transcribe_json",
        "{\"jobName\":\"x\",\"results\":{\"items\":[",
        "{\"type\":\"pronunciation\",\"start_time\":\"{n}\",\"end_time\":\"{n}\",\"speaker_label\":\"spk_0\",\"alternatives\":[{\"content\":\"what\"}]},",
    ),
    (
        "google_stt_json",
        "{\"results\":[",
        "{\"alternatives\":[{\"transcript\":\"so what\",\"words\":[{\"startTime\":\"{n}s\",\"endTime\":\"{n}s\",\"word\":\"so\"},{\"startTime\":\"{n}s\",\"word\":\"what\"}]}]},",
    ),
    (
        "watson_json",
        "{\"results\":[",
        "{\"alternatives\":[{\"timestamps\":[[\"so\",{n},{n}],[\"what\",{n},{n}]]}],\"final\":true},",
    ),
    (
        "fireflies_json",
        "{\"sentences\":[",
        "{\"index\":{n},\"speaker_name\":\"Noa\",\"text\":\"so what I mean is that\",\"start_time\":{n},\"end_time\":{n}},",
    ),
    (
        "fathom_json",
        "{\"transcript\":[",
        "{\"speaker\":{\"display_name\":\"Noa\"},\"text\":\"so what I mean is that\",\"timestamp\":\"00:{m}:{s}\"},",
    ),
    (
        "read_ai_json",
        "{\"speaker_blocks\":[",
        "{\"start_time\":{n},\"end_time\":{n},\"speaker\":{\"name\":\"Noa\"},\"words\":\"so what I mean is that\"},",
    ),
    (
        "granola_json",
        "{\"transcript\":[",
        "{\"speaker\":\"Me\",\"startMs\":{n},\"endMs\":{n},\"text\":\"so what I mean is that\"},",
    ),
    (
        "podcast_json",
        "{\"version\":\"1.0.0\",\"segments\":[",
        "{\"speaker\":\"Noa\",\"startTime\":{n},\"endTime\":{n},\"body\":\"so what I mean is that\"},",
    ),
    (
        "utterances_json",
        "{\"data\":[",
        "{\"speaker\":\"Noa\",\"text\":\"so what I mean is that\",\"startTime\":{n}.5,\"endTime\":{n}.9},",
    ),
    (
        "textgrid",
        "File type = \"ooTextFile\"\n\"TextGrid\" 0 9 <exists> 1 \"IntervalTier\" \"Noa\" 0 9 9999999\n",
        "{n} {n} \"so what I mean is that\"\n",
    ),
    ("youtube_xml", "<transcript>", "<text start=\"{n}\" dur=\"2\">so what I mean is that</text>"),
    ("podcast_html", "<cite>Noa:</cite><time>0:05</time>", "<p>so what I mean is that</p>\n"),
    (
        "html",
        "<html><body>",
        "<p><b>Noa:</b> so what I mean is that</p><p><b>Ben:</b> yes I see.</p>\n",
    ),
    ("named_text", "", "Noa Levi: so what I mean is that we should go on.\nBen: yes.\n"),
    ("headed_text", "", "Noa Levi | 00:{m}:{s}\nso what I mean is that we should go on.\n\n"),
    (
        "name_above",
        "",
        "Noa Levi\nso what I mean is that we should go on.\n\nBen Ash\nyes I see, and then?\n\n",
    ),
    ("timed_text", "", "[00:{m}:{s}.000] so what I mean is that we should\n"),
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--one", format, mb] => one(format, megabytes(mb)),
        ["--files", files @ ..] => cues(files),
        ["--mb", mb, formats @ ..] => table(megabytes(mb), formats),
        formats => table(25, formats),
    }
}

fn megabytes(text: &str) -> usize {
    text.parse().unwrap_or_else(|_| {
        eprintln!("{text} is not a number of megabytes");
        exit(2)
    })
}

/// Prints a row for each format.
fn table(mb: usize, only: &[&str]) {
    println!(
        "| format | MB/s at {} MB | time of {} MB / {mb} MB | peak memory / file |",
        2 * mb,
        2 * mb
    );
    println!("|---|---|---|---|");
    for (format, ..) in FILES.iter().filter(|(id, ..)| only.is_empty() || only.contains(id)) {
        let (once, twice) = (measure(format, mb), measure(format, 2 * mb));
        println!(
            "| `{format}` | {:.0} | {:.2} | {:.2} |",
            2.0 * mb as f64 / twice.0,
            twice.0 / once.0,
            twice.1
        );
    }
}

/// Returns seconds, and peak memory relative to the file, of the best of three processes.
fn measure(format: &str, mb: usize) -> (f64, f64) {
    let mut best = (f64::MAX, f64::MAX);
    for _ in 0..3 {
        let child = env::current_exe()
            .and_then(|exe| Command::new(exe).args(["--one", format, &mb.to_string()]).output());
        let output = match child {
            Ok(output) if output.status.success() => {
                String::from_utf8_lossy(&output.stdout).into_owned()
            }
            Ok(output) => fail(&String::from_utf8_lossy(&output.stderr)),
            Err(error) => fail(&error.to_string()),
        };
        let mut numbers = output.split_whitespace().filter_map(|number| number.parse::<f64>().ok());
        let (Some(seconds), Some(memory)) = (numbers.next(), numbers.next()) else {
            fail(&output);
        };
        best = (best.0.min(seconds), best.1.min(memory));
    }
    best
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    exit(1)
}

/// Reads one generated file and prints seconds, and peak memory relative to its size.
fn one(format: &str, mb: usize) {
    let Some((_, start, unit)) = FILES.iter().find(|(id, ..)| *id == format) else {
        fail(&format!("no such format: {format}"));
    };
    let size = mb << 20;
    let mut file = String::with_capacity(size + 512);
    file.push_str(start);
    let mut number = 0u32;
    while file.len() < size {
        fill(unit, number, &mut file);
        number += 1;
    }
    let begun = Instant::now();
    let content =
        formats::parse(file.as_bytes()).unwrap_or_else(|refusal| fail(&refusal.to_string()));
    let took = begun.elapsed();
    if content.format != format {
        fail(&format!("{format} was taken for {}", content.format));
    }
    // The file is read to its end only if it does not exceed the maximum of turns.
    black_box(&content);
    println!("{} {}", took.as_secs_f64(), peak() / file.len() as f64);
}

/// Writes the unit with its numbers, without allocating strings.
fn fill(unit: &str, number: u32, file: &mut String) {
    use std::fmt::Write;
    let mut rest = unit;
    while let Some(at) = rest.find(['{']) {
        file.push_str(&rest[..at]);
        let written = match rest.get(at..at + 3) {
            Some("{m}") => write!(file, "{:02}", number / 60 % 60),
            Some("{s}") => write!(file, "{:02}", number % 60),
            Some("{n}") => write!(file, "{number}"),
            _ => {
                file.push('{');
                rest = &rest[at + 1..];
                continue;
            }
        };
        if written.is_err() {
            fail("a number cannot be written");
        }
        rest = &rest[at + 3..];
    }
    file.push_str(rest);
}

/// Returns the peak memory of this process in bytes.
fn peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) * 1024.0
}

/// Reads all files repeatedly, and prints their cues per second.
fn cues(files: &[&str]) {
    let read: Vec<Vec<u8>> = files
        .iter()
        .map(|file| fs::read(file).unwrap_or_else(|error| fail(&format!("{file}: {error}"))))
        .collect();
    let all: usize =
        read.iter().map(|bytes| bytes.windows(5).filter(|w| w == b" --> ").count()).sum();
    let mut best = f64::MAX;
    for _ in 0..PASSES {
        let begun = Instant::now();
        for bytes in &read {
            black_box(formats::parse(bytes).unwrap_or_else(|refusal| fail(&refusal.to_string())));
        }
        best = best.min(begun.elapsed().as_secs_f64());
    }
    println!("{} files, {all} cues, {:.0} cues/s", files.len(), all as f64 / best);
}
