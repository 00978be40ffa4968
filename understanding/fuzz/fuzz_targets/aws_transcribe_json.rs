#![no_main]
debrief_understanding_fuzz::format!("aws_transcribe_json");
