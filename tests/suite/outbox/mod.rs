//! Answers on their way out: headers, the hold, a relay that fails in every way.

mod headers;
mod lanes;
mod relay;
mod security;
mod torture;
