#![no_main]
debrief_formats_fuzz::format!("aws_transcribe_json");
