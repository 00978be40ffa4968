#![no_main]
debrief_understanding_fuzz::format!("whisper_cpp_json");
