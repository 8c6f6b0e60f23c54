//! What is sent to each route. Routes come from the program; what a change of them sends comes from here, so that a
//! new one is thought of. The forms of the administration that are whole stand in `forms.rs`.

use super::forms;
use super::own::Own;

/// What a request carries.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// Nothing.
    None,
    /// A form.
    Form(&'static [(&'static str, &'static str)]),
    /// JSON.
    Json(&'static str),
    /// A form with one file.
    File,
    /// The first bytes of a file that comes in pieces.
    Piece,
}

/// Who may use a route, where its `needs` says less than DESIGN's rules do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Besides {
    /// Nothing more.
    Nothing,
    /// This right on the ticket, because of what the body asks for.
    Right(&'static str),
    /// What the address names is one agent's own: the one called `reply`. It is no one else's.
    Own,
    /// The same, and not even who looks through his eyes sees it.
    Unsaid,
    /// The same of what waits on the open ticket to be sent.
    Unsent,
    /// What the body names is this agent's own, and no one else's.
    OwnOf(&'static str),
    /// What the address names belongs to the hidden queue.
    Vault,
    /// The right to open tickets in some queue.
    Create,
    /// Any right that a page of the administration asks for.
    Administers,
    /// The one called `root`, who wrote or did it.
    Root,
    /// The right to see the recorder.
    Recorder,
    /// The right to take lists out.
    Export,
    /// Reading a ticket of the customer, or managing people.
    Customer,
    /// This right in all queues.
    Everywhere(&'static str),
    /// Everything on each ticket of somebody who has hidden ones.
    AllTickets,
    /// Everything that the body gives away, or that comes with somebody else's eyes.
    Gives,
}

/// What is known of a route besides what it says itself.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// `METHOD /path`, as `turnstone routes` prints it.
    pub route: &'static str,
    /// What is sent.
    pub body: Body,
    /// Who may, besides.
    pub besides: Besides,
    /// The ticket is somewhere else afterwards, or the session over: each gets one of its own, or it is not done at all.
    pub spoils: bool,
    /// What it is about is made for each request alone.
    pub own: Option<Own>,
    /// What is sent is whole, so that whoever may do it must be told that it is done.
    pub done: bool,
}

/// Entries of all routes that have one.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    ALL.iter().chain(forms::ALL)
}

/// What is sent to a route, whoever its `needs` says may use it.
pub const fn entry(route: &'static str, body: Body) -> Entry {
    Entry { route, body, besides: Besides::Nothing, spoils: false, own: Option::None, done: false }
}

/// The same where its `needs` does not say all.
pub const fn needs(route: &'static str, body: Body, besides: Besides) -> Entry {
    Entry { besides, ..entry(route, body) }
}

const fn spoils(route: &'static str, body: Body) -> Entry {
    Entry { spoils: true, ..entry(route, body) }
}

use Body::{File, Form, Json, None, Piece};

/// Entries of changes that a ticket, a queue or a session stands behind, and of what is read with a rule of its own. What
/// an installation-wide right stands behind needs none: nobody gets as far as its body without it. Where it has one all the
/// same, whoever should be refused and is not leaves something behind.
pub const ALL: &[Entry] = &[
    // Pages.
    spoils("POST /logout", Form(&[])),
    entry("POST /password/change", Form(&[("password", "x")])),
    entry(
        "POST /tickets",
        Form(&[
            ("kind", "phone"),
            ("customer", "c@customer.example"),
            ("queue", "{queue}"),
            ("subject", "New"),
            ("body", "New"),
            ("priority", "3"),
            ("owner", ""),
        ]),
    ),
    entry(
        "PUT /tickets/new/draft",
        Json(
            r#"{"kind":"phone","customer":"","queue":null,"priority":3,"owner":"","subject":"x","body":"x","base":null}"#,
        ),
    ),
    entry("POST /tickets/bulk", Form(&[("ticket", "{number}"), ("act", "watch"), ("back", "/tickets")])),
    needs("GET /tickets/new", None, Besides::Create),
    needs("GET /tickets/bulk/{id}", None, Besides::Own),
    needs("POST /tickets/bulk/{id}/start", Form(&[("act", "watch")]), Besides::Own),
    needs("POST /tickets/bulk/{id}/undo", Form(&[]), Besides::Own),
    entry("POST /tickets/{number}/articles", Form(&[("kind", "note"), ("body", "A note.")])),
    entry("POST /tickets/{number}/lock", Form(&[])),
    entry("POST /tickets/{number}/lock/release", Form(&[])),
    entry("POST /tickets/{number}/lock/takeover", Form(&[])),
    spoils("POST /tickets/{number}/queue", Form(&[("value", "{vault}")])),
    entry("POST /tickets/{number}/closure", Form(&[])),
    entry("POST /tickets/{number}/closure/end", Form(&[])),
    needs("POST /tickets/{number}/details", Form(&[("priority", "5")]), Besides::Right("priority")),
    entry("POST /tickets/{number}/participants", Form(&[("address", "p@customer.example")])),
    entry("POST /tickets/{number}/participants/end", Form(&[("address", "p@customer.example")])),
    spoils("POST /tickets/{number}/merges", Form(&[("into", "{other}")])),
    spoils("POST /tickets/{number}/merges/end", Form(&[])),
    entry("POST /tickets/{number}/tags", Form(&[("tag", "blue")])),
    entry("POST /tickets/{number}/tags/end", Form(&[("tag", "blue")])),
    entry("POST /tickets/{number}/watching", Form(&[])),
    entry("POST /tickets/{number}/watching/end", Form(&[])),
    entry("POST /tickets/{number}/links", Form(&[("ticket", "{other}")])),
    entry("POST /tickets/{number}/links/end", Form(&[("ticket", "{other}")])),
    entry("POST /tickets/{number}/reminder", Form(&[("until", "2031-01-01T10:00")])),
    entry("POST /tickets/{number}/calls", Form(&[("by", "customer"), ("body", "A call."), ("then", "")])),
    spoils("POST /tickets/{number}/customer", Form(&[("customer", "d@customer.example")])),
    spoils("POST /tickets/{number}/removal", Form(&[("reason", "deleted")])),
    spoils("POST /tickets/{number}/removal/end", Form(&[])),
    needs("POST /tickets/{number}/acts/{id}/undo", Form(&[]), Besides::Right("priority")),
    entry("POST /tickets/{number}/seen", Form(&[])),
    entry("POST /tickets/{number}/told", Form(&[])),
    entry("PUT /tickets/{number}/presence", Json(r#"{"doing":"viewing","tab":"a"}"#)),
    entry("PUT /tickets/{number}/draft", Json(r#"{"kind":"note","body":"x","base":null}"#)),
    entry("POST /tickets/{number}/draft/files", File),
    needs("DELETE /tickets/{number}/draft/files/{uid}", None, Besides::Unsent),
    entry("POST /tickets/{number}/draft/uploads", Json(r#"{"name":"x.txt","size":10}"#)),
    needs("HEAD /tickets/{number}/draft/uploads/{uid}", None, Besides::Unsent),
    needs("PATCH /tickets/{number}/draft/uploads/{uid}", Piece, Besides::Unsent),
    needs("DELETE /tickets/{number}/draft/uploads/{uid}", None, Besides::Unsent),
    entry("POST /articles/{id}/images", Form(&[])),
    needs("POST /articles/{id}/undo", Form(&[]), Besides::Root),
    entry("POST /articles/{id}/redirects", Form(&[("to", "e@customer.example")])),
    entry("POST /articles/{id}/resend", Form(&[("to", "e@customer.example")])),
    Entry { besides: Besides::AllTickets, ..spoils("POST /articles/{id}/customer", Form(&[])) },
    spoils("POST /articles/{id}/splits", Form(&[("title", "Split")])),
    spoils("POST /articles/{id}/ticket", Form(&[("ticket", "{other}")])),
    entry("POST /views", Form(&[("name", "v"), ("q", "state:open")])),
    needs("POST /views/{id}/end", Form(&[]), Besides::Own),
    entry("POST /preferences", Form(&[])),
    entry("POST /preferences/notices", Form(&[])),
    entry("POST /notices/read", Form(&[("last", "999999999")])),
    entry("POST /viewing/end", Form(&[])),
    entry("POST /preferences/rows", Form(&[("dense", "off")])),
    entry("POST /preferences/queues", Form(&[])),
    entry("POST /preferences/keys", Form(&[])),
    entry("POST /preferences/beside", Form(&[("beside", "off")])),
    entry("POST /preferences/password", Form(&[("current", "wrong"), ("password", "x")])),
    entry("POST /preferences/factor", Form(&[("current", "wrong")])),
    entry("POST /preferences/factor/confirmation", Form(&[("code", "000000")])),
    entry("POST /preferences/factor/codes", Form(&[("current", "wrong")])),
    entry("POST /preferences/factor/end", Form(&[("current", "wrong")])),
    entry("POST /preferences/factor/pending/end", Form(&[])),
    entry("POST /preferences/passkeys", Form(&[("name", "x"), ("answer", "{}")])),
    entry("POST /preferences/passkeys/challenge", Form(&[])),
    needs("POST /preferences/passkeys/{id}", Form(&[("name", "Renamed")]), Besides::Own),
    needs("POST /preferences/passkeys/{id}/end", Form(&[]), Besides::Own),
    needs("POST /preferences/tokens/end", Form(&[("token", "{token}")]), Besides::OwnOf("lead")),
    entry("POST /preferences/templates", Form(&[("name", "Mine"), ("body", "Mine.")])),
    needs("GET /preferences/templates/{id}", None, Besides::Unsaid),
    needs("POST /preferences/templates/{id}", Form(&[("name", "Changed"), ("body", "Mine.")]), Besides::Own),
    needs("POST /preferences/templates/{id}/end", Form(&[]), Besides::Own),
    entry("POST /raise/passkey", Form(&[("answer", "{}")])),
    entry("POST /raise/passkey/challenge", Form(&[])),
    entry("POST /raise", Form(&[("current", "wrong")])),
    entry("PUT /preferences/theme", Json(r#"{"theme":"dark"}"#)),
    needs("GET /admin", None, Besides::Administers),
    needs("GET /admin/filters/dry-runs", None, Besides::Recorder),
    needs("POST /admin/people/{id}/roles", Form(&[("role", "{lead}")]), Besides::Gives),
    needs("POST /admin/people/{id}/viewing", Form(&[]), Besides::Gives),
    needs("POST /admin/people/exports", Form(&[]), Besides::Export),
    needs("POST /admin/customers/exports", Form(&[]), Besides::Export),
    needs("POST /admin/customers/{id}/personal-data", Form(&[]), Besides::Export),
    needs("POST /admin/people/{id}/personal-data", Form(&[]), Besides::Export),
    needs("POST /api/v1/agents/{id}/personal-data", None, Besides::Export),
    needs("GET /admin/people/{id}/erasure", None, Besides::Everywhere("full")),
    needs("GET /admin/customers/{id}/erasure", None, Besides::Everywhere("full")),
    needs("GET /admin/tags", None, Besides::Everywhere("read")),
    needs("GET /api/v1/tags", None, Besides::Everywhere("read")),
    needs("GET /customers/{id}", None, Besides::Customer),
    // A form must be understood, or that it is refused with a field too many says nothing.
    entry(
        "POST /admin/queues",
        Form(&[
            ("name", "Walked {login}"),
            ("addresses", "walked-{login}@helpdesk.example"),
            ("auto_response", "on"),
            ("follow_up_policy", "reopen"),
            ("unlock_minutes", "480"),
            ("hold_seconds", "10"),
            ("language", "en"),
        ]),
    ),
    entry("POST /admin/states", Form(&[("name", "Walked {login}"), ("kind", "closed")])),
    entry("POST /admin/states/{id}", Form(&[("name", "Solved at last")])),
    entry("POST /admin/states/{id}/place", Form(&[("place", "2")])),
    entry("POST /admin/calendars", Form(&[("name", "Walked {login}"), ("monday", "09:00-17:00")])),
    entry(
        "POST /admin/templates",
        Form(&[("name", "Walked {login}"), ("body", "Walked."), ("scope", "everybody")]),
    ),
    entry(
        "POST /admin/people",
        Form(&[
            ("name", "Walked {login}"),
            ("email", "walked-{login}@elsewhere.example"),
            ("login", "walked-{login}"),
            ("how", "invite"),
            ("page_size", "25"),
            ("language", "en"),
        ]),
    ),
    entry("POST /admin/people/domains", Form(&[("domains", "helpdesk.example elsewhere.example")])),
    entry("POST /admin/people/{id}/tokens/end", Form(&[("token", "{tildas_token}")])),
    entry("POST /admin/roles", Form(&[("name", "Walked {login}"), ("whole", "1")])),
    entry(
        "POST /admin/roles/{id}",
        Form(&[("name", "spare"), ("description", "Walked."), ("sure", "1"), ("whole", "1")]),
    ),
    entry(
        "POST /admin/customers",
        Form(&[("address", "walked-{login}@elsewhere.example"), ("name", "Walked {login}")]),
    ),
    entry("POST /admin/customers/{id}", Form(&[("name", "Anna"), ("note", "Walked.")])),
    entry("POST /admin/customers/{id}/addresses", Form(&[("address", "walks@elsewhere.example")])),
    entry("POST /admin/organisations", Form(&[("name", "Walked {login}")])),
    entry("POST /admin/settings", Form(&[("key", "SIGN_IN_TRIES"), ("value", "9")])),
    // The API.
    needs("GET /api/v1/customers/{id}", None, Besides::Customer),
    entry(
        "POST /api/v1/tickets",
        Json(r#"{"queue":"Support","title":"New","customer":"c@customer.example","body_text":"New"}"#),
    ),
    entry("POST /api/v1/tickets/{number}/replies", Json(r#"{"body_text":"An answer."}"#)),
    entry("POST /api/v1/tickets/{number}/notes", Json(r#"{"body_text":"A note."}"#)),
    entry("POST /api/v1/tickets/{number}/calls", Json(r#"{"body_text":"A call."}"#)),
    entry(
        "POST /api/v1/tickets/{number}/forwards",
        Json(r#"{"article":"{article}","to":"e@customer.example"}"#),
    ),
    entry("PUT /api/v1/tickets/{number}/lock", None),
    entry("DELETE /api/v1/tickets/{number}/lock", None),
    entry("PUT /api/v1/tickets/{number}/owner", Json(r#"{"value":"root"}"#)),
    spoils("PUT /api/v1/tickets/{number}/queue", Json(r#"{"value":"Vault zqxqueue"}"#)),
    entry("PUT /api/v1/tickets/{number}/state", Json(r#"{"value":"open"}"#)),
    entry("PUT /api/v1/tickets/{number}/priority", Json(r#"{"value":"high"}"#)),
    entry("POST /api/v1/tickets/{number}/tags", Json(r#"{"tag":"blue"}"#)),
    entry("DELETE /api/v1/tickets/{number}/tags/{tag}", None),
    entry("POST /api/v1/tickets/{number}/links", Json(r#"{"ticket":"{other}"}"#)),
    entry("DELETE /api/v1/tickets/{number}/links/{other}", None),
    entry("POST /api/v1/tickets/{number}/watchers", None),
    needs("DELETE /api/v1/tickets/{number}/watchers/{login}", None, Besides::Root),
    entry("POST /api/v1/tickets/{number}/participants", Json(r#"{"address":"p@customer.example"}"#)),
    entry("DELETE /api/v1/tickets/{number}/participants/{address}", None),
    spoils("POST /api/v1/tickets/{number}/merges", Json(r#"{"into":"{other}"}"#)),
    spoils("DELETE /api/v1/tickets/{number}/merges", None),
    spoils("POST /api/v1/tickets/{number}/merges/end", Json("{}")),
    entry("PUT /api/v1/tickets/{number}/draft", Json(r#"{"kind":"note","body_text":"x"}"#)),
    entry("DELETE /api/v1/tickets/{number}/draft", None),
    needs("POST /api/v1/tickets/{number}/acts/{id}/undo", Json("{}"), Besides::Right("priority")),
    spoils("PUT /api/v1/tickets/{number}/removal", Json("{}")),
    spoils("DELETE /api/v1/tickets/{number}/removal", None),
    spoils("PUT /api/v1/tickets/{number}/customer", Json(r#"{"value":"d@customer.example"}"#)),
    entry("POST /api/v1/bulks", Json(r#"{"tickets":["{number}"],"act":"watch"}"#)),
    needs("GET /api/v1/bulks/{id}", None, Besides::Own),
    needs("GET /api/v1/bulks/{id}/items", None, Besides::Own),
    needs("POST /api/v1/bulks/{id}/undo", None, Besides::Own),
    entry("POST /api/v1/articles/{id}/redirects", Json(r#"{"to":"e@customer.example"}"#)),
    needs("POST /api/v1/articles/{id}/undo", None, Besides::Root),
    entry("POST /api/v1/articles/{id}/resends", Json("{}")),
    spoils("POST /api/v1/articles/{id}/splits", Json(r#"{"title":"Split"}"#)),
    spoils("PUT /api/v1/articles/{id}/ticket", Json(r#"{"value":"{other}"}"#)),
    entry("PUT /api/v1/notices/read", Json(r#"{"up_to":"999999999"}"#)),
    entry(
        "PUT /api/v1/preferences/notices",
        Json(r#"{"items":[{"event":"new_ticket","mail":"now","browser":true}]}"#),
    ),
    entry("POST /api/v1/preferences/templates", Json(r#"{"name":"Mine too","body_text":"Mine."}"#)),
    needs("GET /api/v1/preferences/templates/{id}", None, Besides::Own),
    needs(
        "PUT /api/v1/preferences/templates/{id}",
        Json(r#"{"name":"Mine again","body_text":"Mine."}"#),
        Besides::Own,
    ),
    needs("DELETE /api/v1/preferences/templates/{id}", None, Besides::Own),
    entry("POST /api/v1/views", Json(r#"{"name":"v","q":"state:open"}"#)),
    needs("DELETE /api/v1/views/{id}", None, Besides::Own),
    needs("POST /api/v1/filters/dry-runs", Json("{}"), Besides::Recorder),
    needs("GET /api/v1/queues/{id}", None, Besides::Vault),
    needs("GET /api/v1/templates/{id}", None, Besides::Vault),
    needs("PATCH /api/v1/agents/{id}", Json(r#"{"roles":["lead"]}"#), Besides::Gives),
    entry(
        "POST /api/v1/queues",
        Json(r#"{"name":"Program of {login}","addresses":["program-{login}@helpdesk.example"]}"#),
    ),
    entry("PATCH /api/v1/queues/{id}", Json(r#"{"sender_name":"Walked"}"#)),
    entry("POST /api/v1/states", Json(r#"{"name":"Program of {login}","state_type":"closed"}"#)),
    entry("PUT /api/v1/states/{id}", Json(r#"{"name":"Solved by program"}"#)),
    entry(
        "POST /api/v1/calendars",
        Json(r#"{"name":"Program of {login}","hours":{"monday":"09:00-17:00"}}"#),
    ),
    entry("POST /api/v1/templates", Json(r#"{"name":"Program of {login}","body_text":"Walked."}"#)),
    entry("PUT /api/v1/templates/{id}", Json(r#"{"name":"General","body_text":"Walked."}"#)),
    entry(
        "POST /api/v1/agents",
        Json(r#"{"login":"program-{login}","name":"Walked","email":"program-{login}@elsewhere.example"}"#),
    ),
    entry("POST /api/v1/roles", Json(r#"{"name":"Program of {login}"}"#)),
    entry("PATCH /api/v1/roles/{id}", Json(r#"{"description":"Walked by program."}"#)),
    entry(
        "POST /api/v1/customers",
        Json(r#"{"address":"program-{login}@elsewhere.example","name":"Walked"}"#),
    ),
    entry("PATCH /api/v1/customers/{id}", Json(r#"{"note":"Walked by program."}"#)),
    entry("POST /api/v1/customers/{id}/addresses", Json(r#"{"address":"runs@elsewhere.example"}"#)),
    entry("POST /api/v1/organisations", Json(r#"{"name":"Program of {login}"}"#)),
    entry("PUT /api/v1/settings/{key}", Json(r#"{"value":"8"}"#)),
];

/// Searches whose answers are looked through: they ask for the hidden tickets, by words that nobody is shown for asking.
pub const QUERIES: &[(&str, &[&str])] = &[
    ("GET /tickets", &["q=findable", "q=state:any", "q=has:attachment", "q=is:unread", "sort=waiting"]),
    ("GET /search", &["q=findable", "q=from:anna", "q=created:today", "q={hidden}"]),
    ("GET /search/suggestions", &["q=find", "q=queue:", "q=tag:", "q={hidden}"]),
    ("GET /api/v1/search", &["q=findable", "q=file:findable", "q=owner:nobody", "q={hidden}"]),
    ("GET /api/v1/tickets", &["q=findable", "limit=200", "q=state:any"]),
    ("GET /api/v1/tickets/{number}/draft", &["kind=note"]),
    ("GET /api/v1/articles", &["message_id=hidden@customer.example"]),
    ("GET /reports", &["queue={vault}"]),
    ("GET /reports.csv", &["queue={vault}"]),
    ("GET /api/v1/reports", &["queue=Vault"]),
    ("GET /tickets/new", &["queue={vault}"]),
    ("GET /tickets/{number}/merges/new", &["q=findable", "into={hidden}"]),
];
