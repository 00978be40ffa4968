#![no_main]
debrief_understanding_fuzz::format!("headed_text");
