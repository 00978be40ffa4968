#![no_main]
debrief_understanding_fuzz::format!("vexa_json");
