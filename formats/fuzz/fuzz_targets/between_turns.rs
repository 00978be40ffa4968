#![no_main]
debrief_formats_fuzz::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| debrief_formats_fuzz::between_turns(bytes));
