//! Every sentence is there in every language, something asks for it, and nothing asks for one that is not there.
//!
//! What asks is read from the source. A key stands as a literal behind `tr`, `tr_with`, `tr_count`, `tr_html` or `say!`,
//! or in a table of keys; a key that is put together stands as `format!("beginning-{}-end")`, in a template as
//! `key="beginning-" ~ end`.

use std::collections::BTreeSet;

use tests::messages::{catalogue, files, languages};

/// What a key stands behind where it is asked for by name.
const ASKS: [&str; 4] = ["tr(\"", "tr_with(\"", "tr_count(\"", "say!(\""];

/// A key that is put together: how it begins and ends.
type Made = (String, String);

/// All that the source asks for.
#[derive(Default)]
struct Asked {
    /// By name: must be there.
    named: BTreeSet<String>,
    /// Literals that look like a key of several words, as tables of keys hold them.
    possible: BTreeSet<String>,
    /// Put together, behind one of [`ASKS`]: something must begin and end so.
    made: BTreeSet<Made>,
    /// Put together elsewhere: may be a key.
    possibly_made: BTreeSet<Made>,
}

impl Asked {
    fn read() -> Self {
        let mut asked = Self::default();
        for (_, text) in files("templates", ".html") {
            for mark in ["tr(key=\"", "tr_html(key=\""] {
                for (key, rest) in text.split(mark).skip(1).filter_map(|rest| rest.split_once('"')) {
                    if rest.trim_start().starts_with('~') {
                        asked.made.insert((key.to_owned(), String::new()));
                    } else {
                        asked.named.insert(key.to_owned());
                    }
                }
            }
        }
        for (_, text) in files("backend/src", ".rs") {
            asked.code(&code(&text));
        }
        asked
    }

    fn code(&mut self, text: &str) {
        // A call may be broken into lines; what stands between the brackets and the literal is only blanks.
        let text = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace("( ", "(")
            .replace("(&format!", "(format!");
        for mark in ASKS {
            self.named.extend(behind(&text, mark).filter(|key| is_key(key)).map(str::to_owned));
            self.made.extend(behind(&text, &mark.replace('"', "format!(\"")).filter_map(made));
        }
        for literal in text.split('"') {
            if is_key(literal) && literal.contains('-') {
                self.possible.insert(literal.to_owned());
            } else if let Some(form) = made(literal) {
                self.possibly_made.insert(form);
            }
        }
    }

    fn asks_for(&self, key: &str) -> bool {
        let fits = |(start, end): &Made| fits(key, start, end);
        self.named.contains(key)
            || self.possible.contains(key)
            || self.made.iter().any(fits)
            || self.possibly_made.iter().any(fits)
    }
}

fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The literals behind a call's name; `push_str(` is no `tr(`.
fn behind<'a>(text: &'a str, mark: &str) -> impl Iterator<Item = &'a str> {
    let of_name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(mark).filter_map(move |(at, mark)| {
        let whole = !text.get(..at).unwrap_or_default().ends_with(of_name);
        let literal = text.get(at + mark.len()..).unwrap_or_default().split('"').next();
        literal.filter(|_| whole)
    })
}

fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// The beginning and the end of a key that is put together.
fn made(form: &str) -> Option<Made> {
    let (start, rest) = form.split_once('{')?;
    let end = rest.rsplit_once('}').map_or("", |(_, end)| end);
    let shaped = start.ends_with('-') && is_key(start) && (end.is_empty() || end.starts_with('-'));
    shaped.then(|| (start.to_owned(), end.to_owned()))
}

fn fits(key: &str, start: &str, end: &str) -> bool {
    key.len() > start.len() + end.len() && key.starts_with(start) && key.ends_with(end)
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn every_language_says_everything() {
    let english = catalogue("en");
    let mut wrong = Vec::new();
    for language in languages() {
        let other = catalogue(&language);
        for (key, message) in &english {
            match other.get(key) {
                None => wrong.push(format!("{language}/{} lacks {key}", message.file)),
                Some(found) if found.variables != message.variables => {
                    wrong.push(format!(
                        "{language}: {key} fills in {:?}, not {:?}",
                        found.variables, message.variables
                    ));
                }
                Some(found) if found.file != message.file => {
                    wrong.push(format!("{language}: {key} is in {}, not in {}", found.file, message.file));
                }
                Some(_) => {}
            }
        }
        let unknown = other.keys().filter(|key| !english.contains_key(*key));
        wrong.extend(unknown.map(|key| format!("{language} has {key}, which English has not")));
    }
    assert_eq!(wrong, none(), "translate them in templates/locales; see CONTRIBUTING.md");
}

#[test]
fn every_message_that_is_asked_for_exists() {
    let (keys, asked) = (catalogue("en"), Asked::read());
    let missing: Vec<String> = asked.named.iter().filter(|key| !keys.contains_key(*key)).cloned().collect();
    assert_eq!(missing, none());
    let empty = asked.made.iter().filter(|(start, end)| !keys.keys().any(|key| fits(key, start, end)));
    assert_eq!(empty.map(|(start, end)| format!("{start}…{end}")).collect::<Vec<_>>(), none());
    assert!(asked.named.len() > 500 && asked.made.len() > 5, "the source is read");
}

#[test]
fn no_message_is_left_over() {
    let asked = Asked::read();
    let unused: Vec<String> = catalogue("en").into_keys().filter(|key| !asked.asks_for(key)).collect();
    assert_eq!(unused, none());
}

#[test]
fn every_language_has_a_name_to_be_chosen_by() {
    let english = catalogue("en");
    for language in languages() {
        assert!(english.contains_key(&format!("language-{language}")), "{language}");
    }
}

#[test]
fn each_language_sets_its_own_signs() {
    let wrong = |language: &str, signs: &[&str]| -> Vec<String> {
        let holds = |texts: &[String]| texts.iter().any(|text| signs.iter().any(|sign| text.contains(sign)));
        let messages = catalogue(language).into_iter().filter(|(_, message)| holds(&message.texts));
        messages.map(|(key, _)| format!("{language}: {key}")).collect()
    };
    assert_eq!(
        wrong("fr", &[" :", " ;", " !", " ?", "« ", " »", "“", "”"]),
        none(),
        "« … », and U+202F before : ; ! ?"
    );
    assert_eq!(wrong("de", &["”", "«", "»"]), none(), "„…“");
}

#[test]
fn what_the_source_asks_for_is_understood() {
    let mut asked = Asked::default();
    asked.code(
        "tr(\"one\"); language.tr_with(\n    \"two-words\",\n &[]); tr(&format!(\"step-{}\", x)); \
         let table = [(\"\", \"in-table\")]; let key = format!(\"link-{kind}-reverse\"); field(\"alone\"); push_str(\"alone\")",
    );
    assert!(asked.named.contains("one") && asked.named.contains("two-words"));
    assert_eq!(asked.made, [("step-".to_owned(), String::new())].into());
    for key in ["one", "in-table", "step-parse", "link-related-reverse"] {
        assert!(asked.asks_for(key), "{key}");
    }
    for key in ["alone", "link-related", "step-", "other"] {
        assert!(!asked.asks_for(key), "{key}");
    }
}
