//! The headers every answer carries (SECURITY 2.1), errors included. A handler that needs another policy, such
//! as the frame of an HTML mail, sets its own header and keeps it.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;

/// The policy of our own pages: nothing from elsewhere, no inline script or style, no markup from strings but
/// by the two named policies, no framing.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types turnstone dompurify";

/// For years, for files whose name changes with their content.
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";

const ALWAYS: [(&str, &str); 9] = [
    ("content-security-policy", PAGE_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    (
        "permissions-policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), publickey-credentials-create=(self), \
         publickey-credentials-get=(self), usb=(), browsing-topics=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("x-robots-tag", "noindex, nofollow"),
];

const OVER_HTTPS: (&str, &str) = ("strict-transport-security", "max-age=63072000; includeSubDomains");

/// The headers an answer gets where it has none of that name.
#[derive(Clone, Copy, Debug)]
pub struct Headers {
    /// Whether browsers reach us by HTTPS; then they are told to stay with it.
    pub https: bool,
}

impl Headers {
    /// Fills in what is missing.
    pub fn fill(self, headers: &mut HeaderMap) {
        let https = self.https.then_some(OVER_HTTPS);
        for (name, value) in ALWAYS.into_iter().chain(https) {
            let name = HeaderName::from_static(name);
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
    }
}

/// The outermost middleware: adds the headers to each answer.
pub async fn add(
    headers: Headers,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // Handlers and the gate turn their refusals into answers; and a request that is held here could not be routed.
    let mut answer = next.call(request).await?.map_into_boxed_body();
    headers.fill(answer.headers_mut());
    Ok(answer)
}
