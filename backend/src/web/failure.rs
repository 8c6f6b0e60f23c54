//! What a page answers when a verb does not do what was asked: a sentence, a way on, and the typed text.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use super::shell::Frame;
use super::state::Web;
use super::times::Reader;
use crate::error::{Error, FieldError};
use crate::i18n::Language;

/// A refusal on its way to becoming a page or, for a script, a line of JSON.
#[derive(Debug)]
pub struct Failure {
    /// Why.
    pub error: Error,
    /// What was typed, to be copied from the page.
    pub kept: String,
    /// Where to go back to.
    pub back: String,
    /// A status that the error alone does not say: 405, 413, 429.
    pub status: Option<StatusCode>,
    /// Seconds until trying again makes sense.
    pub retry_after: Option<i64>,
}

/// Under which name a form says why it is refused as a whole.
pub const WHOLE: &str = "whole";

/// What a form says that comes back with what was typed: what is wrong with its fields, or why it is refused as a whole.
///
/// # Errors
/// What is no matter of the form.
pub fn problems(error: Error) -> Result<(StatusCode, Vec<FieldError>), Failure> {
    let whole = |message| vec![FieldError { field: WHOLE.to_owned(), message }];
    match error {
        Error::Invalid(fields) => Ok((StatusCode::UNPROCESSABLE_ENTITY, fields)),
        Error::Forbidden(why) => Ok((StatusCode::FORBIDDEN, whole(why))),
        Error::Conflict(why) => Ok((StatusCode::CONFLICT, whole(why))),
        other => Err(Failure::from(other)),
    }
}

/// What a handler answers.
pub type Answer = Result<HttpResponse, Failure>;

impl Failure {
    /// A refusal with a status of its own and no more to say than that.
    pub fn plain(status: StatusCode) -> Self {
        Self { status: Some(status), ..Self::from(Error::NotFound) }
    }

    /// Shows this text on the page, so that it can be copied.
    #[must_use]
    pub fn keeping(mut self, text: &str) -> Self {
        text.clone_into(&mut self.kept);
        self
    }

    /// Leads back there.
    #[must_use]
    pub fn back_to(mut self, back: &str) -> Self {
        back.clone_into(&mut self.back);
        self
    }

    fn status(&self) -> StatusCode {
        self.status.unwrap_or(match &self.error {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Unexpected(_) => StatusCode::INTERNAL_SERVER_ERROR,
        })
    }

    fn title(&self, language: &Language) -> String {
        let known = [400, 403, 404, 405, 409, 413, 422, 429, 500, 503];
        let code = self.status().as_u16();
        language.tr(&format!("error-{}", if known.contains(&code) { code } else { 500 }))
    }

    // The domain says precisely what is wrong; only faults of ours are told in general words.
    fn sentence(&self, language: &Language) -> String {
        match (&self.error, self.status) {
            (Error::Forbidden(why) | Error::Conflict(why), None) => why.in_language(language),
            (Error::Invalid(fields), None) => {
                fields.iter().map(|field| field.message.in_language(language)).collect::<Vec<_>>().join(" ")
            }
            _ => match self.status().as_u16() {
                400 => language.tr("error-400-text"),
                403 => language.tr("error-403-form-text"),
                404 => language.tr("error-404-text"),
                405 => language.tr("error-405-text"),
                413 => language.tr("error-413-text"),
                429 => language.tr("error-429-text"),
                503 => language.tr("error-503-text"),
                _ => language.tr("error-500-text"),
            },
        }
    }

    /// The answer: JSON for a script, a page for a person. A fault of ours goes to the log under a reference.
    pub fn answer(&self, web: &Web, reader: &Reader, frame: &Frame, as_json: bool) -> HttpResponse {
        self.answer_from(web, reader, frame, as_json, &self.back)
    }

    /// [`Self::answer`] with the way back that the request knows better.
    pub fn answer_from(
        &self,
        web: &Web,
        reader: &Reader,
        frame: &Frame,
        as_json: bool,
        back: &str,
    ) -> HttpResponse {
        let status = self.status();
        let reference = if let Error::Unexpected(cause) = &self.error {
            let reference: String = crate::clock::random_token().chars().take(8).collect();
            tracing::error!(%reference, error = format!("{cause:#}"), "a page failed");
            reference
        } else {
            String::new()
        };
        let mut response = HttpResponse::build(status);
        if let Some(seconds) = self.retry_after {
            response.insert_header(("retry-after", seconds.max(1).to_string()));
        }
        let text = self.sentence(&reader.language);
        if as_json {
            return response.json(serde_json::json!({ "message": text, "reference": reference }));
        }
        let view = FailurePage {
            frame,
            status: status.as_u16(),
            title: self.title(&reader.language),
            text,
            kept: &self.kept,
            back: if back.is_empty() { "/dashboard" } else { back },
            reference,
        };
        match web.pages.render("errors/page.html", &view, reader) {
            Ok(page) => response.content_type("text/html; charset=utf-8").body(page),
            Err(error) => {
                tracing::error!(%error, "the page for an error failed");
                response.content_type("text/plain; charset=utf-8").body(view.text)
            }
        }
    }
}

#[derive(Serialize)]
struct FailurePage<'a> {
    frame: &'a Frame,
    status: u16,
    title: String,
    text: String,
    kept: &'a str,
    back: &'a str,
    reference: String,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, kept: String::new(), back: String::new(), status: None, retry_after: None }
    }
}

impl From<tera::Error> for Failure {
    fn from(error: tera::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            text.push_str(": ");
            text.push_str(&inner.to_string());
            cause = inner.source();
        }
        Self::from(Error::Unexpected(anyhow::anyhow!(text)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(out)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    // Replaced by the gate, which knows the reader; this is for what fails outside of it.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}
