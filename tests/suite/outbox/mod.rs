//! Answers on their way out: headers, the hold, a relay that fails in every way.

mod dkim;
mod headers;
mod lanes;
mod list;
mod passing;
mod relay;
mod security;
mod subject_tag;
mod threading;
mod torture;
mod wire;
