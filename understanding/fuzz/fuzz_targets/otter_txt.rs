#![no_main]
debrief_understanding_fuzz::format!("otter_txt");
