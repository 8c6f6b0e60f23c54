//! What the linker is told beyond what cargo knows. A binary of this size has some 130,000 addresses that are fixed up when it
//! starts; packed (RELR) they take a few kilobytes instead of three megabytes.

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if is_linux_with_glibc() && glibc().is_some_and(|version| version >= (2, 36)) {
        // A linker too old for it says so and goes on.
        println!("cargo::rustc-link-arg-bin=turnstone=-Wl,-z,pack-relative-relocs");
    }
}

fn is_linux_with_glibc() -> bool {
    let target = |name: &str| env::var(name).unwrap_or_default();
    let native = target("HOST") == target("TARGET");
    native && target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu"
}

/// The version of the C library here: the loader has to know the format too, which it does since 2.36.
fn glibc() -> Option<(u32, u32)> {
    let answer = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
