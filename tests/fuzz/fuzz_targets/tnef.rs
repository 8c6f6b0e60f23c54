//! A winmail.dat, RTF, an S/MIME wrapping.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mail_ingest::fuzz::tnef(data));
