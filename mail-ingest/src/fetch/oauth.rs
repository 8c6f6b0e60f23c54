//! Asking an authorisation server for an access token: one form, sent by HTTP/1.1, one answer (RFC 6749, 6).

use std::time::Duration;

use super::wire::Wire;
use super::{FetchError, Result, Security, Server, shown};

/// The longest answer, in bytes.
const ANSWER: usize = 256 * 1024;

/// Where the form goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Path and query, beginning with a slash.
    pub path: String,
    /// Whether the line is encrypted; without, only this machine is spoken to.
    pub tls: bool,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub enum Ask<'a> {
    /// For what lies there.
    Get,
    /// With a form that is encoded already; where the client says who it is in a header, the value of that.
    Post(&'a str, Option<&'a str>),
}

/// Sends a form that is encoded already.
///
/// # Errors
/// When no whole answer came.
pub async fn post(endpoint: &Endpoint, form: &str, ca: Option<String>, patience: Duration) -> Result<Answer> {
    ask(endpoint, Ask::Post(form, None), ca, patience).await
}

/// Asks once and takes one answer of bounded length. Where that leads elsewhere, nobody follows.
///
/// # Errors
/// When no whole answer came.
pub async fn ask(
    endpoint: &Endpoint,
    what: Ask<'_>,
    ca: Option<String>,
    patience: Duration,
) -> Result<Answer> {
    let server = Server {
        host: endpoint.host.clone(),
        port: endpoint.port,
        security: if endpoint.tls { Security::Tls } else { Security::None },
        ca,
        patience,
    };
    let mut wire = Wire::open(&server).await?;
    let bare =
        if endpoint.host.contains(':') { format!("[{}]", endpoint.host) } else { endpoint.host.clone() };
    let usual = if endpoint.tls { 443 } else { 80 };
    let host = if endpoint.port == usual { bare } else { format!("{bare}:{}", endpoint.port) };
    let common =
        format!("Host: {host}\r\nUser-Agent: turnstone\r\nAccept: application/json\r\nConnection: close\r\n");
    let request = match what {
        Ask::Get => format!("GET {} HTTP/1.1\r\n{common}\r\n", endpoint.path),
        Ask::Post(form, who) => {
            let who = who.map_or_else(String::new, |who| format!("Authorization: {who}\r\n"));
            format!(
                "POST {} HTTP/1.1\r\n{common}{who}Content-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: {}\r\n\r\n{form}",
                endpoint.path,
                form.len(),
            )
        }
    };
    wire.write(request.as_bytes()).await?;
    let first = wire.line().await?;
    let text = String::from_utf8_lossy(&first).into_owned();
    let status = text
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| FetchError::Broken(format!("no answer of HTTP: {}", shown(&first))))?;
    let (mut length, mut chunked) = (None, false);
    for _ in 0..200 {
        let line = wire.line().await?;
        if line.is_empty() {
            let body = match (chunked, length) {
                (true, _) => chunks(&mut wire).await?,
                (false, Some(length)) if length > ANSWER => {
                    return Err(FetchError::Broken("an answer that is far too long".into()));
                }
                (false, Some(length)) => wire.bytes(length).await?,
                (false, None) => wire.rest(ANSWER).await?,
            };
            return Ok(Answer { status, body });
        }
        let line = String::from_utf8_lossy(&line).to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok();
        } else if let Some(value) = line.strip_prefix("transfer-encoding:") {
            chunked = value.contains("chunked");
        }
    }
    Err(FetchError::Broken("an answer of headers without end".into()))
}

async fn chunks(wire: &mut Wire) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = wire.line().await?;
        let text = String::from_utf8_lossy(&line).into_owned();
        let size = text.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16)
            .ok()
            .filter(|size| body.len().saturating_add(*size) <= ANSWER)
            .ok_or_else(|| FetchError::Broken(format!("no chunk of HTTP: {}", shown(&line))))?;
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(&wire.bytes(size).await?);
        wire.line().await?;
    }
}
