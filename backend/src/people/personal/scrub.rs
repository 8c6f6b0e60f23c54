//! A person's addresses and names taken out of texts.

use regex::Regex;

use super::Known;
use crate::error::{Error, Result};

/// What stands where something was; the same in every language, and in JSON as it is.
pub const MARK: &str = "[…]";
/// The longest pattern, in bytes of the compiled form.
const LARGEST: usize = 16 << 20;

/// Finds a person in texts. Linear in the text, whatever he is called.
#[derive(Debug)]
pub struct Scrub(Regex);

impl Scrub {
    /// For his addresses, and the whole of his names as words of their own.
    pub fn new(known: &Known) -> Result<Self> {
        let mut patterns: Vec<String> =
            known.addresses.iter().map(|address| regex::escape(address)).collect();
        // The longest first: of two that begin alike it is the one that is meant.
        patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.len()));
        let edge = |c: Option<char>| if c.is_some_and(char::is_alphanumeric) { r"\b" } else { "" };
        for name in &known.names {
            let (first, last) = (edge(name.chars().next()), edge(name.chars().next_back()));
            patterns.push(format!("{first}{}{last}", regex::escape(name)));
        }
        if patterns.is_empty() {
            // Nobody has no name and no address; and nothing is found then.
            patterns.push(r"[^\s\S]".to_owned());
        }
        regex::RegexBuilder::new(&patterns.join("|"))
            .case_insensitive(true)
            .size_limit(LARGEST)
            .build()
            .map(Self)
            .map_err(|error| Error::Unexpected(error.into()))
    }

    /// The text without him.
    pub fn text(&self, text: &str) -> String {
        self.0.replace_all(text, MARK).into_owned()
    }

    /// The same of a text that may be missing.
    pub fn maybe(&self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    /// Whether he is in it.
    pub fn finds(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
