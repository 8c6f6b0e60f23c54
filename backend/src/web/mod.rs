//! Pages: requests to verbs of the domain and back. Mirrors `templates/`; knows HTTP and no SQL.
//!
//! A request passes the headers ([`headers`]), the gate ([`routes`]: session, needs, same-site proof), its
//! handler, and leaves as a page rendered by [`render`]. Each handler loads first and renders afterwards.

pub mod assets;
pub mod headers;
pub mod render;
pub mod text;
pub mod times;
