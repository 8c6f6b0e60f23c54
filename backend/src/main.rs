//! The one binary; everything it does is in the library.

use std::process::ExitCode;

// A mail asks for some two thousand pieces of memory, SQLite's pages and ours: a sixth of what it costs with the system's
// allocator. The feature `override` gives it to SQLite as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    turnstone::cli::main()
}
