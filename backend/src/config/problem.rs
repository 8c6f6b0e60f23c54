//! What is wrong with the settings, in sentences that say where and what to do.

use std::fmt;

use super::keys;
use super::source::Origin;

/// One setting that can't be used: which, what it says, where that comes from, and the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting or the file, as its author wrote it.
    pub subject: String,
    /// The value found, with passwords taken out; `None` where the name itself is the problem.
    pub value: Option<String>,
    /// Where it was found.
    pub origin: Origin,
    /// What is wrong and what to do, in whole sentences.
    pub remedy: String,
}

impl Problem {
    /// A problem with the value of a known setting; a password in it is not repeated.
    pub(super) fn of_value(key: &str, value: &str, origin: &Origin, remedy: impl Into<String>) -> Self {
        let value = Some(keys::shown(key, value));
        Self { subject: key.to_owned(), value, origin: origin.clone(), remedy: remedy.into() }
    }

    /// A problem with a name or a file as a whole.
    pub(super) fn of_name(name: &str, origin: &Origin, remedy: impl Into<String>) -> Self {
        Self { subject: name.to_owned(), value: None, origin: origin.clone(), remedy: remedy.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(out, "{} = {value:?} ({}): {}", self.subject, self.origin, self.remedy),
            None => write!(out, "{} ({}): {}", self.subject, self.origin, self.remedy),
        }
    }
}

/// Everything that is wrong with the settings, so that one look is enough to mend them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(
    /// At least one.
    pub Vec<Problem>,
);

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => writeln!(out, "Turnstone can't start with this setting:")?,
            count => writeln!(out, "Turnstone can't start with these {count} settings:")?,
        }
        for problem in &self.0 {
            writeln!(out, "  {problem}")?;
        }
        write!(out, "Nothing was started or changed.")
    }
}

impl std::error::Error for Problems {}
