//! Every dependency's licence allows what MIT OR Apache-2.0 promises to others.

use std::process::Command;

/// Licences whose terms a binary under MIT OR Apache-2.0 can keep. MPL-2.0 binds its own files only.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "PostgreSQL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[test]
fn every_dependency_may_be_linked() {
    // Without a network cargo knows only what this build needed; with one, all features of it.
    let output = metadata(&["--all-features"])
        .or_else(|_| metadata(&["--offline"]))
        .unwrap_or_else(|error| panic!("cargo metadata: {error}"));
    let metadata: serde_json::Value = serde_json::from_slice(&output).expect("cargo's JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "the workspace has hundreds of dependencies; {} were seen", packages.len());
    let offenders: Vec<String> = packages
        .iter()
        .filter(|package| !allowed(package["license"].as_str().unwrap_or_default()))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(offenders.is_empty(), "licences that nobody allowed:\n{}", offenders.join("\n"));
}

fn metadata(arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &host()])
        .args(arguments)
        .current_dir(super::layering::root())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn host() -> String {
    let version = Command::new("rustc").arg("-vV").output().expect("rustc stands beside cargo");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_owned()
}

/// An SPDX expression is allowed when one side of each `OR`, and all sides of each `AND`, are.
fn allowed(expression: &str) -> bool {
    let expression = expression.trim();
    if let Some((left, right)) = split_outside(expression, " OR ").or_else(|| expression.split_once('/')) {
        return allowed(left) || allowed(right);
    }
    if let Some((left, right)) = split_outside(expression, " AND ") {
        return allowed(left) && allowed(right);
    }
    match expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => allowed(inner),
        None => ALLOWED.contains(&expression),
    }
}

/// Splits at the first `word` that stands outside of parentheses.
fn split_outside<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let mut depth = 0_i32;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && text[at..].starts_with(word) => {
                return Some((&text[..at], &text[at + word.len()..]));
            }
            _ => {}
        }
    }
    None
}

#[test]
fn expressions_are_understood() {
    assert!(allowed("MIT OR GPL-3.0-or-later"));
    assert!(allowed("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(!allowed("MIT AND GPL-3.0-or-later"));
    assert!(!allowed("GPL-3.0-or-later"));
    assert!(!allowed(""));
}
