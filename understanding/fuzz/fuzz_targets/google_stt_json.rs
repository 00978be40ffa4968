#![no_main]
debrief_understanding_fuzz::format!("google_stt_json");
