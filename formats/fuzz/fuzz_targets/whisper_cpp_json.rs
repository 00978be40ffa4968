#![no_main]
debrief_formats_fuzz::format!("whisper_cpp_json");
