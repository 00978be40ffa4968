#![no_main]
debrief_understanding_fuzz::format!("utterances_json");
