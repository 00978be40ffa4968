#![no_main]
debrief_understanding_fuzz::format!("read_ai_json");
