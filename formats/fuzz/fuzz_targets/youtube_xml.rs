#![no_main]
debrief_formats_fuzz::format!("youtube_xml");
