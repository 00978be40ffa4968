#![no_main]
debrief_formats_fuzz::format!("fathom_json");
