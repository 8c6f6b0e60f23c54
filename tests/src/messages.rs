//! The messages of all languages as they stand in their files, and what of the source asks for them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser::parse;

/// One message in one language.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// The file's name within its language.
    pub file: String,
    /// What is filled in.
    pub variables: BTreeSet<String>,
    /// Its words between what is filled in, of each wording it can take.
    pub texts: Vec<String>,
}

/// The workspace's directory.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace").to_owned()
}

/// The languages there are messages for, by their folders.
pub fn languages() -> Vec<String> {
    let folders = fs::read_dir(root().join("templates/locales")).expect("the languages");
    let mut names: Vec<String> =
        folders.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// All messages of a language.
///
/// # Panics
/// When a file is no Fluent, or a key is there twice.
pub fn catalogue(language: &str) -> BTreeMap<String, Message> {
    let mut found = BTreeMap::new();
    for (path, text) in files(&format!("templates/locales/{language}"), ".ftl") {
        let file = path.rsplit('/').next().unwrap_or_default().to_owned();
        let resource = parse(text.as_str()).unwrap_or_else(|(_, errors)| panic!("{path}: {errors:?}"));
        for entry in resource.body {
            let Entry::Message(message) = entry else { continue };
            let mut read = Message { file: file.clone(), ..Message::default() };
            if let Some(pattern) = &message.value {
                read.pattern(pattern);
            }
            let before = found.insert(message.id.name.to_owned(), read);
            assert!(before.is_none(), "{path}: {} is there twice", message.id.name);
        }
    }
    found
}

impl Message {
    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.texts.push((*value).to_owned()),
                PatternElement::Placeable { expression } => self.expression(expression),
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.pattern(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::StringLiteral { value } => self.texts.push((*value).to_owned()),
            _ => {}
        }
    }
}

/// The files below a directory of the workspace whose names end like this, with their texts.
///
/// # Panics
/// When there is none.
pub fn files(directory: &str, ending: &str) -> Vec<(String, String)> {
    fn walk(directory: &Path, ending: &str, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.to_string_lossy().ends_with(ending) {
                let text = fs::read_to_string(&path).expect("a file of the source");
                found.push((path.strip_prefix(root()).unwrap_or(&path).display().to_string(), text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(directory), ending, &mut found);
    assert!(!found.is_empty(), "no {ending} under {directory}");
    found.sort();
    found
}
