#![no_main]
debrief_formats_fuzz::format!("read_ai_json");
