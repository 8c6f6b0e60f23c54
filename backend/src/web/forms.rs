//! What a form sends: proven to be from our page, limited in size, unknown fields refused.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::failure::Failure;
use super::gate::{Signed, TokenSeen};
use super::session;
use super::state::Web;
use crate::access::Actor;
use crate::config::Limits;
use crate::db::Cause;
use crate::error::{Error, say};
use crate::people::sessions;

/// All files of a form together, in bytes.
const UPLOAD: usize = 35_000_000;
/// What forms call their files.
const FILE: &str = "file";
/// All text fields together.
const TEXT: usize = 1_500_000;
/// So many parts has a form at most that anybody can send, or that has files.
const PARTS: usize = 500;
/// So many fields has a form of somebody who signed in: a role that names a right in each of a thousand queues fits.
const FIELDS: usize = 8_000;
/// A form of somebody who has no session, in bytes.
const OPEN: usize = 64 * 1024;
/// A form without files has arrived after so long; one with files keeps to [`RATE`] from then on.
const PATIENCE: Duration = Duration::from_secs(60);
/// The slowest upload, in bytes per second.
const RATE: u64 = 1_000;
/// After so long the gate's answer is an old one.
const LATELY: Duration = Duration::from_secs(2);

/// A form of a signed-in agent, with its token checked and taken off.
#[derive(Debug)]
pub struct Posted<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Posted<T> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Bytes::from_request(request, payload);
        let proof = Proof::of(request);
        let is_form = is_form(request);
        Box::pin(async move {
            let body = in_time(body).await?.map_err(|_| Failure::plain(StatusCode::PAYLOAD_TOO_LARGE))?;
            let fields: Vec<(String, String)> = if is_form {
                url::form_urlencoded::parse(&body).into_owned().take(FIELDS).collect()
            } else {
                Vec::new()
            };
            let given = fields.iter().find(|(name, _)| name == "csrf").map_or("", |(_, token)| token);
            proof.check(given)?;
            if !is_form && !body.is_empty() {
                return Err(Failure::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE));
            }
            read(&fields).map(Self)
        })
    }
}

/// A form that is nothing but a button: whoever sends more with it means something else.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A form of somebody who has no session yet.
#[derive(Debug)]
pub struct Open<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Open<T> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move {
            let body = in_time(small(payload)).await??;
            let fields: Vec<(String, String)> =
                url::form_urlencoded::parse(&body).into_owned().take(PARTS).collect();
            read(&fields).map(Self)
        })
    }
}

// Whoever sends slower than this holds a connection that others need.
async fn in_time<T>(reading: impl Future<Output = T>) -> Result<T, Failure> {
    tokio::time::timeout(PATIENCE, reading).await.map_err(|_| Failure::plain(StatusCode::BAD_REQUEST))
}

// Counted as it comes: a stranger's body never occupies more than it may have.
async fn small(mut payload: Payload) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Failure::plain(StatusCode::BAD_REQUEST))?;
        if body.len() + chunk.len() > OPEN {
            return Err(Failure::plain(StatusCode::PAYLOAD_TOO_LARGE));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

// Through text once more, because that is what serde reads forms from.
fn read<T: DeserializeOwned>(fields: &[(String, String)]) -> Result<T, Failure> {
    let kept = fields.iter().filter(|(name, _)| name != "csrf");
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    match web::Query::<T>::from_query(&text) {
        Ok(form) => Ok(form.into_inner()),
        Err(error) => {
            tracing::debug!(%error, "a form was not understood");
            Err(Failure::plain(StatusCode::BAD_REQUEST))
        }
    }
}

fn is_form(request: &HttpRequest) -> bool {
    request.content_type() == "application/x-www-form-urlencoded"
}

/// What a token is compared with.
struct Proof {
    seen: bool,
    expected: Option<String>,
}

impl Proof {
    fn of(request: &HttpRequest) -> Self {
        let extensions = request.extensions();
        Self {
            seen: extensions.get::<TokenSeen>().is_some(),
            expected: extensions.get::<Signed>().map(|signed| signed.csrf.clone()),
        }
    }

    fn check(&self, given: &str) -> Result<(), Failure> {
        let good =
            self.seen || self.expected.as_ref().is_some_and(|expected| session::is_token(given, expected));
        if good { Ok(()) } else { Err(Failure::plain(StatusCode::FORBIDDEN)) }
    }
}

/// A file of a form.
#[derive(Clone, Debug)]
pub struct File {
    /// As the browser calls it.
    pub name: String,
    /// As the browser calls it.
    pub content_type: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// A form with files, or the same form without any, as a browser without script may send it.
#[derive(Debug, Default)]
pub struct Upload {
    fields: HashMap<String, String>,
    /// The files that are not empty.
    pub files: Vec<File>,
}

impl Upload {
    /// A text field; empty where it is missing. Line ends become `\n`.
    pub fn text(&self, name: &str) -> String {
        self.fields.get(name).map(|text| text.replace("\r\n", "\n")).unwrap_or_default()
    }

    /// Refuses a form with a text field that is not one of these; a name that ends in `*` is all that begin so. A file may
    /// come as the mere name of one, from a form that cannot send files.
    ///
    /// # Errors
    /// As [`super::fields::Fields::only`].
    pub fn only(&self, names: &[&str]) -> Result<(), Failure> {
        super::fields::known(self.fields.keys().map(String::as_str), |name| {
            let is = |known: &&str| match known.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => name == *known,
            };
            name == FILE || names.iter().any(is)
        })
    }

    /// All text fields.
    pub fn texts(&self) -> Vec<(String, String)> {
        self.fields.iter().map(|(name, text)| (name.clone(), text.clone())).collect()
    }
}

impl FromRequest for Upload {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let proof = Proof::of(request);
        if is_form(request) {
            let form = Posted::<HashMap<String, String>>::from_request(request, payload);
            return Box::pin(async move { Ok(Self { fields: form.await?.0, files: Vec::new() }) });
        }
        // Refused before it is read, where its sender says how long it is.
        let length =
            request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let multipart = Multipart::new(request.headers(), payload.take());
        let web = request.app_data::<web::Data<Web>>().cloned();
        let signed = request.extensions().get::<Signed>().cloned();
        let largest = web.as_ref().map_or(Limits::default(), |web| web.config.limits).attachment;
        Box::pin(async move {
            if length.is_some_and(|length: usize| length > UPLOAD + TEXT) {
                return Err(Failure::plain(StatusCode::PAYLOAD_TOO_LARGE));
            }
            let begun = Instant::now();
            let upload = receive(multipart, &proof, largest).await?;
            if begun.elapsed() > LATELY
                && let (Some(web), Some(signed)) = (web, signed)
            {
                still_here(&web, &signed).await?;
            }
            Ok(upload)
        })
    }
}

/// Whether the session with which an upload began is still there when it ends: that may be hours later, and whoever was
/// signed out, or whose time ran out meanwhile, sends nothing any more.
async fn still_here(web: &Web, signed: &Signed) -> Result<(), Failure> {
    let (session, limits, now) = (signed.session.clone(), web.config.limits, web.clock.now());
    let found = web.db.read(move |conn| match sessions::by_hash(conn, &session, &limits, now)? {
        Some(session) => match Actor::load(conn, session.agent_id, Cause::Web, now) {
            Ok(_) => Ok(true),
            Err(Error::NotFound) => Ok(false),
            Err(error) => Err(error),
        },
        None => Ok(false),
    });
    match found.await? {
        true => Ok(()),
        false => Err(Error::Forbidden(say!("refused-signed-out")).into()),
    }
}

async fn receive(mut multipart: Multipart, proof: &Proof, largest: usize) -> Result<Upload, Failure> {
    let mut upload = Upload::default();
    let (mut text, mut files) = (0, 0);
    let mut parts = 0;
    let begun = Instant::now();
    while let Some(part) = in_time(multipart.next()).await? {
        let mut part = part.map_err(|_| Failure::plain(StatusCode::BAD_REQUEST))?;
        parts += 1;
        // Here and not only below: a part may have no content at all.
        if parts > PARTS {
            return Err(Failure::plain(StatusCode::PAYLOAD_TOO_LARGE));
        }
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.content_disposition().and_then(|head| head.get_filename()).map(str::to_owned);
        let content_type = part.content_type().map_or_else(String::new, ToString::to_string);
        let limit = if file_name.is_some() { largest } else { TEXT };
        let mut bytes = Vec::new();
        while let Some(chunk) = in_time(part.next()).await? {
            bytes.extend_from_slice(&chunk.map_err(|_| Failure::plain(StatusCode::BAD_REQUEST))?);
            let total = if file_name.is_some() { files } else { text } + bytes.len();
            let most = if file_name.is_some() { UPLOAD } else { TEXT };
            if bytes.len() > limit || total > most {
                return Err(Failure::plain(StatusCode::PAYLOAD_TOO_LARGE));
            }
            if is_too_slow(begun.elapsed(), text + files + bytes.len()) {
                return Err(Failure::plain(StatusCode::BAD_REQUEST));
            }
        }
        match file_name {
            // A file field that was left empty sends a nameless file of nothing.
            Some(file_name) if !bytes.is_empty() => {
                files += bytes.len();
                upload.files.push(File { name: safe_name(&file_name), content_type, bytes });
            }
            Some(_) => {}
            None => {
                text += bytes.len();
                upload.fields.insert(name, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
    let given = upload.fields.remove("csrf").unwrap_or_default();
    proof.check(&given)?;
    Ok(upload)
}

fn is_too_slow(took: Duration, bytes: usize) -> bool {
    took > PATIENCE && u64::try_from(bytes).is_ok_and(|bytes| bytes < took.as_secs().saturating_mul(RATE))
}

/// Only the last part of a path, without what file systems and headers trip over.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    if clean.trim().is_empty() { "file".to_owned() } else { clean }
}
