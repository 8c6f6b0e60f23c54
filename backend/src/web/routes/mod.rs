//! All addresses of the pages in one table: what each needs, how its forms are proven, how long its answer is kept.
//! The server and `turnstone routes` are both made from it, so that nothing answers that is not in it.

use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::failure::Failure;
use super::gate;
use super::handler::erased;
use super::state::Web;
use crate::db::{InstallationRight, Right};

/// What somebody needs for a route to let him in at all; the verbs behind it ask for their proofs besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: strangers too.
    Public,
    /// A session.
    SignedIn,
    /// This right on the ticket that the address names, or that the article or file it names belongs to.
    Ticket(Right),
    /// This right in the queue that the form names.
    Queue(Right),
    /// A right that belongs to no queue.
    Installation(InstallationRight),
}

impl Needs {
    /// The word in `turnstone routes`.
    pub fn word(self) -> String {
        match self {
            Self::Public => "public".to_owned(),
            Self::SignedIn => "signed_in".to_owned(),
            Self::Ticket(right) => format!("ticket:{right}"),
            Self::Queue(right) => format!("queue:{right}"),
            Self::Installation(right) => format!("installation:{right}"),
        }
    }
}

/// How a change proves that it comes from a page of ours, besides what the browser says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Csrf {
    /// Changes nothing.
    None,
    /// The session's token in a field of the form, or in the header.
    Field,
    /// The session's token in the header.
    Header,
    /// There is no session yet: the browser's word alone.
    SameSite,
    /// A bearer token, which no foreign page can send.
    Bearer,
}

/// How long an answer may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cache {
    /// Not at all.
    NoStore,
    /// For ever: the address changes with the content.
    Immutable,
}

/// One address and method.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{parameters}`.
    pub path: &'static str,
    /// Who may come in.
    pub needs: Needs,
    /// How a change is proven.
    pub csrf: Csrf,
    /// How long the answer is kept.
    pub cache: Cache,
    /// Whether the password must have been given not long ago.
    pub raised: bool,
    mount: fn(actix_web::Route) -> actix_web::Route,
}

impl Route {
    /// Whether it shows strangers a page, and no file or number.
    pub fn is_page_of_strangers(&self) -> bool {
        let plain = ["/assets", "/brand", "/inline", "/healthz", "/readyz", "/metrics"];
        self.needs == Needs::Public && !plain.iter().any(|beginning| self.path.starts_with(beginning))
    }
}

macro_rules! route {
    ($method:ident $path:literal, needs = $needs:expr, csrf = $csrf:ident, cache = $cache:ident, $handler:path) => {
        route!($method $path, needs = $needs, csrf = $csrf, cache = $cache, raised = false, $handler)
    };
    ($method:ident $path:literal, needs = $needs:expr, csrf = $csrf:ident, cache = $cache:ident, raised = $raised:literal, $handler:path) => {
        Route {
            method: Method::$method,
            path: $path,
            needs: $needs,
            csrf: Csrf::$csrf,
            cache: Cache::$cache,
            raised: $raised,
            mount: |route| route.to(erased($handler)),
        }
    };
}

mod table;

use self::table::TABLE;

/// All routes of the pages.
pub fn table() -> &'static [Route] {
    TABLE
}

/// A route as `turnstone routes --json` prints it.
#[derive(Debug, Serialize)]
pub struct Printed {
    /// `GET`, `POST`, …
    pub method: String,
    /// With `{parameters}`.
    pub path: String,
    /// Names of the parameters.
    pub parameters: Vec<String>,
    /// What it needs.
    pub needs: String,
    /// How a change is proven.
    pub csrf: Csrf,
    /// How long an answer is kept.
    pub cache: Cache,
    /// Whether the password must have been given not long ago.
    pub raised: bool,
}

/// The table of the pages, to be printed.
pub fn printed() -> Vec<Printed> {
    let row = |route: &Route| Printed {
        method: route.method.to_string(),
        path: route.path.to_owned(),
        parameters: route
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}').map(str::to_owned))
            .collect(),
        needs: route.needs.word(),
        csrf: route.csrf,
        cache: route.cache,
        raised: route.raised,
    };
    TABLE.iter().map(row).collect()
}

/// The longest form, in bytes; uploads have a limit of their own.
const FORM: usize = 1_500_000;

/// Makes the server's resources from the table.
pub fn configure(services: &mut ServiceConfig, state: &Data<Web>) {
    services
        .app_data(state.clone())
        .app_data(web::PayloadConfig::new(FORM))
        .app_data(web::JsonConfig::default().limit(FORM));
    let mut at = 0;
    while let Some(first) = TABLE.get(at) {
        // Methods of one path stand together; a resource answers 405 for the others.
        let mut resource = web::resource(first.path);
        while let Some(row) = TABLE.get(at).filter(|row| row.path == first.path) {
            let shared = state.clone();
            let gated = from_fn(move |request, next| gate::pass(row, shared.clone(), request, next));
            resource = resource.route((row.mount)(web::method(row.method.clone())).wrap(gated));
            at += 1;
        }
        services.service(resource.default_service(web::to(wrong_method)));
    }
}

/// Makes the server's resource of one path, for a listener that has nothing else.
pub fn configure_only(services: &mut ServiceConfig, state: &Data<Web>, path: &str) {
    services.app_data(state.clone());
    for row in TABLE.iter().filter(|row| row.path == path) {
        let shared = state.clone();
        let gated = from_fn(move |request, next| gate::pass(row, shared.clone(), request, next));
        services
            .service(web::resource(row.path).route((row.mount)(web::method(row.method.clone())).wrap(gated)));
    }
}

/// What answers where no route does.
pub async fn not_found(web: Data<Web>, request: HttpRequest) -> HttpResponse {
    refuse(&web, &request, StatusCode::NOT_FOUND)
}

async fn wrong_method(web: Data<Web>, request: HttpRequest) -> HttpResponse {
    refuse(&web, &request, StatusCode::METHOD_NOT_ALLOWED)
}

fn refuse(web: &Web, request: &HttpRequest, status: StatusCode) -> HttpResponse {
    let guest = gate::guest(web, request);
    Failure::plain(status).answer(web, &guest.reader, &guest.frame, gate::wants_json(request))
}
