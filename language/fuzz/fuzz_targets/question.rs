#![no_main]
debrief_language_fuzz::libfuzzer_sys::fuzz_target!(|text: &str| {
    debrief_language_fuzz::asked(text);
});
