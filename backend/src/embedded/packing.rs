// How templates and assets get into a release build: `build.rs` includes this file too.

/// The best that zstd does in the time that a build has.
const LEVEL: i32 = 19;

/// The files of a folder and the folders in it that end in one of these, by their names below it.
///
/// # Errors
/// What the operating system says of a folder that cannot be read.
pub fn files(
    root: &std::path::Path,
    kinds: &[&str],
) -> std::io::Result<std::collections::BTreeMap<String, Vec<u8>>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kinds.iter().any(|one| kind == *one)) {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                found.insert(name, std::fs::read(&path)?);
            }
        }
    }
    Ok(found)
}

/// All of them in one frame: of each the name and the bytes, each after its length in four bytes, the lowest first.
///
/// # Errors
/// Where there is no memory for it.
pub fn packed(files: &std::collections::BTreeMap<String, Vec<u8>>) -> std::io::Result<Vec<u8>> {
    let mut all = Vec::new();
    for part in files.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes]) {
        all.extend(u32::try_from(part.len()).map_err(std::io::Error::other)?.to_le_bytes());
        all.extend(part);
    }
    zstd::bulk::compress(&all, LEVEL)
}
