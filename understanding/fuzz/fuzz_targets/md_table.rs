#![no_main]
debrief_understanding_fuzz::format!("md_table");
