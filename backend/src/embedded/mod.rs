//! Templates, messages, styles, scripts and icons. They are packed into the binary: what is read once, at the start, takes a fifth of its
//! room that way. Builds for development read the folders instead, so that a change shows without a build.

use std::{
    collections::BTreeMap,
    io::{Error, ErrorKind, Result},
};

/// How they get into a release build.
#[cfg(debug_assertions)]
pub mod packing;

/// Files by their names: `tickets/page.html`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The templates of pages and mails.
///
/// # Errors
/// What the operating system says of a folder that cannot be read, in builds for development.
pub fn pages() -> Result<Files> {
    #[cfg(debug_assertions)]
    return packing::files(&beside("templates"), &["html"]);
    #[cfg(not(debug_assertions))]
    unpacked(include_bytes!(concat!(env!("OUT_DIR"), "/templates.zst")))
}

/// The messages, each file below the folder of its language: `de/errors.ftl`.
///
/// # Errors
/// Those of [`pages`].
pub fn messages() -> Result<Files> {
    #[cfg(debug_assertions)]
    return packing::files(&beside("templates/locales"), &["ftl"]);
    #[cfg(not(debug_assertions))]
    unpacked(include_bytes!(concat!(env!("OUT_DIR"), "/templates-locales.zst")))
}

/// Styles, scripts, icons and pictures.
///
/// # Errors
/// Those of [`pages`].
pub fn assets() -> Result<Files> {
    #[cfg(debug_assertions)]
    return packing::files(&beside("assets"), &["css", "js", "svg", "png"]);
    #[cfg(not(debug_assertions))]
    unpacked(include_bytes!(concat!(env!("OUT_DIR"), "/assets.zst")))
}

#[cfg(debug_assertions)]
fn beside(folder: &str) -> std::path::PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", folder].iter().collect()
}

/// The files of a package that `packing::packed` made.
///
/// # Errors
/// Where it is not whole.
pub fn unpacked(packed: &[u8]) -> Result<Files> {
    let all = zstd::stream::decode_all(packed)?;
    let mut rest = all.as_slice();
    let mut files = Files::new();
    while !rest.is_empty() {
        let name = String::from_utf8_lossy(part(&mut rest)?).into_owned();
        files.insert(name, part(&mut rest)?.to_vec());
    }
    Ok(files)
}

fn part<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let short = || Error::new(ErrorKind::UnexpectedEof, "the packed files are cut off");
    let (length, behind) = rest.split_first_chunk().ok_or_else(short)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| short())?;
    let (bytes, behind) = behind.split_at_checked(length).ok_or_else(short)?;
    *rest = behind;
    Ok(bytes)
}
