//! All addresses of the pages in one table: what each needs, how its forms are proven, how long its answer is kept.
//! The server and `turnstone routes` are both made from it, so that nothing answers that is not in it.

use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::failure::Failure;
use super::handler::erased;
use super::state::Web;
use super::{
    admin, articles, attached, audit, auto_responses, calendars, customers, dashboard, diagnostics,
    downloads, factor, files, filters, forgotten, gate, live, login, look, mailboxes, notices, organisations,
    outbox, own_factor, own_passkeys, passkeys, passwords, people, people_tables, preferences, presence,
    probes, queues, raise, recorder, relay, reply_templates, reports, roles, search, settings, setup, states,
    suggestions, tags, tickets, viewing, views, vouched, wizard,
};
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

use InstallationRight::{Api, Export, People, QueuesAndMail, Recorder};
use Needs::{Installation, Public, Queue, SignedIn, Ticket};
use Right::{Create, Full, MoveInto, Note, Read, Reply};

static TABLE: &[Route] = &[
    // The reviewed list of what strangers reach.
    route!(GET "/", needs = Public, csrf = None, cache = NoStore, dashboard::root),
    route!(GET "/login", needs = Public, csrf = None, cache = NoStore, login::page),
    route!(POST "/login", needs = Public, csrf = SameSite, cache = NoStore, login::create),
    // Sites that vouch for people: there, back, and good-bye. Who comes back without our sealed cookie is sent away.
    route!(GET "/login/with/{id}", needs = Public, csrf = None, cache = NoStore, vouched::go),
    route!(GET "/login/with/{id}/callback", needs = Public, csrf = None, cache = NoStore, vouched::back),
    route!(GET "/login/with/{id}/end", needs = Public, csrf = None, cache = NoStore, vouched::end),
    // Half signed in: who holds no such session is sent away by the handler.
    route!(GET "/login/factor", needs = Public, csrf = None, cache = NoStore, factor::page),
    route!(POST "/login/factor", needs = Public, csrf = SameSite, cache = NoStore, factor::create),
    route!(GET "/login/enrolment", needs = Public, csrf = None, cache = NoStore, factor::enrolment),
    route!(POST "/login/enrolment", needs = Public, csrf = SameSite, cache = NoStore, factor::enrol),
    // Passkeys: alone, and in both of these steps. A challenge is nobody's until it is signed.
    route!(POST "/login/passkey", needs = Public, csrf = SameSite, cache = NoStore, passkeys::create),
    route!(POST "/login/passkey/challenge", needs = Public, csrf = SameSite, cache = NoStore, passkeys::challenge),
    route!(POST "/login/factor/passkey", needs = Public, csrf = SameSite, cache = NoStore, passkeys::second),
    route!(POST "/login/factor/passkey/challenge", needs = Public, csrf = SameSite, cache = NoStore, passkeys::factor_challenge),
    route!(POST "/login/enrolment/passkey", needs = Public, csrf = SameSite, cache = NoStore, passkeys::enrol),
    route!(POST "/login/enrolment/passkey/challenge", needs = Public, csrf = SameSite, cache = NoStore, passkeys::enrolment_challenge),
    route!(GET "/setup", needs = Public, csrf = None, cache = NoStore, setup::page),
    route!(POST "/setup", needs = Public, csrf = SameSite, cache = NoStore, setup::create),
    route!(GET "/assets/{name}", needs = Public, csrf = None, cache = Immutable, files::asset),
    // What strangers see of the organisation; the name changes with the content.
    route!(GET "/brand/{name}", needs = Public, csrf = None, cache = Immutable, look::file),
    route!(GET "/inline/{uid}/{proof}", needs = Public, csrf = None, cache = NoStore, files::inline),
    // Only with the secret of a link that works.
    route!(GET "/password/new", needs = Public, csrf = None, cache = NoStore, passwords::new),
    route!(POST "/password/new", needs = Public, csrf = SameSite, cache = NoStore, passwords::create),
    route!(GET "/password/change", needs = SignedIn, csrf = None, cache = NoStore, passwords::change_page),
    route!(POST "/password/change", needs = SignedIn, csrf = Field, cache = NoStore, passwords::change),
    route!(GET "/password/reset", needs = Public, csrf = None, cache = NoStore, forgotten::page),
    route!(POST "/password/reset", needs = Public, csrf = SameSite, cache = NoStore, forgotten::create),
    // Machines that watch; /metrics asks for a token of its own.
    route!(GET "/healthz", needs = Public, csrf = None, cache = NoStore, probes::alive),
    route!(GET "/readyz", needs = Public, csrf = None, cache = NoStore, probes::ready),
    route!(GET "/metrics", needs = Public, csrf = None, cache = NoStore, probes::numbers),
    // Signed in.
    route!(POST "/logout", needs = SignedIn, csrf = Field, cache = NoStore, login::delete),
    route!(GET "/dashboard", needs = SignedIn, csrf = None, cache = NoStore, dashboard::page),
    route!(GET "/reports", needs = SignedIn, csrf = None, cache = NoStore, reports::page),
    route!(GET "/reports.csv", needs = Installation(Export), csrf = None, cache = NoStore, reports::csv),
    route!(GET "/tickets", needs = SignedIn, csrf = None, cache = NoStore, tickets::list::page),
    route!(POST "/tickets", needs = Queue(Create), csrf = Field, cache = NoStore, tickets::new::create),
    route!(GET "/tickets/new", needs = SignedIn, csrf = None, cache = NoStore, tickets::new::page),
    route!(PUT "/tickets/new/draft", needs = SignedIn, csrf = Header, cache = NoStore, tickets::new::save),
    route!(POST "/tickets/exports", needs = Installation(Export), csrf = Field, cache = NoStore, tickets::export::create),
    route!(GET "/tickets/bin", needs = SignedIn, csrf = None, cache = NoStore, tickets::bin::page),
    route!(POST "/tickets/bulk", needs = SignedIn, csrf = Field, cache = NoStore, tickets::bulk::create),
    // One's own only.
    route!(GET "/tickets/bulk/{id}", needs = SignedIn, csrf = None, cache = NoStore, tickets::bulk::page),
    route!(POST "/tickets/bulk/{id}/start", needs = SignedIn, csrf = Field, cache = NoStore, tickets::bulk::start),
    route!(POST "/tickets/bulk/{id}/undo", needs = SignedIn, csrf = Field, cache = NoStore, tickets::bulk::undo),
    route!(GET "/tickets/{number}", needs = Ticket(Read), csrf = None, cache = NoStore, tickets::page::page),
    route!(GET "/tickets/{number}/attachments.zip", needs = Ticket(Read), csrf = None, cache = NoStore, downloads::of_ticket),
    route!(POST "/tickets/{number}/articles", needs = Ticket(Note), csrf = Field, cache = NoStore, tickets::compose::create),
    route!(POST "/tickets/{number}/lock", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::acts::lock),
    route!(POST "/tickets/{number}/lock/release", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::acts::unlock),
    route!(POST "/tickets/{number}/lock/takeover", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::acts::take_over),
    route!(POST "/tickets/{number}/queue", needs = Queue(MoveInto), csrf = Field, cache = NoStore, tickets::acts::move_to),
    route!(POST "/tickets/{number}/closure", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::acts::close),
    route!(POST "/tickets/{number}/closure/end", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::acts::reopen),
    route!(POST "/tickets/{number}/details", needs = Ticket(Read), csrf = Field, cache = NoStore, tickets::acts::details),
    route!(POST "/tickets/{number}/participants", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::acts::accept),
    route!(POST "/tickets/{number}/participants/end", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::acts::remove),
    route!(GET "/tickets/{number}/merges", needs = Ticket(Reply), csrf = None, cache = NoStore, tickets::merges::page),
    route!(POST "/tickets/{number}/merges", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::merges::create),
    route!(GET "/tickets/{number}/merges/new", needs = Ticket(Reply), csrf = None, cache = NoStore, tickets::merges::new),
    route!(POST "/tickets/{number}/merges/end", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::merges::end),
    route!(POST "/tickets/{number}/tags", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::bonds::tag),
    route!(POST "/tickets/{number}/tags/end", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::bonds::untag),
    route!(POST "/tickets/{number}/watching", needs = Ticket(Read), csrf = Field, cache = NoStore, tickets::bonds::watch),
    route!(POST "/tickets/{number}/watching/end", needs = Ticket(Read), csrf = Field, cache = NoStore, tickets::bonds::unwatch),
    route!(POST "/tickets/{number}/links", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::bonds::link),
    route!(POST "/tickets/{number}/links/end", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::bonds::unlink),
    route!(POST "/tickets/{number}/reminder", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::reminder::create),
    route!(GET "/tickets/{number}/calls/new", needs = Ticket(Reply), csrf = None, cache = NoStore, tickets::calls::new),
    route!(POST "/tickets/{number}/calls", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::calls::create),
    route!(GET "/tickets/{number}/beside", needs = Ticket(Read), csrf = None, cache = NoStore, tickets::beside::page),
    route!(GET "/tickets/{number}/history", needs = Ticket(Read), csrf = None, cache = NoStore, tickets::paper::history),
    route!(GET "/tickets/{number}/printout", needs = Ticket(Read), csrf = None, cache = NoStore, tickets::paper::printout),
    route!(GET "/tickets/{number}/customer", needs = Ticket(Full), csrf = None, cache = NoStore, tickets::customer::page),
    route!(POST "/tickets/{number}/customer", needs = Ticket(Full), csrf = Field, cache = NoStore, tickets::customer::update),
    route!(POST "/tickets/{number}/removal", needs = Ticket(Full), csrf = Field, cache = NoStore, tickets::bin::create),
    route!(POST "/tickets/{number}/removal/end", needs = Ticket(Full), csrf = Field, cache = NoStore, tickets::bin::end),
    route!(GET "/tickets/{number}/acts/{id}", needs = Ticket(Read), csrf = None, cache = NoStore, tickets::undo::page),
    // The rights that what is undone needs besides.
    route!(POST "/tickets/{number}/acts/{id}/undo", needs = Ticket(Read), csrf = Field, cache = NoStore, tickets::undo::create),
    route!(POST "/tickets/{number}/told", needs = Ticket(Read), csrf = Header, cache = NoStore, tickets::acts::told),
    route!(POST "/tickets/{number}/seen", needs = Ticket(Read), csrf = Header, cache = NoStore, tickets::acts::seen),
    route!(GET "/tickets/{number}/colleagues", needs = Ticket(Read), csrf = None, cache = NoStore, tickets::colleagues::list),
    route!(PUT "/tickets/{number}/presence", needs = Ticket(Read), csrf = Header, cache = NoStore, presence::put),
    route!(PUT "/tickets/{number}/draft", needs = Ticket(Note), csrf = Header, cache = NoStore, tickets::draft::put),
    route!(GET "/tickets/{number}/templates", needs = Ticket(Read), csrf = None, cache = NoStore, tickets::templates::list),
    route!(GET "/tickets/{number}/templates/{id}", needs = Ticket(Read), csrf = None, cache = NoStore, tickets::templates::get),
    route!(POST "/tickets/{number}/draft/files", needs = Ticket(Note), csrf = Header, cache = NoStore, tickets::draft::attach),
    route!(DELETE "/tickets/{number}/draft/files/{uid}", needs = Ticket(Note), csrf = Header, cache = NoStore, tickets::draft::detach),
    route!(POST "/tickets/{number}/draft/uploads", needs = Ticket(Note), csrf = Header, cache = NoStore, tickets::uploads::create),
    route!(HEAD "/tickets/{number}/draft/uploads/{uid}", needs = Ticket(Note), csrf = None, cache = NoStore, tickets::uploads::offset),
    route!(PATCH "/tickets/{number}/draft/uploads/{uid}", needs = Ticket(Note), csrf = Header, cache = NoStore, tickets::uploads::put),
    route!(DELETE "/tickets/{number}/draft/uploads/{uid}", needs = Ticket(Note), csrf = Header, cache = NoStore, tickets::uploads::delete),
    route!(GET "/articles/{id}/html", needs = Ticket(Read), csrf = None, cache = NoStore, articles::html),
    route!(POST "/articles/{id}/images", needs = Ticket(Read), csrf = Field, cache = NoStore, articles::images),
    route!(POST "/articles/{id}/undo", needs = Ticket(Reply), csrf = Field, cache = NoStore, articles::undo),
    route!(POST "/articles/{id}/redirects", needs = Ticket(Reply), csrf = Field, cache = NoStore, articles::redirect),
    route!(POST "/articles/{id}/resend", needs = Ticket(Reply), csrf = Field, cache = NoStore, articles::resend),
    route!(POST "/articles/{id}/customer", needs = Ticket(Full), csrf = Field, cache = NoStore, articles::is_customer),
    route!(GET "/articles/{id}/splits/new", needs = Ticket(Reply), csrf = None, cache = NoStore, tickets::splits::new),
    route!(POST "/articles/{id}/splits", needs = Ticket(Reply), csrf = Field, cache = NoStore, tickets::splits::create),
    route!(POST "/articles/{id}/ticket", needs = Ticket(Reply), csrf = Field, cache = NoStore, articles::take),
    route!(GET "/articles/{id}/ticket/new", needs = Ticket(Reply), csrf = None, cache = NoStore, tickets::takes::new),
    route!(GET "/articles/{id}/attachments.zip", needs = Ticket(Read), csrf = None, cache = NoStore, downloads::of_article),
    route!(GET "/articles/{id}/raw", needs = Ticket(Read), csrf = None, cache = NoStore, articles::raw),
    route!(GET "/attachments/{uid}", needs = Ticket(Read), csrf = None, cache = NoStore, files::attachment),
    route!(GET "/attachments/{uid}/content", needs = Ticket(Read), csrf = None, cache = NoStore, attached::page),
    route!(GET "/attachments/{uid}/content/{part}", needs = Ticket(Read), csrf = None, cache = NoStore, attached::part),
    route!(GET "/search", needs = SignedIn, csrf = None, cache = NoStore, search::page),
    route!(GET "/search/suggestions", needs = SignedIn, csrf = None, cache = NoStore, suggestions::list),
    route!(POST "/views", needs = SignedIn, csrf = Field, cache = NoStore, views::create),
    route!(POST "/views/{id}/end", needs = SignedIn, csrf = Field, cache = NoStore, views::end),
    route!(GET "/preferences", needs = SignedIn, csrf = None, cache = NoStore, preferences::page),
    route!(POST "/preferences", needs = SignedIn, csrf = Field, cache = NoStore, preferences::update),
    route!(POST "/preferences/rows", needs = SignedIn, csrf = Field, cache = NoStore, views::rows),
    route!(POST "/preferences/queues", needs = SignedIn, csrf = Field, cache = NoStore, preferences::queues::update),
    route!(GET "/preferences/notices", needs = SignedIn, csrf = None, cache = NoStore, preferences::notices::page),
    route!(POST "/preferences/notices", needs = SignedIn, csrf = Field, cache = NoStore, preferences::notices::update),
    route!(GET "/preferences/keys", needs = SignedIn, csrf = None, cache = NoStore, preferences::keys::page),
    route!(POST "/preferences/keys", needs = SignedIn, csrf = Field, cache = NoStore, preferences::keys::update),
    route!(GET "/preferences/tokens", needs = Installation(Api), csrf = None, cache = NoStore, raised = true, preferences::tokens::page),
    route!(POST "/preferences/tokens", needs = Installation(Api), csrf = Field, cache = NoStore, raised = true, preferences::tokens::create),
    route!(POST "/preferences/tokens/end", needs = Installation(Api), csrf = Field, cache = NoStore, preferences::tokens::end),
    route!(GET "/preferences/templates", needs = SignedIn, csrf = None, cache = NoStore, preferences::templates::list),
    route!(POST "/preferences/templates", needs = SignedIn, csrf = Field, cache = NoStore, preferences::templates::create),
    route!(GET "/preferences/templates/new", needs = SignedIn, csrf = None, cache = NoStore, preferences::templates::new),
    route!(GET "/preferences/templates/{id}", needs = SignedIn, csrf = None, cache = NoStore, preferences::templates::page),
    route!(POST "/preferences/templates/{id}", needs = SignedIn, csrf = Field, cache = NoStore, preferences::templates::update),
    route!(POST "/preferences/templates/{id}/end", needs = SignedIn, csrf = Field, cache = NoStore, preferences::templates::end),
    route!(POST "/preferences/beside", needs = SignedIn, csrf = Field, cache = NoStore, views::beside),
    route!(POST "/preferences/password", needs = SignedIn, csrf = Field, cache = NoStore, preferences::password),
    route!(GET "/preferences/factor", needs = SignedIn, csrf = None, cache = NoStore, own_factor::page),
    route!(POST "/preferences/factor", needs = SignedIn, csrf = Field, cache = NoStore, own_factor::create),
    route!(POST "/preferences/factor/confirmation", needs = SignedIn, csrf = Field, cache = NoStore, own_factor::confirm),
    route!(POST "/preferences/factor/codes", needs = SignedIn, csrf = Field, cache = NoStore, own_factor::codes),
    route!(POST "/preferences/factor/end", needs = SignedIn, csrf = Field, cache = NoStore, own_factor::end),
    route!(POST "/preferences/factor/pending/end", needs = SignedIn, csrf = Field, cache = NoStore, own_factor::cancel),
    // The password in the form, where it was not given not long ago.
    route!(POST "/preferences/passkeys", needs = SignedIn, csrf = Field, cache = NoStore, own_passkeys::create),
    route!(POST "/preferences/passkeys/challenge", needs = SignedIn, csrf = Header, cache = NoStore, own_passkeys::challenge),
    route!(POST "/preferences/passkeys/{id}", needs = SignedIn, csrf = Field, cache = NoStore, raised = true, own_passkeys::rename),
    route!(POST "/preferences/passkeys/{id}/end", needs = SignedIn, csrf = Field, cache = NoStore, own_passkeys::end),
    // The password once more, for rows with `raised`.
    route!(GET "/raise", needs = SignedIn, csrf = None, cache = NoStore, raise::ask),
    route!(POST "/raise", needs = SignedIn, csrf = Field, cache = NoStore, raise::create),
    route!(POST "/raise/passkey", needs = SignedIn, csrf = Field, cache = NoStore, raise::by_passkey),
    route!(POST "/raise/passkey/challenge", needs = SignedIn, csrf = Header, cache = NoStore, raise::challenge),
    route!(GET "/raise/with/{id}", needs = SignedIn, csrf = None, cache = NoStore, vouched::raise),
    // Back from another agent's eyes.
    route!(POST "/viewing/end", needs = SignedIn, csrf = Field, cache = NoStore, viewing::end),
    // Of whom one may read a ticket, or with the right to manage people.
    route!(GET "/customers/{id}", needs = SignedIn, csrf = None, cache = NoStore, customers::page::page),
    route!(PUT "/preferences/theme", needs = SignedIn, csrf = Header, cache = NoStore, preferences::theme),
    route!(GET "/notices", needs = SignedIn, csrf = None, cache = NoStore, notices::page),
    route!(POST "/notices/read", needs = SignedIn, csrf = Field, cache = NoStore, notices::read),
    route!(GET "/events", needs = SignedIn, csrf = None, cache = NoStore, live::stream),
    // Administration.
    route!(GET "/admin", needs = SignedIn, csrf = None, cache = NoStore, admin::root),
    route!(GET "/admin/mail", needs = Installation(Recorder), csrf = None, cache = NoStore, recorder::list::list),
    route!(GET "/admin/mail/balance", needs = Installation(Recorder), csrf = None, cache = NoStore, recorder::balance::page),
    route!(GET "/admin/mail/balance.csv", needs = Installation(Recorder), csrf = None, cache = NoStore, recorder::balance::csv),
    route!(GET "/admin/mail/{id}", needs = Installation(Recorder), csrf = None, cache = NoStore, recorder::mail::page),
    route!(GET "/admin/mail/{id}/preview", needs = Installation(Recorder), csrf = None, cache = NoStore, recorder::preview::page),
    route!(GET "/admin/mail/{id}/raw", needs = Installation(Recorder), csrf = None, cache = NoStore, recorder::mail::raw),
    route!(POST "/admin/mail/{id}/retry", needs = Installation(Recorder), csrf = Field, cache = NoStore, recorder::mail::retry),
    route!(GET "/admin/queues", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, queues::list::list),
    route!(POST "/admin/queues", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, queues::page::create),
    route!(GET "/admin/queues/new", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, queues::page::new),
    route!(GET "/admin/queues/{id}", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, queues::page::page),
    route!(POST "/admin/queues/{id}", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, queues::page::update),
    route!(GET "/admin/queues/{id}/addresses", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, queues::addresses::page),
    route!(POST "/admin/queues/{id}/retirement", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, queues::retirement::retire),
    route!(POST "/admin/queues/{id}/retirement/end", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, queues::retirement::restore),
    route!(GET "/admin/states", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, states::list::list),
    route!(POST "/admin/states", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, states::list::create),
    route!(POST "/admin/states/{id}", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, states::list::rename),
    route!(POST "/admin/states/{id}/place", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, states::list::put_at),
    route!(POST "/admin/states/{id}/retirement", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, states::list::retire),
    route!(POST "/admin/states/{id}/retirement/end", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, states::list::restore),
    route!(POST "/admin/priorities", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, states::priorities::update),
    route!(GET "/admin/calendars", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, calendars::list::list),
    route!(POST "/admin/calendars", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, calendars::page::create),
    route!(GET "/admin/calendars/new", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, calendars::page::new),
    route!(GET "/admin/calendars/{id}", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, calendars::page::page),
    route!(POST "/admin/calendars/{id}", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, calendars::page::update),
    route!(POST "/admin/calendars/{id}/retirement", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, calendars::page::retire),
    route!(POST "/admin/calendars/{id}/retirement/end", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, calendars::page::restore),
    // `read` in all queues besides, and `reply` on each ticket.
    route!(GET "/admin/tags", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, tags::list),
    route!(POST "/admin/tags/names", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, tags::rename),
    route!(POST "/admin/tags/removals", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, tags::remove),
    route!(GET "/admin/auto-responses", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, auto_responses::list),
    route!(GET "/admin/auto-responses/{scope}", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, auto_responses::queue),
    route!(POST "/admin/auto-responses/{scope}", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, auto_responses::update),
    route!(GET "/admin/auto-responses/{scope}/{kind}/{language}", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, auto_responses::form),
    route!(POST "/admin/auto-responses/{scope}/{kind}/{language}", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, auto_responses::submit),
    route!(GET "/admin/templates", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, reply_templates::list),
    route!(POST "/admin/templates", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, reply_templates::create),
    route!(GET "/admin/templates/new", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, reply_templates::new),
    route!(GET "/admin/templates/{id}", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, reply_templates::page),
    route!(POST "/admin/templates/{id}", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, reply_templates::update),
    route!(POST "/admin/templates/{id}/retirement", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, reply_templates::retire),
    route!(POST "/admin/templates/{id}/retirement/end", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, reply_templates::restore),
    route!(GET "/admin/mailboxes", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, mailboxes::list::list),
    route!(POST "/admin/mailboxes", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, mailboxes::page::create),
    route!(GET "/admin/mailboxes/new", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, mailboxes::page::new),
    route!(GET "/admin/mailboxes/{id}", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, mailboxes::page::page),
    route!(POST "/admin/mailboxes/{id}", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, mailboxes::page::update),
    route!(POST "/admin/mailboxes/{id}/rest", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, mailboxes::page::rest),
    route!(POST "/admin/mailboxes/{id}/removal", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, mailboxes::page::remove),
    route!(POST "/admin/mailboxes/{id}/tests", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, mailboxes::page::test),
    route!(POST "/admin/mail/{id}/let-in", needs = Installation(Recorder), csrf = Field, cache = NoStore, recorder::mail::let_in),
    route!(GET "/admin/filters", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, filters::list),
    route!(POST "/admin/filters", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, filters::change),
    route!(POST "/admin/filters/rules", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, filters::create),
    route!(GET "/admin/filters/rules/new", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, filters::new),
    route!(GET "/admin/filters/rules/{at}", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, filters::edit),
    // `recorder` besides.
    route!(GET "/admin/filters/dry-runs", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, filters::try_saved),
    route!(GET "/admin/filters/versions", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, filters::versions),
    route!(GET "/admin/filters/versions/{id}", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, filters::version),
    route!(POST "/admin/filters/versions/{id}/restore", needs = Installation(QueuesAndMail), csrf = Field, cache = NoStore, filters::restore),
    route!(GET "/admin/people", needs = Installation(People), csrf = None, cache = NoStore, people::list::list),
    route!(POST "/admin/people", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::new::create),
    route!(GET "/admin/people/new", needs = Installation(People), csrf = None, cache = NoStore, raised = true, people::new::new),
    route!(GET "/admin/people/domains", needs = Installation(People), csrf = None, cache = NoStore, raised = true, people::domains::page),
    route!(POST "/admin/people/domains", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::domains::update),
    route!(POST "/admin/people/imports", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people_tables::agents),
    route!(GET "/admin/people/imports/new", needs = Installation(People), csrf = None, cache = NoStore, raised = true, people_tables::new_agents),
    // `export` besides.
    route!(POST "/admin/people/exports", needs = Installation(People), csrf = Field, cache = NoStore, people_tables::take_agents),
    route!(GET "/admin/people/{id}", needs = Installation(People), csrf = None, cache = NoStore, raised = true, people::page::page),
    route!(POST "/admin/people/{id}", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::page::update),
    route!(POST "/admin/people/{id}/roles", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::roles::update),
    route!(POST "/admin/people/{id}/links", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::access::link),
    route!(POST "/admin/people/{id}/password", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::access::set_password),
    route!(POST "/admin/people/{id}/sessions/end", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::access::end_sessions),
    route!(POST "/admin/people/{id}/factor/end", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::access::reset_factor),
    route!(POST "/admin/people/{id}/tokens/end", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::access::revoke_token),
    route!(GET "/admin/people/{id}/retirement", needs = Installation(People), csrf = None, cache = NoStore, raised = true, people::retirement::page),
    route!(POST "/admin/people/{id}/retirement", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::retirement::create),
    route!(POST "/admin/people/{id}/retirement/end", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::retirement::end),
    // `export` besides, and `read` in all queues.
    route!(POST "/admin/people/{id}/personal-data", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, people::personal::take),
    route!(POST "/admin/people/{id}/viewing", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, viewing::create),
    // Of a ticket: `read` on it besides.
    route!(GET "/admin/people/{id}/rights", needs = Installation(People), csrf = None, cache = NoStore, people::rights::page),
    route!(GET "/admin/roles", needs = Installation(People), csrf = None, cache = NoStore, roles::list::list),
    route!(POST "/admin/roles", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, roles::page::create),
    route!(GET "/admin/roles/new", needs = Installation(People), csrf = None, cache = NoStore, raised = true, roles::page::new),
    route!(GET "/admin/roles/{id}", needs = Installation(People), csrf = None, cache = NoStore, raised = true, roles::page::page),
    route!(POST "/admin/roles/{id}", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, roles::page::update),
    route!(GET "/admin/roles/{id}/retirement", needs = Installation(People), csrf = None, cache = NoStore, raised = true, roles::retirement::page),
    route!(POST "/admin/roles/{id}/retirement", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, roles::retirement::create),
    route!(POST "/admin/roles/{id}/retirement/end", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, roles::retirement::end),
    route!(GET "/admin/customers", needs = Installation(People), csrf = None, cache = NoStore, customers::list::list),
    route!(POST "/admin/customers", needs = Installation(People), csrf = Field, cache = NoStore, customers::new::create),
    route!(GET "/admin/customers/new", needs = Installation(People), csrf = None, cache = NoStore, customers::new::new),
    route!(POST "/admin/customers/imports", needs = Installation(People), csrf = Field, cache = NoStore, people_tables::customers),
    route!(GET "/admin/customers/imports/new", needs = Installation(People), csrf = None, cache = NoStore, people_tables::new_customers),
    // `export` besides.
    route!(POST "/admin/customers/exports", needs = Installation(People), csrf = Field, cache = NoStore, people_tables::take_customers),
    route!(POST "/admin/customers/{id}", needs = Installation(People), csrf = Field, cache = NoStore, customers::page::update),
    route!(POST "/admin/customers/{id}/addresses", needs = Installation(People), csrf = Field, cache = NoStore, customers::addresses::create),
    route!(POST "/admin/customers/{id}/addresses/end", needs = Installation(People), csrf = Field, cache = NoStore, customers::addresses::end),
    route!(POST "/admin/customers/{id}/addresses/main", needs = Installation(People), csrf = Field, cache = NoStore, customers::addresses::main),
    route!(GET "/admin/customers/{id}/erasure", needs = Installation(People), csrf = None, cache = NoStore, raised = true, customers::personal::page),
    route!(POST "/admin/customers/{id}/erasure", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, customers::personal::erase),
    // `export` besides.
    route!(POST "/admin/customers/{id}/personal-data", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, customers::personal::take),
    route!(POST "/admin/customers/{id}/merges", needs = Installation(People), csrf = Field, cache = NoStore, customers::merges::create),
    route!(GET "/admin/customers/{id}/merges/new", needs = Installation(People), csrf = None, cache = NoStore, customers::merges::new),
    route!(POST "/admin/customers/{id}/merges/end", needs = Installation(People), csrf = Field, cache = NoStore, customers::merges::end),
    route!(GET "/admin/organisations", needs = Installation(People), csrf = None, cache = NoStore, organisations::list),
    route!(POST "/admin/organisations", needs = Installation(People), csrf = Field, cache = NoStore, organisations::create),
    route!(GET "/admin/organisations/new", needs = Installation(People), csrf = None, cache = NoStore, organisations::new),
    route!(GET "/admin/organisations/{id}", needs = Installation(People), csrf = None, cache = NoStore, organisations::page),
    route!(POST "/admin/organisations/{id}", needs = Installation(People), csrf = Field, cache = NoStore, organisations::update),
    route!(POST "/admin/organisations/{id}/retirement", needs = Installation(People), csrf = Field, cache = NoStore, organisations::retire),
    route!(POST "/admin/organisations/{id}/retirement/end", needs = Installation(People), csrf = Field, cache = NoStore, organisations::restore),
    route!(GET "/admin/audit", needs = Installation(People), csrf = None, cache = NoStore, audit::page),
    route!(GET "/admin/audit.csv", needs = Installation(People), csrf = None, cache = NoStore, audit::csv),
    route!(GET "/admin/settings", needs = Installation(People), csrf = None, cache = NoStore, raised = true, settings::page),
    route!(POST "/admin/settings", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, settings::update),
    // The set-up behind its first page.
    route!(GET "/admin/setup", needs = Installation(People), csrf = None, cache = NoStore, wizard::root),
    route!(POST "/admin/setup", needs = Installation(People), csrf = Field, cache = NoStore, wizard::dismiss),
    route!(GET "/admin/setup/{step}", needs = Installation(People), csrf = None, cache = NoStore, raised = true, wizard::page),
    route!(POST "/admin/setup/{step}", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, wizard::update),
    route!(GET "/admin/look", needs = Installation(People), csrf = None, cache = NoStore, look::page),
    route!(POST "/admin/look", needs = Installation(People), csrf = Field, cache = NoStore, look::update),
    route!(GET "/admin/relay", needs = Installation(People), csrf = None, cache = NoStore, raised = true, relay::page),
    route!(POST "/admin/relay", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, relay::update),
    route!(POST "/admin/relay/trials", needs = Installation(People), csrf = Field, cache = NoStore, raised = true, relay::try_out),
    route!(GET "/admin/diagnostics", needs = Installation(QueuesAndMail), csrf = None, cache = NoStore, diagnostics::page),
    route!(GET "/admin/outbox", needs = Installation(Recorder), csrf = None, cache = NoStore, outbox::list),
];

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
