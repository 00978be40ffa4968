#![no_main]
debrief_formats_fuzz::format!("whisper_json");
