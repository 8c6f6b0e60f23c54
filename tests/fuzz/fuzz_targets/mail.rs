//! A mail, with all that is done with it before somebody reads it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mail_ingest::fuzz::parse_mail(data));
