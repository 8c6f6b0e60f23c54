//! Whether bytes are a picture that a page may show.

pub use crate::picture::kind;
