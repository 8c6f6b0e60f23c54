//! Forms of the administration that are whole: whoever may do what they say does it, and is told so. Where a deed left out
//! its check, it would be done by those who are refused, and be seen. What they say is harmless to the rest of the walk.

use super::entries::Body::{Form, Json, None};
use super::entries::{Besides, Body, Entry, entry, needs};
use super::own::Own;

const fn whole(route: &'static str, body: Body) -> Entry {
    Entry { done: true, ..entry(route, body) }
}

const fn about(own: Own, route: &'static str, body: Body) -> Entry {
    Entry { own: Some(own), ..whole(route, body) }
}

const fn everywhere(right: &'static str, entry: Entry) -> Entry {
    Entry { besides: Besides::Everywhere(right), ..entry }
}

/// All of them.
pub const ALL: &[Entry] = &[
    // Queues, and what belongs to them.
    whole(
        "POST /admin/queues/{id}",
        Form(&[
            ("name", "Decoy"),
            ("addresses", "decoy@helpdesk.example"),
            ("note", "Walked by {login}."),
            ("auto_response", "on"),
            ("follow_up_policy", "reopen"),
            ("unlock_minutes", "480"),
            ("hold_seconds", "10"),
            ("language", "en"),
        ]),
    ),
    whole("POST /admin/queues/{id}/retirement", Form(&[("to", "")])),
    whole("POST /admin/queues/{id}/retirement/end", Form(&[])),
    // Programs call priorities by Turnstone's own words, whatever the house does; the one that the walk sets keeps its name.
    whole(
        "POST /admin/priorities",
        Form(&[
            ("name_5", "Walked {login}"),
            ("offered", "1"),
            ("offered", "2"),
            ("offered", "3"),
            ("offered", "4"),
            ("offered", "5"),
            ("usual", "3"),
        ]),
    ),
    about(
        Own::Calendar,
        "POST /admin/calendars/{id}",
        Form(&[("name", "{more} again"), ("tuesday", "09:00-12:00"), ("holidays", "12-25 Christmas")]),
    ),
    about(Own::Calendar, "POST /admin/calendars/{id}/retirement", Form(&[])),
    about(Own::Calendar, "POST /admin/calendars/{id}/retirement/end", Form(&[])),
    everywhere(
        "read",
        about(Own::Tag, "POST /admin/tags/names", Form(&[("tag", "{more}"), ("to", "{more}-again")])),
    ),
    everywhere("read", about(Own::Tag, "POST /admin/tags/removals", Form(&[("tag", "{more}")]))),
    whole(
        "POST /admin/auto-responses/{scope}",
        Form(&[("on", "received"), ("on", "reopened"), ("language", "de")]),
    ),
    whole(
        "POST /admin/auto-responses/{scope}/{kind}/{language}",
        Form(&[("act", "save"), ("subject", "Walked by {login}"), ("body", "Walked.")]),
    ),
    whole(
        "POST /admin/templates/{id}",
        Form(&[("name", "General"), ("body", "Walked by {login}."), ("scope", "everybody")]),
    ),
    // Mailboxes: on this very machine, where nobody listens.
    whole(
        "POST /admin/mailboxes",
        Form(&[
            ("name", "Walked {login}"),
            ("kind", "imap"),
            ("host", "127.0.0.1"),
            ("port", "4143"),
            ("security", "none"),
            ("login", "walked"),
            ("auth", "password"),
            ("password", "s3cr3t-word"),
            ("folders", "INBOX"),
            ("after", "leave"),
            ("existing", "take"),
            ("max_megabytes", "35"),
            ("poll_seconds", "3600"),
        ]),
    ),
    about(
        Own::Mailbox,
        "POST /admin/mailboxes/{id}",
        Form(&[
            ("name", "{more} again"),
            ("kind", "imap"),
            ("host", "127.0.0.1"),
            ("port", "4143"),
            ("security", "none"),
            ("login", "walked"),
            ("auth", "password"),
            ("password", "another-word"),
            ("folders", "INBOX"),
            ("after", "leave"),
            ("existing", "take"),
            ("max_megabytes", "35"),
            ("poll_seconds", "600"),
        ]),
    ),
    about(Own::Mailbox, "POST /admin/mailboxes/{id}/rest", Form(&[("rest", "no")])),
    about(Own::Mailbox, "POST /admin/mailboxes/{id}/removal", Form(&[])),
    about(Own::Awake, "POST /admin/mailboxes/{id}/tests", Form(&[])),
    // Filters: of a header that no mail has.
    about(
        Own::Filters,
        "POST /admin/filters",
        Form(&[("version", "{more}"), ("rule", "1"), ("act", "down")]),
    ),
    about(
        Own::Filters,
        "POST /admin/filters/rules",
        Form(&[
            ("version", "{more}"),
            ("name", "Walked {login}"),
            ("mails", "new"),
            ("enabled", "on"),
            ("any", "all"),
            ("c_on", "header"),
            ("c_header", "X-Walked"),
            ("c_test", "exists"),
            ("c_value", ""),
            ("c_kind", "person"),
            ("c_spam", "yes"),
            ("c_result", "pass"),
            ("tags", "walked"),
            ("then", "save"),
        ]),
    ),
    about(Own::Filters, "POST /admin/filters/versions/{id}/restore", Form(&[("version", "{more}")])),
    // Agents.
    whole(
        "POST /admin/people/imports",
        Form(&[("table", "email,name,login\nimported-{login}@elsewhere.example,Walked,imported-{login}\n")]),
    ),
    about(
        Own::Agent,
        "POST /admin/people/{id}",
        Form(&[
            ("name", "Walked {login}"),
            ("email", "{more}"),
            ("page_size", "50"),
            ("language", "de"),
            ("time_zone", "Europe/Berlin"),
        ]),
    ),
    about(Own::Agent, "POST /admin/people/{id}/links", Form(&[("send", "yes")])),
    about(Own::Agent, "POST /admin/people/{id}/password", Form(&[])),
    about(Own::Agent, "POST /admin/people/{id}/retirement", Form(&[("to", "")])),
    about(Own::Gone, "POST /admin/people/{id}/retirement/end", Form(&[])),
    everywhere("full", about(Own::Gone, "POST /admin/people/{id}/erasure", Form(&[("sure", "yes")]))),
    // Customers, and where they work.
    whole(
        "POST /admin/customers/imports",
        Form(&[("table", "address,name\nbrought-{login}@elsewhere.example,Walked\n")]),
    ),
    about(Own::Customer, "POST /admin/customers/{id}/addresses/end", Form(&[("address", "{more}")])),
    about(Own::Customer, "POST /admin/customers/{id}/addresses/main", Form(&[("address", "{more}")])),
    about(Own::Pair, "POST /admin/customers/{id}/merges", Form(&[("from", "{more}")])),
    about(Own::Merged, "POST /admin/customers/{id}/merges/end", Form(&[("merge", "{more}")])),
    everywhere(
        "full",
        about(
            Own::Customer,
            "POST /admin/customers/{id}/erasure",
            Form(&[("texts", "erase"), ("sure", "yes")]),
        ),
    ),
    about(
        Own::Organisation,
        "POST /admin/organisations/{id}",
        Form(&[("name", "{more} again"), ("domains", ""), ("note", "Walked by {login}.")]),
    ),
    about(Own::Organisation, "POST /admin/organisations/{id}/retirement", Form(&[])),
    about(Own::Organisation, "POST /admin/organisations/{id}/retirement/end", Form(&[])),
    // The house.
    whole("POST /admin/setup", Form(&[])),
    whole(
        "POST /admin/setup/{step}",
        Form(&[
            ("do", "invite"),
            ("lines", "Walked {login}, invited-{login}@elsewhere.example"),
            ("role", "spare"),
            ("send", "yes"),
        ]),
    ),
    whole(
        "POST /admin/look",
        Form(&[("organisation", "Walked {login}"), ("colour", "#7a1f3d"), ("theme", "dark")]),
    ),
    // Whoever says who vouches for people can come in as anybody: that takes everything.
    needs(
        "POST /admin/sign-in/new/{kind}",
        Form(&[
            ("id", "way-{login}"),
            ("label", "Walked"),
            ("issuer", "https://127.0.0.1:9"),
            ("client_id", "t"),
            ("client_secret", "s3cr3t-word"),
            ("make_agents", "yes"),
            ("then", "save"),
        ]),
        Besides::Gives,
    ),
    needs(
        "POST /admin/sign-in/{id}",
        Form(&[
            ("label", "Walked by {login}"),
            ("issuer", "https://127.0.0.1:9"),
            ("client_id", "t"),
            ("client_secret", "s3cr3t-word"),
            ("then", "save"),
        ]),
        Besides::Gives,
    ),
    needs("POST /admin/sign-in/{id}/order", Form(&[("then", "later")]), Besides::Gives),
    needs("POST /admin/sign-in/{id}/removal", Form(&[]), Besides::Gives),
    needs("GET /admin/sign-in/new/{kind}", None, Besides::Gives),
    needs("GET /admin/sign-in/{id}", None, Besides::Gives),
    // Mail is to go on arriving: whoever has everything, and so might, is not asked to.
    needs(
        "POST /admin/relay",
        Form(&[("host", "127.0.0.1"), ("port", "4125"), ("tls", "none")]),
        Besides::Gives,
    ),
    // Another relay than the one in force is asked only by who may choose it.
    needs(
        "POST /admin/relay/trials",
        Form(&[
            ("host", "127.0.0.1"),
            ("port", "4125"),
            ("tls", "none"),
            ("way", "to"),
            ("to", "walked-{login}@elsewhere.example"),
        ]),
        Besides::Gives,
    ),
    // The same by program.
    whole("PUT /api/v1/queues/{id}", Json(r#"{"name":"Decoy","addresses":["decoy@helpdesk.example"]}"#)),
    whole("PUT /api/v1/priorities", Json(r#"{"priorities":[{"rank":5,"name":"Program of {login}"}]}"#)),
    about(
        Own::Calendar,
        "PUT /api/v1/calendars/{id}",
        Json(r#"{"name":"{more} again","hours":{"monday":"08:00-16:00"}}"#),
    ),
    about(Own::Calendar, "PUT /api/v1/calendars/{id}/retirement", None),
    about(Own::Calendar, "DELETE /api/v1/calendars/{id}/retirement", None),
    everywhere("read", about(Own::Tag, "POST /api/v1/tags", Json(r#"{"tag":"{more}","to":"{more}-again"}"#))),
    whole(
        "PUT /api/v1/auto-responses",
        Json(
            r#"{"queue":"Decoy","kind":"received","language":"de","subject":"Da","body":"Ist da.","enabled":true}"#,
        ),
    ),
    whole(
        "POST /api/v1/mailboxes",
        Json(
            r#"{"name":"Program of {login}","host":"127.0.0.1","port":4143,"security":"none","login":"walked","password":"s3cr3t-word","enabled":false}"#,
        ),
    ),
    about(Own::Mailbox, "PATCH /api/v1/mailboxes/{id}", Json(r#"{"poll_seconds":600}"#)),
    about(Own::Mailbox, "DELETE /api/v1/mailboxes/{id}", None),
    about(Own::Awake, "POST /api/v1/mailboxes/{id}/test", None),
    about(
        Own::Filters,
        "PUT /api/v1/filters",
        Json(
            r#"{"version":{more},"rules":[{"name":"Program of {login}","conditions":[{"on":"header","header":"X-Walked","test":"exists"}],"actions":{"tags":["walked"]}}]}"#,
        ),
    ),
    about(Own::Agent, "PUT /api/v1/agents/{id}/link", Json(r#"{"send":true}"#)),
    about(Own::Agent, "PUT /api/v1/agents/{id}/retirement", Json(r#"{"to":null}"#)),
    about(Own::Gone, "DELETE /api/v1/agents/{id}/retirement", None),
    about(Own::Customer, "PUT /api/v1/customers/{id}/main-address", Json(r#"{"value":"{more}"}"#)),
    about(Own::Customer, "DELETE /api/v1/customers/{id}/addresses/{address}", None),
    about(Own::Pair, "POST /api/v1/customers/{id}/merges", Json(r#"{"from":"{more}"}"#)),
    about(Own::Merged, "DELETE /api/v1/customers/{id}/merges/{merge}", None),
    about(Own::Organisation, "PATCH /api/v1/organisations/{id}", Json(r#"{"note":"Walked by program."}"#)),
    about(Own::Organisation, "PUT /api/v1/organisations/{id}/retirement", None),
    about(Own::Organisation, "DELETE /api/v1/organisations/{id}/retirement", None),
];
