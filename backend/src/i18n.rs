//! Every sentence a person sees, by key, in the person's language.
//!
//! The messages are Fluent files under `templates/locales/LANGUAGE/`; a language is added by adding a folder. All are
//! complete, which a test sees to; where one were silent, English would speak.

mod catalogue;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Display;

pub use fluent_bundle::FluentValue;
use unic_langid::LanguageIdentifier;

/// Named values for a message.
pub type Values<'a> = HashMap<Cow<'static, str>, FluentValue<'a>>;

/// A language Turnstone has messages for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language(LanguageIdentifier);

impl Language {
    /// English, the language every message exists in.
    pub fn english() -> Self {
        Self(catalogue::fallback())
    }

    /// The language with this tag (`de`, `fr-CA`), or English where there are no messages for it.
    pub fn named(tag: &str) -> Self {
        let Ok(wanted) = tag.parse::<LanguageIdentifier>() else { return Self::english() };
        Self::like(&wanted).unwrap_or_else(Self::english)
    }

    /// The best match for an `Accept-Language` header; of equally wished ones the first wins.
    pub fn accepted(header: &str) -> Self {
        let mut wanted: Vec<(f32, &str)> = header
            .split(',')
            .filter_map(|part| {
                let mut bits = part.split(';');
                let tag = bits.next()?.trim();
                let weight = bits.find_map(|bit| bit.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
                (!tag.is_empty() && weight > 0.0).then_some((weight, tag))
            })
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, tag) in wanted {
            let Ok(id) = tag.parse::<LanguageIdentifier>() else { continue };
            if let Some(found) = Self::like(&id) {
                return found;
            }
        }
        Self::english()
    }

    /// The one there are messages for that differs at most in its region.
    fn like(wanted: &LanguageIdentifier) -> Option<Self> {
        let found =
            catalogue::all().iter().find(|catalogue| catalogue.language.language == wanted.language)?;
        Some(Self(found.language.clone()))
    }

    /// All languages there are messages for, as tags.
    pub fn all() -> Vec<String> {
        let mut tags: Vec<String> =
            catalogue::all().iter().map(|catalogue| catalogue.language.to_string()).collect();
        tags.sort();
        tags
    }

    /// The tag for `<html lang>`.
    pub fn tag(&self) -> String {
        self.0.to_string()
    }

    /// The message for a key, or `None` where no language knows it.
    pub fn find(&self, key: &str, values: Option<&Values<'_>>) -> Option<String> {
        catalogue::find(&self.0, key, values)
    }

    /// The names of the messages that begin so, in order.
    pub fn keys<'a>(&self, prefix: &'a str) -> impl Iterator<Item = &'static str> + use<'a> {
        let keys = catalogue::keys().range(prefix.to_owned()..).map(String::as_str);
        keys.take_while(move |key| key.starts_with(prefix))
    }

    /// The message for a key; the key itself where it is missing, which a test forbids.
    pub fn tr(&self, key: &str) -> String {
        self.find(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// The message for a key with text values filled in. A value `n` that is a whole number counts, as in
    /// [`tr_count`](Self::tr_count): the wording may depend on it.
    pub fn tr_with(&self, key: &str, values: &[(&'static str, &str)]) -> String {
        let filled = |name: &str, value: &str| match value.parse::<i64>() {
            Ok(count) if name == "n" => FluentValue::from(count),
            _ => FluentValue::from(value.to_owned()),
        };
        let values: Values<'_> =
            values.iter().map(|(name, value)| (Cow::Borrowed(*name), filled(name, value))).collect();
        self.find(key, Some(&values)).unwrap_or_else(|| key.to_owned())
    }

    /// The message for a key whose wording depends on a count `n`, with text values filled in besides.
    pub fn tr_values(&self, key: &str, n: i64, values: &[(&'static str, &str)]) -> String {
        let mut all: Values<'_> = values
            .iter()
            .map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from((*value).to_owned())))
            .collect();
        all.insert(Cow::Borrowed("n"), FluentValue::from(n));
        self.find(key, Some(&all)).unwrap_or_else(|| key.to_owned())
    }

    /// The message for a key that was stored, with the values that were stored beside it.
    pub fn tr_stored(&self, key: &str, values: &[(String, String)]) -> String {
        let values: Values<'_> = values
            .iter()
            .map(|(name, value)| (Cow::Owned(name.clone()), FluentValue::from(value.clone())))
            .collect();
        self.find(key, Some(&values)).unwrap_or_else(|| key.to_owned())
    }

    /// The message for a key whose wording depends on a count `n`.
    pub fn tr_count(&self, key: &str, n: i64) -> String {
        let values: Values<'_> = [(Cow::Borrowed("n"), FluentValue::from(n))].into();
        self.find(key, Some(&values)).unwrap_or_else(|| key.to_owned())
    }

    /// A number with a fraction as the language writes it: `2.5` or `2,5`.
    pub fn decimal(&self, whole: impl Display, fraction: impl Display) -> String {
        self.tr_with("decimal", &[("whole", &whole.to_string()), ("fraction", &fraction.to_string())])
    }
}
