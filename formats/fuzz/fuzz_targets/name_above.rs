#![no_main]
debrief_formats_fuzz::format!("name_above");
