#![no_main]
debrief_formats_fuzz::format!("headed_text");
