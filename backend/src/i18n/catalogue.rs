//! The messages of all languages, read once at the start from the files that are packed into the binary.

use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, PoisonError, RwLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::Values;
use crate::embedded;

/// The language every message exists in.
const FALLBACK: &str = "en";

static CATALOGUES: LazyLock<Vec<Catalogue>> = LazyLock::new(read);

/// One language's messages.
pub(super) struct Catalogue {
    pub(super) language: LanguageIdentifier,
    bundle: FluentBundle<FluentResource>,
    /// Those without values, as they were found once: a page says some hundred of them, the same each time, and to resolve
    /// their patterns anew was a tenth of it. No more than there are in the files, since what no language knows is not kept.
    plain: RwLock<HashMap<String, Box<str>>>,
}

/// All languages, English first.
pub(super) fn all() -> &'static [Catalogue] {
    &CATALOGUES
}

/// The identifier of English.
pub(super) fn fallback() -> LanguageIdentifier {
    FALLBACK.parse().unwrap_or_default()
}

/// A message in this language, or in English where it is silent.
pub(super) fn find(language: &LanguageIdentifier, key: &str, values: Option<&Values<'_>>) -> Option<String> {
    let own = all().iter().find(|catalogue| catalogue.language == *language);
    own.and_then(|own| own.find(key, values)).or_else(|| all().first()?.find(key, values))
}

/// The names of all messages, in order: those that English has. Read when somebody first asks.
pub(super) fn keys() -> &'static BTreeSet<String> {
    static KEYS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let files = embedded::messages().unwrap_or_default();
        let english = files.into_iter().filter(|(name, _)| name.split('/').next() == Some(FALLBACK));
        let named = |line: &str| {
            let key = line.split_once(" =")?.0;
            (key.starts_with(|first: char| first.is_ascii_alphabetic()) && !key.contains(' '))
                .then(|| key.to_owned())
        };
        english
            .flat_map(|(_, text)| {
                String::from_utf8_lossy(&text).lines().filter_map(named).collect::<Vec<_>>()
            })
            .collect()
    });
    &KEYS
}

impl Catalogue {
    fn find(&self, key: &str, values: Option<&Values<'_>>) -> Option<String> {
        if let Some(values) = values.filter(|values| !values.is_empty()) {
            let values: FluentArgs<'_> =
                values.iter().map(|(name, value)| (name.as_ref(), value.clone())).collect();
            return self.resolved(key, Some(&values));
        }
        let plain = self.plain.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = plain.get(key) {
            return Some((**known).to_owned());
        }
        drop(plain);
        let text = self.resolved(key, None)?;
        self.plain
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.to_owned(), text.as_str().into());
        Some(text)
    }

    /// None where the message is not there, or speaks of a value that was not given.
    fn resolved(&self, key: &str, values: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut missing = Vec::new();
        let text = self.bundle.format_pattern(pattern, values, &mut missing);
        missing.is_empty().then(|| text.into_owned())
    }
}

fn read() -> Vec<Catalogue> {
    let files = embedded::messages().unwrap_or_else(|error| {
        tracing::error!(%error, "the messages cannot be read; pages show their keys");
        embedded::Files::new()
    });
    let mut found: Vec<Catalogue> = Vec::new();
    for (name, text) in files {
        let Some(language) = name.split('/').next().and_then(|folder| folder.parse().ok()) else { continue };
        let place = found.iter().position(|catalogue| catalogue.language == language).unwrap_or_else(|| {
            found.push(Catalogue::empty(language));
            found.len() - 1
        });
        // What is wrong in a file is found by the tests that read them; here the rest of it counts.
        let resource = FluentResource::try_new(String::from_utf8_lossy(&text).into_owned())
            .unwrap_or_else(|(rest, _)| rest);
        if let Some(catalogue) = found.get_mut(place) {
            let _ = catalogue.bundle.add_resource(resource);
        }
    }
    let english = fallback();
    found.sort_by_key(|catalogue| catalogue.language != english);
    found
}

impl Catalogue {
    fn empty(language: LanguageIdentifier) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.clone()]);
        // Isolation marks around names would travel into mails and break comparisons; names are shown in elements of their own
        // instead.
        bundle.set_use_isolating(false);
        Self { language, bundle, plain: RwLock::default() }
    }
}
