//! The errors of the domain, named after the answers that people and programs get.

use std::fmt;

/// One field of a form or request that was refused.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The field's name as the form or the API spells it.
    pub field: String,
    /// What is wrong and what to do, as a sentence.
    pub message: String,
}

/// What a use case answers when it does not do what was asked.
#[derive(Debug)]
pub enum Error {
    /// It does not exist, or the person may not know that it does.
    NotFound,
    /// The person may see it but not do this; the text says what right is missing.
    Forbidden(String),
    /// Somebody else was first; the text says who, and what to do.
    Conflict(String),
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
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
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
            Self::Forbidden(why) | Self::Conflict(why) | Self::Unavailable(why) => out.write_str(why),
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
        Self::Unexpected(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Unexpected(error.into())
    }
}
