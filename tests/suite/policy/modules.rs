//! A file that no module names is never compiled, and its tests pass by not being there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files below a folder, and whether the module above each of them names it.
fn unnamed(directory: &Path, above: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(above).unwrap_or_default();
    let named: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_suffix(';'))
        .filter_map(|line| line.rsplit_once("mod "))
        .map(|(_, name)| name)
        .collect();
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let module = [path.join("mod.rs"), directory.join(format!("{name}.rs"))];
        let inside = path.is_dir().then(|| module.into_iter().find(|file| file.exists())).flatten();
        let is_code = path.extension().is_some_and(|end| end == "rs");
        if (inside.is_some() || is_code && path != above) && !named.contains(name.as_str()) {
            missing.push(path.clone());
        }
        missing.extend(inside.map(|above| unnamed(&path, &above)).unwrap_or_default());
    }
    missing
}

#[test]
fn each_file_is_part_of_the_suite_and_of_the_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (directory, above) in
        [("tests/suite", "main.rs"), ("backend/src", "lib.rs"), ("mail-ingest/src", "lib.rs")]
    {
        let directory = root.join(directory);
        let mut missing = unnamed(&directory, &directory.join(above));
        // Programs of their own.
        missing.retain(|path| !path.ends_with("main.rs") && !path.ends_with("bin"));
        assert_eq!(missing, Vec::<PathBuf>::new(), "named by no module");
    }
}
