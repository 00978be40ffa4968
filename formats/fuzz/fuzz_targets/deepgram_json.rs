#![no_main]
debrief_formats_fuzz::format!("deepgram_json");
