//! Promises about the source itself.

mod fields;
mod layering;
mod licences;
mod messages;
mod migrations;
mod modules;
mod styles;
