//! All addresses of the API in one table.

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
    middleware::from_fn,
    web::{self, ServiceConfig},
};

use super::{
    articles, fields, files, gate, inbound, lock, openapi, outbox, people,
    problem::{Answer, Problem},
    queues, replies, tickets,
};

/// One address and method.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path below `/api/v1`, with `{parameters}`.
    pub path: &'static str,
    mount: fn(actix_web::Route) -> actix_web::Route,
}

macro_rules! route {
    ($method:ident $path:literal, $handler:path) => {
        Route { method: Method::$method, path: $path, mount: |route| route.to($handler) }
    };
}

static TABLE: &[Route] = &[
    route!(GET "/openapi.json", openapi::get),
    route!(GET "/tickets", tickets::list),
    route!(POST "/tickets", tickets::create),
    route!(GET "/tickets/{number}", tickets::get),
    route!(GET "/tickets/{number}/articles", articles::of_ticket),
    route!(POST "/tickets/{number}/replies", replies::create),
    route!(POST "/tickets/{number}/notes", replies::note),
    route!(PUT "/tickets/{number}/lock", lock::put),
    route!(DELETE "/tickets/{number}/lock", lock::delete),
    route!(PUT "/tickets/{number}/owner", fields::owner),
    route!(PUT "/tickets/{number}/queue", fields::queue),
    route!(PUT "/tickets/{number}/state", fields::state),
    route!(PUT "/tickets/{number}/priority", fields::priority),
    route!(GET "/tickets/{number}/history", tickets::history),
    route!(GET "/articles", articles::find),
    route!(GET "/articles/{id}", articles::get),
    route!(GET "/attachments/{uid}", files::get),
    route!(GET "/inbound", inbound::list),
    route!(GET "/inbound/{id}", inbound::get),
    route!(GET "/inbound/{id}/raw", inbound::raw),
    route!(POST "/inbound/{id}/retry", inbound::retry),
    route!(GET "/outbox", outbox::list),
    route!(GET "/queues", queues::list),
    route!(POST "/queues", queues::create),
    route!(GET "/agents", people::agents),
    route!(POST "/agents", people::create_agent),
    route!(GET "/roles", people::roles),
    route!(POST "/roles", people::create_role),
    route!(GET "/customers", people::customers),
    route!(GET "/organisations", people::organisations),
];

/// All routes of the API.
pub fn table() -> &'static [Route] {
    TABLE
}

/// Makes the server's resources from the table. The server must hold a `Data<Desk>`.
pub fn configure(services: &mut ServiceConfig) {
    let mut scope = web::scope("/api/v1").wrap(from_fn(gate::pass)).default_service(web::to(not_found));
    let mut at = 0;
    while let Some(first) = TABLE.get(at) {
        // Methods of one path stand together; a resource answers 405 for the others.
        let mut resource = web::resource(first.path);
        while let Some(row) = TABLE.get(at).filter(|row| row.path == first.path) {
            resource = resource.route((row.mount)(web::method(row.method.clone())));
            at += 1;
        }
        scope = scope.service(resource.default_service(web::to(wrong_method)));
    }
    services.service(scope);
}

async fn not_found() -> Answer {
    let text = "There is nothing at this address. /api/v1/openapi.json lists what there is.";
    Err(Problem::new(StatusCode::NOT_FOUND, text))
}

async fn wrong_method() -> Result<HttpResponse, Problem> {
    let text = "This address does not take that method. /api/v1/openapi.json lists what there is.";
    Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, text))
}
