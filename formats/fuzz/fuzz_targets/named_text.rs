#![no_main]
debrief_formats_fuzz::format!("named_text");
