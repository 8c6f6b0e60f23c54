//! What a client says to the listener.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mail_ingest::fuzz::smtp_dialogue(data));
