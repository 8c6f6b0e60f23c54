//! Packs templates and assets for a release, and tells the linker what cargo does not know. A binary of this size has some 130,000 addresses that are fixed up when it
//! starts; packed (RELR) they take a few kilobytes instead of three megabytes.

use std::{env, fs, io, path::Path, process::Command};

mod packing {
    include!("src/embedded/packing.rs");
}

/// Functions that came out alike become one: a generic one is made anew for each type, also where the type makes no difference
/// in the end. Rust promises no two functions different addresses; SQLite lives with it in browsers that are linked so.
const FOLD: &str = "-Wl,--icf=all";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    // Builds for development read the folders.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        pack("templates", &["html"])?;
        pack("templates/locales", &["ftl"])?;
        pack("assets", &["css", "js", "svg", "png"])?;
    }
    if is_linux_with_glibc() && glibc().is_some_and(|version| version >= (2, 36)) {
        // A linker too old for it says so and goes on.
        println!("cargo::rustc-link-arg-bin=turnstone=-Wl,-z,pack-relative-relocs");
    }
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") && links_with(FOLD)? {
        println!("cargo::rustc-link-arg-bin=turnstone={FOLD}");
    }
    Ok(())
}

/// A folder beside those of the crates, as `embedded` reads it.
fn pack(folder: &str, kinds: &[&str]) -> io::Result<()> {
    let place = |name: &str| env::var(name).map_err(io::Error::other);
    let root = Path::new(&place("CARGO_MANIFEST_DIR")?).join("..").join(folder);
    println!("cargo::rerun-if-changed=src/embedded/packing.rs");
    println!("cargo::rerun-if-changed={}", root.display());
    let packed = packing::packed(&packing::files(&root, kinds)?)?;
    fs::write(Path::new(&place("OUT_DIR")?).join(folder.replace('/', "-")).with_extension("zst"), packed)
}

fn is_linux_with_glibc() -> bool {
    let target = |name: &str| env::var(name).unwrap_or_default();
    let native = target("HOST") == target("TARGET");
    native && target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu"
}

/// Whether the linker that cargo will use knows an option: not all do, and those that do not refuse to link.
fn links_with(option: &str) -> io::Result<bool> {
    let place = |name: &str| env::var(name).map_err(io::Error::other);
    let source = Path::new(&place("OUT_DIR")?).join("empty.rs");
    fs::write(&source, "fn main() {}")?;
    let mut rustc = Command::new(place("RUSTC")?);
    rustc.arg(&source).arg("-o").arg(source.with_extension("")).arg("-C").arg(format!("link-arg={option}"));
    rustc.arg("--target").arg(place("TARGET")?);
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg("-C").arg(format!("linker={linker}"));
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    Ok(rustc.output().is_ok_and(|output| output.status.success()))
}

/// The version of the C library here: the loader has to know the format too, which it does since 2.36.
fn glibc() -> Option<(u32, u32)> {
    let answer = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
