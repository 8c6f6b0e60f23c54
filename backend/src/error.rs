//! The errors of the domain, named after the answers that people and programs get.

use std::fmt;

use crate::i18n::Language;

/// One field of a form or request that was refused.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The field's name as the form or the API spells it.
    pub field: String,
    /// What is wrong and what to do.
    pub message: Sentence,
}

/// What a person is told. The domain names a message and its values; the reader's language is chosen at the edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sentence {
    /// A message of `templates/locales`, with its values.
    Message(&'static str, Vec<(&'static str, String)>),
    /// Words that are final: already in the reader's language, or for programs and operators.
    Text(String),
}

impl Sentence {
    /// The sentence in a language.
    pub fn in_language(&self, language: &Language) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Message(key, values) => {
                let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                language.tr_with(key, &values)
            }
        }
    }
}

impl fmt::Display for Sentence {
    /// In English, for programs, logs and the command line.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.in_language(&Language::english()))
    }
}

impl From<&str> for Sentence {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Sentence {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl serde::Serialize for Sentence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A [`Sentence`] by its key: `say!("refused-locked", name = name)`.
macro_rules! say {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::error::Sentence::Message($key, vec![$((stringify!($name), $value.to_string())),*])
    };
}
pub(crate) use say;

/// What a use case answers when it does not do what was asked.
#[derive(Debug)]
pub enum Error {
    /// It does not exist, or the person may not know that it does.
    NotFound,
    /// The person may see it but not do this; the text says what right is missing.
    Forbidden(Sentence),
    /// Somebody else was first; the text says who, and what to do.
    Conflict(Sentence),
    /// The input is wrong; nothing was changed.
    Invalid(Vec<FieldError>),
    /// Cannot be done for the moment; the text says why. Trying again is right.
    Unavailable(String),
    /// A fault of ours or of the machine. Goes to the log; people get a reference.
    Unexpected(anyhow::Error),
}

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One refused field.
    pub fn invalid(field: impl Into<String>, message: impl Into<Sentence>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// Whether trying the same again later may succeed.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => out.write_str("not found"),
            Self::Forbidden(why) | Self::Conflict(why) => why.fmt(out),
            Self::Unavailable(why) => out.write_str(why),
            Self::Invalid(fields) => {
                let texts: Vec<_> = fields.iter().map(|f| format!("{}: {}", f.field, f.message)).collect();
                out.write_str(&texts.join("; "))
            }
            Self::Unexpected(cause) => write!(out, "{cause:#}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            // PostgreSQL keeps no NUL in a text; whoever sends one made a mistake, not we.
            diesel::result::Error::DatabaseError(_, info)
                if info.message().starts_with("invalid byte sequence for encoding") =>
            {
                Self::invalid("text", say!("refused-nul"))
            }
            other if crate::db::is_transient(&other) => {
                Self::Unavailable(format!("the database is busy: {other}"))
            }
            other => Self::Unexpected(other.into()),
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Unexpected(error)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                Self::Unavailable(format!("the disk is full: {error}"))
            }
            _ => Self::Unexpected(error.into()),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Unexpected(error.into())
    }
}
