#![no_main]
debrief_understanding_fuzz::libfuzzer_sys::fuzz_target!(|text: &str| {
    debrief_understanding_fuzz::asked(text);
});
