//! All addresses of the API in one table.

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
    middleware::from_fn,
    web::{self, ServiceConfig},
};

use super::{
    accounts, acts, articles, audit, auto_responses, balance, bonds, bulks, calendars, customer_merges,
    customers, diagnostics, drafts, events, exports, fields, files, filters, gate, inbound, lock, mailboxes,
    merges, notices, one_role, openapi, organisations, outbox, own_templates, participants, passing, people,
    personal, priorities,
    problem::{Answer, Problem},
    queue_addresses, queues, replies, reports, saved, search, settings, splits, states, tags, templates,
    tickets,
};
use crate::{
    db::{InstallationRight, Right},
    web::{handler::erased, routes::Needs},
};

/// One address and method.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path below `/api/v1`, with `{parameters}`.
    pub path: &'static str,
    /// Who may come in: at least the owner of a token. The verbs ask for their proofs besides.
    pub needs: Needs,
    mount: fn(actix_web::Route) -> actix_web::Route,
}

macro_rules! route {
    ($method:ident $path:literal, needs = $needs:expr, $handler:path) => {
        Route {
            method: Method::$method,
            path: $path,
            needs: $needs,
            mount: |route| route.to(erased($handler)),
        }
    };
}

use InstallationRight::{Export, People, QueuesAndMail, Recorder};
use Needs::{Installation, Queue, SignedIn, Ticket};
use Right::{Create, Full, MoveInto, Note, Owner, Priority, Read, Reply};

static TABLE: &[Route] = &[
    route!(GET "/openapi.json", needs = SignedIn, openapi::get),
    route!(GET "/tickets", needs = SignedIn, tickets::list),
    route!(POST "/tickets", needs = Queue(Create), tickets::create),
    route!(GET "/tickets/{number}", needs = Ticket(Read), tickets::get),
    route!(GET "/tickets/{number}/articles", needs = Ticket(Read), articles::of_ticket),
    route!(POST "/tickets/{number}/replies", needs = Ticket(Reply), replies::create),
    route!(POST "/tickets/{number}/notes", needs = Ticket(Note), replies::note),
    route!(POST "/tickets/{number}/calls", needs = Ticket(Reply), splits::call),
    route!(POST "/tickets/{number}/forwards", needs = Ticket(Reply), passing::forward),
    route!(PUT "/tickets/{number}/lock", needs = Ticket(Reply), lock::put),
    route!(DELETE "/tickets/{number}/lock", needs = Ticket(Reply), lock::delete),
    route!(PUT "/tickets/{number}/owner", needs = Ticket(Owner), fields::owner),
    // `reply` on the ticket besides.
    route!(PUT "/tickets/{number}/queue", needs = Queue(MoveInto), fields::queue),
    route!(PUT "/tickets/{number}/state", needs = Ticket(Reply), fields::state),
    route!(PUT "/tickets/{number}/priority", needs = Ticket(Priority), fields::priority),
    route!(GET "/tickets/{number}/tags", needs = Ticket(Read), bonds::tags),
    route!(POST "/tickets/{number}/tags", needs = Ticket(Reply), bonds::tag),
    route!(DELETE "/tickets/{number}/tags/{tag}", needs = Ticket(Reply), bonds::untag),
    route!(GET "/tickets/{number}/links", needs = Ticket(Read), bonds::links),
    route!(POST "/tickets/{number}/links", needs = Ticket(Reply), bonds::link),
    route!(DELETE "/tickets/{number}/links/{other}", needs = Ticket(Reply), bonds::unlink),
    route!(GET "/tickets/{number}/watchers", needs = Ticket(Read), bonds::watchers),
    route!(POST "/tickets/{number}/watchers", needs = Ticket(Read), bonds::watch),
    route!(DELETE "/tickets/{number}/watchers/{login}", needs = Ticket(Read), bonds::unwatch),
    route!(GET "/tickets/{number}/participants", needs = Ticket(Read), participants::list),
    route!(POST "/tickets/{number}/participants", needs = Ticket(Reply), participants::add),
    route!(DELETE "/tickets/{number}/participants/{address}", needs = Ticket(Reply), participants::remove),
    // `reply` on the other ticket besides.
    route!(POST "/tickets/{number}/merges", needs = Ticket(Reply), merges::create),
    route!(DELETE "/tickets/{number}/merges", needs = Ticket(Reply), merges::delete),
    route!(POST "/tickets/{number}/merges/end", needs = Ticket(Reply), merges::end),
    route!(GET "/tickets/{number}/draft", needs = Ticket(Read), drafts::get),
    route!(PUT "/tickets/{number}/draft", needs = Ticket(Note), drafts::put),
    route!(DELETE "/tickets/{number}/draft", needs = Ticket(Note), drafts::delete),
    route!(GET "/tickets/{number}/templates", needs = Ticket(Read), templates::of_ticket),
    route!(GET "/tickets/{number}/acts", needs = Ticket(Read), acts::list),
    // The rights that what is undone needs besides.
    route!(POST "/tickets/{number}/acts/{id}/undo", needs = Ticket(Read), acts::undo),
    route!(PUT "/tickets/{number}/removal", needs = Ticket(Full), acts::remove),
    route!(DELETE "/tickets/{number}/removal", needs = Ticket(Full), acts::restore),
    route!(PUT "/tickets/{number}/customer", needs = Ticket(Full), acts::customer),
    route!(GET "/tickets/{number}/history", needs = Ticket(Read), tickets::history),
    // The rights that the deed needs on each ticket besides; one's own only.
    route!(POST "/bulks", needs = SignedIn, bulks::create),
    route!(GET "/bulks/{id}", needs = SignedIn, bulks::get),
    route!(GET "/bulks/{id}/items", needs = SignedIn, bulks::items),
    route!(POST "/bulks/{id}/undo", needs = SignedIn, bulks::undo),
    route!(GET "/articles", needs = SignedIn, articles::find),
    route!(GET "/articles/{id}", needs = Ticket(Read), articles::get),
    route!(POST "/articles/{id}/redirects", needs = Ticket(Reply), passing::redirect),
    route!(POST "/articles/{id}/undo", needs = Ticket(Reply), replies::undo),
    route!(POST "/articles/{id}/resends", needs = Ticket(Reply), passing::resend),
    route!(POST "/articles/{id}/splits", needs = Ticket(Reply), splits::create),
    route!(PUT "/articles/{id}/ticket", needs = Ticket(Reply), merges::take),
    route!(GET "/attachments/{uid}", needs = Ticket(Read), files::get),
    route!(GET "/search", needs = SignedIn, search::find),
    route!(GET "/reports", needs = SignedIn, reports::get),
    route!(GET "/views", needs = SignedIn, saved::list),
    route!(POST "/views", needs = SignedIn, saved::create),
    route!(DELETE "/views/{id}", needs = SignedIn, saved::delete),
    route!(POST "/exports", needs = Installation(Export), exports::create),
    route!(GET "/settings", needs = Installation(People), settings::list),
    route!(PUT "/settings/{key}", needs = Installation(People), settings::put),
    route!(GET "/diagnostics", needs = Installation(QueuesAndMail), diagnostics::get),
    route!(GET "/audit", needs = Installation(People), audit::list),
    route!(GET "/notices", needs = SignedIn, notices::list),
    route!(PUT "/notices/read", needs = SignedIn, notices::read),
    route!(GET "/preferences/notices", needs = SignedIn, notices::ways),
    route!(PUT "/preferences/notices", needs = SignedIn, notices::choose),
    route!(GET "/events", needs = SignedIn, events::stream),
    route!(GET "/inbound", needs = Installation(Recorder), inbound::list),
    route!(GET "/inbound/{id}", needs = Installation(Recorder), inbound::get),
    route!(GET "/inbound/{id}/raw", needs = Installation(Recorder), inbound::raw),
    route!(POST "/inbound/{id}/previews", needs = Installation(Recorder), inbound::preview),
    route!(POST "/inbound/{id}/retry", needs = Installation(Recorder), inbound::retry),
    route!(POST "/inbound/{id}/let-in", needs = Installation(Recorder), inbound::let_in),
    route!(GET "/balance", needs = Installation(Recorder), balance::get),
    route!(GET "/filters", needs = Installation(QueuesAndMail), filters::get),
    route!(PUT "/filters", needs = Installation(QueuesAndMail), filters::put),
    // `recorder` besides.
    route!(POST "/filters/dry-runs", needs = Installation(QueuesAndMail), filters::dry_runs::create),
    route!(GET "/outbox", needs = Installation(Recorder), outbox::list),
    route!(GET "/queues", needs = SignedIn, queues::list),
    route!(POST "/queues", needs = Installation(QueuesAndMail), queues::create),
    route!(GET "/queues/{id}", needs = SignedIn, queues::get),
    route!(PUT "/queues/{id}", needs = Installation(QueuesAndMail), queues::put),
    route!(PATCH "/queues/{id}", needs = Installation(QueuesAndMail), queues::patch),
    route!(GET "/queues/{id}/addresses", needs = Installation(QueuesAndMail), queue_addresses::get),
    // `read` in all queues besides, and `reply` on each ticket.
    route!(GET "/tags", needs = Installation(QueuesAndMail), tags::list),
    route!(POST "/tags", needs = Installation(QueuesAndMail), tags::change),
    route!(GET "/states", needs = SignedIn, states::list),
    route!(POST "/states", needs = Installation(QueuesAndMail), states::create),
    route!(GET "/states/{id}", needs = SignedIn, states::get),
    route!(PUT "/states/{id}", needs = Installation(QueuesAndMail), states::put),
    route!(PUT "/states/{id}/retirement", needs = Installation(QueuesAndMail), states::retire),
    route!(DELETE "/states/{id}/retirement", needs = Installation(QueuesAndMail), states::restore),
    route!(GET "/priorities", needs = SignedIn, priorities::list),
    route!(PUT "/priorities", needs = Installation(QueuesAndMail), priorities::put),
    route!(GET "/calendars", needs = Installation(QueuesAndMail), calendars::list),
    route!(POST "/calendars", needs = Installation(QueuesAndMail), calendars::create),
    route!(GET "/calendars/{id}", needs = Installation(QueuesAndMail), calendars::get),
    route!(PUT "/calendars/{id}", needs = Installation(QueuesAndMail), calendars::put),
    route!(GET "/calendars/{id}/end", needs = Installation(QueuesAndMail), calendars::end),
    route!(PUT "/calendars/{id}/retirement", needs = Installation(QueuesAndMail), calendars::retire),
    route!(DELETE "/calendars/{id}/retirement", needs = Installation(QueuesAndMail), calendars::restore),
    route!(GET "/auto-responses", needs = Installation(QueuesAndMail), auto_responses::list),
    route!(PUT "/auto-responses", needs = Installation(QueuesAndMail), auto_responses::put),
    route!(GET "/templates", needs = SignedIn, templates::list),
    route!(POST "/templates", needs = Installation(QueuesAndMail), templates::create),
    route!(GET "/templates/{id}", needs = SignedIn, templates::get),
    route!(PUT "/templates/{id}", needs = Installation(QueuesAndMail), templates::put),
    route!(DELETE "/templates/{id}", needs = Installation(QueuesAndMail), templates::delete),
    route!(POST "/templates/{id}/restore", needs = Installation(QueuesAndMail), templates::restore),
    route!(GET "/preferences/templates", needs = SignedIn, own_templates::list),
    route!(POST "/preferences/templates", needs = SignedIn, own_templates::create),
    route!(GET "/preferences/templates/{id}", needs = SignedIn, own_templates::get),
    route!(PUT "/preferences/templates/{id}", needs = SignedIn, own_templates::put),
    route!(DELETE "/preferences/templates/{id}", needs = SignedIn, own_templates::delete),
    route!(GET "/mailboxes", needs = Installation(QueuesAndMail), mailboxes::list),
    route!(POST "/mailboxes", needs = Installation(QueuesAndMail), mailboxes::create),
    route!(GET "/mailboxes/{id}", needs = Installation(QueuesAndMail), mailboxes::get),
    route!(PATCH "/mailboxes/{id}", needs = Installation(QueuesAndMail), mailboxes::update),
    route!(DELETE "/mailboxes/{id}", needs = Installation(QueuesAndMail), mailboxes::delete),
    route!(GET "/mailboxes/{id}/test", needs = Installation(QueuesAndMail), mailboxes::test),
    route!(POST "/mailboxes/{id}/test", needs = Installation(QueuesAndMail), mailboxes::start_test),
    route!(GET "/agents", needs = SignedIn, people::agents),
    route!(POST "/agents", needs = Installation(People), people::create_agent),
    route!(GET "/agents/{id}", needs = Installation(People), accounts::get),
    route!(PATCH "/agents/{id}", needs = Installation(People), accounts::update),
    route!(PUT "/agents/{id}/link", needs = Installation(People), accounts::link),
    route!(PUT "/agents/{id}/retirement", needs = Installation(People), accounts::retire),
    route!(DELETE "/agents/{id}/retirement", needs = Installation(People), accounts::restore),
    route!(DELETE "/agents/{id}/sessions", needs = Installation(People), accounts::end_sessions),
    route!(GET "/agents/{id}/tokens", needs = Installation(People), accounts::tokens),
    route!(DELETE "/agents/{id}/tokens/{token}", needs = Installation(People), accounts::revoke_token),
    // `export` besides, and `read` in all queues.
    route!(POST "/agents/{id}/personal-data", needs = Installation(People), personal::create),
    // Of a ticket: `read` on it besides.
    route!(GET "/agents/{id}/rights", needs = Installation(People), accounts::rights),
    route!(GET "/roles", needs = Installation(People), people::roles),
    route!(POST "/roles", needs = Installation(People), people::create_role),
    route!(GET "/roles/{id}", needs = Installation(People), one_role::role),
    route!(PATCH "/roles/{id}", needs = Installation(People), one_role::update_role),
    route!(PUT "/roles/{id}/retirement", needs = Installation(People), one_role::retire_role),
    route!(DELETE "/roles/{id}/retirement", needs = Installation(People), one_role::restore_role),
    route!(GET "/customers", needs = Installation(People), customers::list),
    route!(POST "/customers", needs = Installation(People), customers::create),
    // Of whom one may read a ticket, or with the right to manage people.
    route!(GET "/customers/{id}", needs = SignedIn, customers::get),
    route!(PATCH "/customers/{id}", needs = Installation(People), customers::update),
    route!(PUT "/customers/{id}/main-address", needs = Installation(People), customers::main),
    route!(GET "/customers/{id}/merges", needs = Installation(People), customer_merges::list),
    route!(POST "/customers/{id}/merges", needs = Installation(People), customer_merges::create),
    route!(GET "/customers/{id}/merges/preview", needs = Installation(People), customer_merges::preview),
    route!(DELETE "/customers/{id}/merges/{merge}", needs = Installation(People), customer_merges::delete),
    route!(GET "/customers/{id}/addresses", needs = Installation(People), customers::addresses),
    route!(POST "/customers/{id}/addresses", needs = Installation(People), customers::add),
    route!(DELETE "/customers/{id}/addresses/{address}", needs = Installation(People), customers::remove),
    route!(GET "/organisations", needs = Installation(People), organisations::list),
    route!(POST "/organisations", needs = Installation(People), organisations::create),
    route!(GET "/organisations/{id}", needs = Installation(People), organisations::get),
    route!(PATCH "/organisations/{id}", needs = Installation(People), organisations::update),
    route!(PUT "/organisations/{id}/retirement", needs = Installation(People), organisations::retire),
    route!(DELETE "/organisations/{id}/retirement", needs = Installation(People), organisations::restore),
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
            let gated = from_fn(move |request, next| gate::needs(row.needs, request, next));
            resource = resource.route((row.mount)(web::method(row.method.clone())).wrap(gated));
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
