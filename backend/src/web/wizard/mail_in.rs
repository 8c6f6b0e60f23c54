//! Mail in: the addresses of the first queue, and how their mail comes here: handed over by a mail server, or fetched from a
//! mailbox.

use actix_web::web::Data;
use serde::Serialize;

use super::show;
use crate::config::{Config, LmtpBind, Secret};
use crate::db::{Conn, InstallationRight, MailboxSecurity};
use crate::error::{Error, FieldError, Result, say};
use crate::i18n::Language;
use crate::mailboxes::{self, Wish};
use crate::people::first_steps::{self, How, Step};
use crate::queues::{self, Change, listing};
use crate::web::failure::{Answer, WHOLE, problems};
use crate::web::fields::Fields;
use crate::web::gate::{Asker, Signed};
use crate::web::mailboxes::list::Row;
use crate::web::page::see_other;
use crate::web::state::Web;
use crate::web::view::Choice;

/// What was typed, and what is wrong with it.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    addresses: String,
    host: String,
    security: String,
    login: String,
    problems: Vec<FieldError>,
}

#[derive(Default, Serialize)]
struct Errors {
    /// Why all of it is refused.
    whole: String,
    addresses: String,
    host: String,
    security: String,
    login: String,
    password: String,
}

#[derive(Serialize)]
pub(super) struct InView {
    queue: String,
    addresses: String,
    /// Which addresses there were when the page was made.
    shown: String,
    /// Where a mail server hands mail over; empty: nowhere.
    smtp: String,
    lmtp: String,
    /// What to write into Postfix's files.
    postfix: String,
    host: String,
    login: String,
    securities: Vec<Choice>,
    mailboxes: Vec<Row>,
    errors: Errors,
    wrong: bool,
}

pub(super) fn load(conn: &mut Conn, asker: &Asker, config: &Config, typed: Option<Typed>) -> Result<InView> {
    asker.actor.require(InstallationRight::QueuesAndMail)?;
    let language = &asker.reader.language;
    let id = queues::default_queue(conn)?;
    let queue = queues::get(conn, id)?;
    let stored = listing::addresses(conn)?.remove(&id).unwrap_or_default();
    let typed = typed.unwrap_or_else(|| Typed {
        addresses: stored.join("\n"),
        host: String::new(),
        security: MailboxSecurity::Tls.to_string(),
        login: stored.first().cloned().unwrap_or_default(),
        problems: Vec::new(),
    });
    let securities = MailboxSecurity::ALL.iter().map(|security| {
        let word = security.as_str();
        Choice::new(word, language.tr(&format!("mailbox-security-{word}")), word == typed.security)
    });
    let smtp = config.smtp_listen.map(|at| at.to_string()).unwrap_or_default();
    Ok(InView {
        queue: queue.name,
        shown: stored.join(" "),
        postfix: postfix(&stored, config),
        smtp,
        lmtp: match &config.lmtp_listen {
            Some(LmtpBind::Tcp(at)) => at.to_string(),
            Some(LmtpBind::Unix(path)) => format!("unix:{}", path.display()),
            None => String::new(),
        },
        securities: securities.collect(),
        mailboxes: mailboxes::all(conn, &asker.actor)?.iter().map(|listed| Row::of(listed, asker)).collect(),
        wrong: !typed.problems.is_empty(),
        errors: errors(typed.problems, language),
        addresses: typed.addresses,
        host: typed.host,
        login: typed.login,
    })
}

/// A line of Postfix's transport table for each domain of ours.
fn postfix(addresses: &[String], config: &Config) -> String {
    let way = match (&config.lmtp_listen, config.smtp_listen) {
        (Some(LmtpBind::Tcp(at)), _) => format!("lmtp:inet:[{}]:{}", at.ip(), at.port()),
        (Some(LmtpBind::Unix(path)), _) => format!("lmtp:unix:{}", path.display()),
        (None, Some(at)) => format!("smtp:[{}]:{}", at.ip(), at.port()),
        (None, None) => return String::new(),
    };
    addresses.iter().map(|address| format!("{address}  {way}")).collect::<Vec<_>>().join("\n")
}

fn errors(problems: Vec<FieldError>, language: &Language) -> Errors {
    let mut errors = Errors::default();
    for FieldError { field, message } in problems {
        let place = match field.as_str() {
            WHOLE => &mut errors.whole,
            "host" | "name" => &mut errors.host,
            "security" => &mut errors.security,
            "login" => &mut errors.login,
            "password" => &mut errors.password,
            _ => &mut errors.addresses,
        };
        *place = message.in_language(language);
    }
    errors
}

/// The addresses; with `do=mailbox` a mailbox besides, of which the page then says how it does.
pub(super) async fn update(web: &Data<Web>, signed: &Signed, fields: &Fields) -> Answer {
    fields.only(&["do", "addresses", "shown", "host", "security", "login", "password"])?;
    // Enter presses the first button of a form; whoever filled in a mailbox means it.
    let filled = !fields.one("host").trim().is_empty() && !fields.one("password").is_empty();
    let with_mailbox = filled || fields.one("do") == "mailbox";
    let shown = fields.all("shown");
    let text = |name: &str| fields.one(name).to_owned();
    let (asker, config, at) = (signed.clone(), web.config.clone(), web.moment());
    let addresses = text("addresses").replace(',', "\n");
    let wanted: Vec<String> =
        addresses.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    let wish = with_mailbox.then(|| Wish {
        name: text("login").trim().to_owned(),
        host: text("host"),
        security: text("security").parse().unwrap_or(MailboxSecurity::Tls),
        login: text("login"),
        password: Secret::new(text("password")),
        ..Wish::default()
    });
    let done = web
        .db
        .write(move |tx| {
            let now = at.ts();
            let queue = queues::default_queue(tx)?;
            let now_there = listing::addresses(tx)?.remove(&queue).unwrap_or_default();
            // The list is sent whole: what somebody else has added meanwhile would be thrown away unseen.
            if shown.first().is_some_and(|shown| *shown != now_there.join(" ")) {
                return Err(Error::invalid("addresses", say!("refused-addresses-changed")));
            }
            let change = Change { addresses: Some(wanted.clone()), ..Change::default() };
            queues::change(tx, &asker.actor, queue, &change, &at)?;
            if let Some(wish) = &wish {
                mailboxes::create(tx, &asker.actor, &config, wish, now)?;
            }
            first_steps::mark(tx, &asker.actor, Step::In, How::Done, now)
        })
        .await;
    let error = match done {
        Ok(()) if with_mailbox => return Ok(see_other("/admin/setup/in#mailboxes")),
        Ok(()) => return Ok(see_other("/admin/setup")),
        Err(error) => error,
    };
    let (status, problems) = problems(error)?;
    let (host, security, login) = (text("host"), text("security"), text("login"));
    let typed = Typed { addresses, host, security, login, problems };
    let config = web.config.clone();
    show(web, signed, status, Some(Step::In), move |conn, asker| load(conn, asker, &config, Some(typed)))
        .await
}
