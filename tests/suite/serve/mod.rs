//! The real binary, as an operator meets it.

mod crash;
mod disk_full;
mod https;
mod probes;
mod settings;
mod single;
mod stop;
mod system_calls;
