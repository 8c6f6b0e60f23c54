//! Promises about the source itself.

mod layering;
mod licences;
mod migrations;
