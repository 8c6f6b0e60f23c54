//! Errors as `application/problem+json` (RFC 9457).

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, FieldError},
    web::refusals::UnknownField,
};

/// What a handler answers.
pub type Answer = Result<HttpResponse, Problem>;

/// After so many seconds a program may try again what cannot be done for the moment.
const RETRY_SECONDS: u32 = 5;

/// A refusal, ready to be told.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldError>,
    /// For the log; the program gets a reference to it.
    cause: Option<String>,
    /// A field was sent that nobody reads.
    unknown_field: bool,
}

/// A refusal as JSON.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Told {
    /// Always `about:blank`: the status says it all.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// What is wrong and what to do, as a sentence.
    detail: String,
    /// The fields that were refused (422).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Refused>)]
    errors: Vec<FieldError>,
    /// What to tell the operator, who finds it in the log (500, 503).
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

/// A field that was refused.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the domain's own type serialises to")]
pub struct Refused {
    /// Its name.
    field: String,
    /// What is wrong and what to do.
    message: String,
}

impl Problem {
    /// A refusal with a sentence.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), cause: None, unknown_field: false }
    }

    /// No token, or one that is not good.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "Send “Authorization: Bearer TOKEN” with a token of an active agent. `turnstone token create` makes one.",
        )
    }

    /// A field that nobody reads.
    pub fn unknown(field: impl Into<String>) -> Self {
        let problem = Self::field(field, "There is no such field. Take it away, or correct its name.");
        Self { unknown_field: true, ..problem }
    }

    /// One refused field.
    pub fn field(field: impl Into<String>, message: impl Into<crate::error::Sentence>) -> Self {
        Error::invalid(field, message).into()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => {
                Self::new(StatusCode::NOT_FOUND, "There is nothing here, or nothing that you may see.")
            }
            Error::Forbidden(why) => Self::new(StatusCode::FORBIDDEN, why.to_string()),
            Error::Conflict(why) => Self::new(StatusCode::CONFLICT, why.to_string()),
            Error::Invalid(errors) => {
                let texts: Vec<_> = errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
                let detail = texts.join(" ");
                Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
            }
            Error::Unavailable(why) => {
                let text =
                    "This cannot be done for the moment. Nothing was changed; try again in some seconds.";
                Self { cause: Some(why), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, text) }
            }
            Error::Unexpected(cause) => {
                let text = "Something went wrong on our side. Nothing was changed. The log says more.";
                let cause = Some(format!("{cause:#}"));
                Self { cause, ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, text) }
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.status, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        // The cause stays here; whoever asks gets a word to find it by.
        let reference = self.cause.as_ref().map(|cause| {
            let reference = crate::db::hex(&crate::clock::random_bytes::<4>());
            tracing::error!(reference, status = self.status.as_u16(), cause, "an API request failed");
            reference
        });
        let mut response = HttpResponse::build(self.status);
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"turnstone\""));
        }
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.insert_header((RETRY_AFTER, RETRY_SECONDS));
        }
        let told = Told {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
            reference,
        };
        let mut response = response
            .content_type("application/problem+json")
            .body(serde_json::to_string(&told).unwrap_or_default());
        if self.unknown_field {
            response.extensions_mut().insert(UnknownField);
        }
        response
    }
}
