//! What a request brings: JSON of a limited size and depth, without fields that nobody reads; and what names a
//! request that may be repeated.

use std::{future::Future, pin::Pin, time::Duration};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{CONTENT_ENCODING, CONTENT_LENGTH},
    },
};
use futures_util::StreamExt as _;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{
    gate::Caller,
    problem::{Answer, Problem},
};
use crate::{
    db::{Tx, hex},
    desk::Desk,
    error::Result,
    people::repeats::{self, Repeatable},
};

/// The longest body without files, in bytes.
const SMALL: usize = 64 * 1024;
/// The longest body with files, in bytes. They come as base64 within the JSON.
pub const WITH_FILES: usize = 35 * 1024 * 1024;
/// How deep JSON may be nested.
const DEPTH: usize = 32;
/// So many bodies that are not small are worked on at once: each may take some times its length of memory.
const LARGE_AT_ONCE: usize = 6;
static LARGE: Semaphore = Semaphore::const_new(LARGE_AT_ONCE);
/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a handler reads from JSON.
pub trait Input: DeserializeOwned + 'static {
    /// The longest body, in bytes.
    const LIMIT: usize = SMALL;
}

/// A request's JSON.
#[derive(Debug)]
pub struct Json<T> {
    /// What it says.
    pub value: T,
    /// What names the request.
    pub request: Request,
}

/// A request that may be repeated. Where nothing but this is asked for, what comes as its body does not matter.
#[derive(Debug)]
pub struct Request {
    named: Option<Repeatable>,
    /// Kept until the request is answered.
    _room: Option<SemaphorePermit<'static>>,
}

impl<T: Input> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            is_json(&request)?;
            let reading = async {
                let room = room(&request, T::LIMIT).await;
                Ok::<_, Problem>((room, read(&request, payload, T::LIMIT).await?))
            };
            let (room, bytes) = tokio::time::timeout(PATIENCE, reading).await.map_err(|_| {
                Problem::new(StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive.")
            })??;
            let named = Request::of(&request, &bytes)?;
            Ok(Self { value: parse(&bytes)?, request: Request { named, _room: room } })
        })
    }
}

impl FromRequest for Request {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request, &[]).map(|named| Self { named, _room: None }))
    }
}

fn is_json(request: &HttpRequest) -> Result<(), Problem> {
    if request.headers().contains_key(CONTENT_ENCODING) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send the body without a content encoding.",
        ));
    }
    let kind = request.content_type().to_ascii_lowercase();
    if kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json") {
        return Ok(());
    }
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send JSON, with “Content-Type: application/json”."))
}

fn announced(request: &HttpRequest) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Waits until there is room for a body that is not small. A length that nobody announced may be any.
async fn room(request: &HttpRequest, limit: usize) -> Option<SemaphorePermit<'static>> {
    if limit <= SMALL || announced(request).is_some_and(|length| length <= SMALL) {
        return None;
    }
    // Fails only once it is closed, which nobody does.
    LARGE.acquire().await.ok()
}

async fn read(request: &HttpRequest, mut payload: Payload, limit: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        let text = format!("The body is longer than {} kB. Send less at once.", limit / 1024);
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, text)
    };
    let announced = announced(request);
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0).min(SMALL));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::new(StatusCode::BAD_REQUEST, "The body ended before its time. Send it again.")
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if is_too_deep(bytes) {
        let text = format!("The JSON is nested deeper than {DEPTH} levels.");
        return Err(Problem::new(StatusCode::BAD_REQUEST, text));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let malformed = |error: &serde_json::Error| {
        let text = format!("This is not JSON: {error}. Check what was sent at that place.");
        Problem::new(StatusCode::BAD_REQUEST, text)
    };
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| if error.inner().is_data() { refused(&error) } else { malformed(error.inner()) })?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

// serde names unknown and missing fields in its text, and knows the path of all else.
fn refused(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let text = error.inner().to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let named = |prefix: &str| text.strip_prefix(prefix)?.split('`').next().map(str::to_owned);
    let path = error.path().to_string();
    if let Some(field) = named("unknown field `") {
        return Problem::unknown(field);
    }
    if let Some(field) = named("missing field `") {
        let at = if path == "." { field } else { format!("{path}.{field}") };
        return Problem::field(at, "This field is needed.");
    }
    let text = if text.contains("untagged enum") { "it has another form, or a field too many" } else { text };
    Problem::field(if path == "." { "body" } else { &path }, format!("This cannot be read: {text}."))
}

/// Counts brackets outside of strings; text that is no JSON is left to the parser.
fn is_too_deep(bytes: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return true;
        }
    }
    false
}

impl Request {
    fn of(request: &HttpRequest, body: &[u8]) -> Result<Option<Repeatable>, Problem> {
        let Some(key) = request.headers().get("idempotency-key") else { return Ok(None) };
        let good = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        let key = key.to_str().ok().filter(good).ok_or_else(|| {
            Problem::field("Idempotency-Key", "A key has 1 to 255 visible ASCII characters, without blanks.")
        })?;
        let salt = request.extensions().get::<Caller>().map_or([0; 32], |caller| caller.salt);
        let hash = Sha256::new()
            .chain_update(salt)
            .chain_update(request.method().as_str())
            .chain_update([0])
            .chain_update(request.path())
            .chain_update([0])
            .chain_update(body)
            .finalize();
        Ok(Some(Repeatable { key: key.to_owned(), request_hash: hex(&hash) }))
    }

    /// Makes something once, in one transaction, and answers 201 with it; a repetition gets the same answer.
    ///
    /// # Errors
    /// Those of `job`.
    pub async fn create<V, F>(self, desk: &Desk, caller: &Caller, mut job: F) -> Answer
    where
        V: Serialize,
        F: FnMut(&mut Tx<'_>) -> Result<V> + Send + 'static,
    {
        let (agent, now) = (caller.actor.agent.id, desk.moment().ts());
        let status = StatusCode::CREATED;
        let named = self.named.clone();
        let body = desk
            .db
            .write(move |tx| {
                repeats::once(tx, agent, named.as_ref(), status.as_u16(), now, |tx| {
                    Ok(serde_json::to_string(&job(tx)?)?)
                })
            })
            .await?;
        Ok(HttpResponse::build(status).content_type("application/json").body(body))
    }
}

/// For fields of which missing says something else than null: left out they are `None` (`#[serde(default)]`), null is
/// `Some(None)`.
///
/// # Errors
/// Those of the value.
pub(super) fn present<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(
    source: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(source).map(Some)
}
