//! What the form of the relay shows: what is stored, or was typed and is wrong; and how a trial went.

use jiff::Timestamp;
use serde::Serialize;

use super::Form;
use crate::config::{Config, Effective, Origin, Relay, RelayTls};
use crate::db::{Conn, InstallationRight};
use crate::error::{FieldError, Result};
use crate::i18n::Language;
use crate::outbox::trial::{self, Back, Step, Trial};
use crate::queues::{self, listing};
use crate::settings::relay;
use crate::web::failure::WHOLE;
use crate::web::gate::Asker;
use crate::web::settings::said_by;
use crate::web::stale;
use crate::web::view::Choice;

/// What was typed, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The form, where it was refused.
    pub form: Option<Form>,
    /// What is wrong with it.
    pub problems: Vec<FieldError>,
    /// Which trial is shown.
    pub trial: String,
    /// What was stored when it was opened; empty: what is by now.
    pub shown: String,
    /// Whether it was saved a moment ago.
    pub saved: bool,
}

/// The form of the relay.
#[derive(Serialize)]
pub struct RelayView {
    place: &'static str,
    /// Who says it, where no page may.
    given: String,
    /// What is in force, without its password.
    shown: String,
    /// What a page has set, and lies idle because the file says another one.
    idle: String,
    /// Whether a page has set one.
    set: bool,
    /// Whether its password is not known.
    sealed: bool,
    /// Whether a password is kept for it.
    kept: bool,
    form: Form,
    errors: Errors,
    tls: Vec<Choice>,
    own: Vec<Choice>,
    saved: bool,
    wrong: bool,
    token: String,
    trial: Option<TrialView>,
    /// Which address answers come from.
    sender_address: String,
}

#[derive(Default, Serialize)]
struct Errors {
    /// What is wrong with no field alone.
    whole: String,
    host: String,
    port: String,
    tls: String,
    user: String,
    password: String,
    to: String,
    own: String,
    sender: String,
}

#[derive(Serialize)]
struct TrialView {
    running: bool,
    rows: Vec<RowView>,
    /// Whether all went well.
    good: bool,
}

#[derive(Serialize)]
struct RowView {
    look: &'static str,
    icon: &'static str,
    text: String,
    /// What the other side said.
    words: String,
    took: String,
    /// The mail in the recorder.
    url: String,
}

impl RelayView {
    /// Loads it for whoever manages people: mail tells who may come in, and whoever reads all of it could be anybody.
    ///
    /// # Errors
    /// [`crate::error::Error::Forbidden`]; those of the database.
    pub fn load(
        conn: &mut Conn,
        asker: &Asker,
        config: &Config,
        place: &'static str,
        typed: Typed,
    ) -> Result<Self> {
        asker.actor.require(InstallationRight::People)?;
        let language = &asker.reader.language;
        let in_force = relay::in_force(conn, config)?;
        let of_page = relay::said(conn)?;
        let idle = of_page.as_ref().filter(|_| in_force.given).map(ToString::to_string);
        let said = if in_force.given { in_force.relay.clone() } else { of_page };
        let trial = match typed.trial.as_str() {
            "" => None,
            token => trial::of(conn, &asker.actor, token, asker.reader.now)?,
        };
        let own: Vec<String> = own_addresses(conn)?;
        let form = match typed.form {
            Some(form) => form,
            None => filled(trial.as_ref().and_then(|trial| trial.relay.as_ref()).or(said.as_ref())),
        };
        let mut form = aimed(form, trial.as_ref(), &own, &asker.actor.agent.email);
        let queue = queues::default_queue(conn)?;
        let queue = queues::get(conn, queue)?;
        let sender = queues::sender(conn, &queue)?;
        let typed_before = trial.as_ref().map(|trial| trial.sender.clone()).filter(|name| !name.is_empty());
        form.sender.get_or_insert(typed_before.unwrap_or(sender.name));
        form.shown = typed.shown;
        if form.shown.is_empty() {
            form.shown = stale::mark(&stored(conn)?);
        }
        let given = config.shown.iter().find(|setting| setting.key == relay::KEY);
        Ok(Self {
            place,
            given: if in_force.given { origin(given, language) } else { String::new() },
            shown: said.as_ref().map(ToString::to_string).unwrap_or_default(),
            idle: idle.unwrap_or_default(),
            set: said.is_some() && !in_force.given,
            sealed: in_force.sealed,
            kept: in_force.relay.is_some_and(|relay| relay.credentials.is_some())
                || trial.as_ref().is_some_and(|trial| trial.let_in(asker.reader.now)),
            tls: RelayTls::ALL
                .map(|tls| {
                    let label = language.tr(&format!("relay-tls-{}", tls.word()));
                    Choice::new(tls.word(), label, tls.word() == form.tls)
                })
                .into(),
            own: own.iter().map(|one| Choice::new(one.clone(), one.clone(), *one == form.own)).collect(),
            wrong: !typed.problems.is_empty(),
            errors: errors(typed.problems, language),
            form,
            saved: typed.saved,
            token: if trial.is_some() { typed.trial } else { String::new() },
            trial: trial.map(|trial| rows(&trial, asker)),
            sender_address: sender.address,
        })
    }
}

/// What the form shows of what is stored. The password is in it as it lies sealed, so that another one counts.
pub(super) fn stored(conn: &mut Conn) -> Result<(String, String)> {
    let queue = queues::default_queue(conn)?;
    let queue = queues::get(conn, queue)?;
    Ok((relay::mark(conn)?, queues::sender(conn, &queue)?.name))
}

fn own_addresses(conn: &mut Conn) -> Result<Vec<String>> {
    let mut all: Vec<String> = listing::addresses(conn)?.into_values().flatten().collect();
    all.sort_unstable();
    Ok(all)
}

fn origin(given: Option<&Effective>, language: &Language) -> String {
    // A relay that no setting names is one of the demo's.
    given.map_or_else(
        || language.tr("origin-default"),
        |given| match &given.origin {
            Origin::Default => language.tr("origin-default"),
            origin => said_by(origin, language),
        },
    )
}

/// The form as it is for a relay, or for none yet.
fn filled(relay: Option<&Relay>) -> Form {
    let Some(relay) = relay else {
        return Form { tls: RelayTls::Required.word().to_owned(), ..Form::default() };
    };
    Form {
        host: relay.host.clone(),
        port: relay.port.to_string(),
        tls: relay.tls.word().to_owned(),
        user: relay.credentials.as_ref().map(|(user, _)| user.clone()).unwrap_or_default(),
        ..Form::default()
    }
}

/// Where the test mail goes: as last time, or round by ourselves where that can be.
fn aimed(mut form: Form, trial: Option<&Trial>, own: &[String], email: &str) -> Form {
    if form.way.is_empty() {
        let away = trial.is_some_and(|trial| trial.back.is_none());
        form.way = if own.is_empty() || away { "to" } else { "own" }.to_owned();
    }
    if form.to.is_empty() {
        let before = trial.filter(|trial| trial.back.is_none()).map(|trial| trial.address.clone());
        form.to = before.unwrap_or_else(|| email.to_owned());
    }
    if form.own.is_empty() {
        let before = trial.filter(|trial| trial.back.is_some()).map(|trial| trial.address.clone());
        form.own = before.or_else(|| own.first().cloned()).unwrap_or_default();
    }
    form
}

fn errors(problems: Vec<FieldError>, language: &Language) -> Errors {
    let mut errors = Errors::default();
    for FieldError { field, message } in problems {
        let place = match field.as_str() {
            WHOLE => &mut errors.whole,
            "port" => &mut errors.port,
            "tls" => &mut errors.tls,
            "user" => &mut errors.user,
            "password" => &mut errors.password,
            "to" | "address" => &mut errors.to,
            "own" => &mut errors.own,
            "sender_name" => &mut errors.sender,
            _ => &mut errors.host,
        };
        *place = message.in_language(language);
    }
    errors
}

fn rows(trial: &Trial, asker: &Asker) -> TrialView {
    let language = &asker.reader.language;
    let mut rows: Vec<RowView> = trial.steps.iter().map(|step| row(step, trial, asker)).collect();
    let sent = trial.steps.last().is_some_and(|step| step.good && step.what == "sent");
    if trial.steps.is_empty() {
        rows.push(plain_row("bad", language.tr("trial-cut")));
    }
    match trial.back {
        Some(Back::Waiting) => rows.push(plain_row("todo", language.tr("trial-back-waiting"))),
        Some(Back::Lost) if sent => rows.push(plain_row("bad", language.tr("trial-back-lost"))),
        Some(Back::Came(mail, at)) => rows.push(RowView {
            took: took(at, trial.started_at, language),
            url: format!("/admin/mail/{mail}"),
            ..plain_row("ok", language.tr("trial-back-came"))
        }),
        _ => {}
    }
    let good = sent && !matches!(trial.back, Some(Back::Waiting | Back::Lost));
    TrialView { running: !trial.is_over(), rows, good }
}

fn plain_row(look: &'static str, text: String) -> RowView {
    let icon = match look {
        "ok" => "done",
        "bad" => "warning",
        _ => "wait",
    };
    RowView { look, icon, text, words: String::new(), took: String::new(), url: String::new() }
}

fn row(step: &Step, trial: &Trial, asker: &Asker) -> RowView {
    let language = &asker.reader.language;
    let fact = |name: &str| step.facts.get(name).cloned().unwrap_or_default();
    let host = trial.relay.as_ref().map(|relay| relay.host.clone()).unwrap_or_default();
    let port = trial.relay.as_ref().map(|relay| relay.port.to_string()).unwrap_or_default();
    let until = fact("until").parse::<Timestamp>().map(|at| asker.reader.day(at)).unwrap_or_default();
    let (name, issuer, address) = (fact("name"), fact("issuer"), fact("address"));
    let to = trial.address.clone();
    let values = [
        ("host", host.as_str()),
        ("port", &port),
        ("address", &address),
        ("name", &name),
        ("issuer", &issuer),
        ("until", &until),
        ("to", &to),
    ];
    let key = match (step.what.as_str(), step.good) {
        ("tls", true) if fact("checked") != "yes" => "trial-tls-unchecked",
        ("tls", true) => "trial-tls",
        ("tls", false) => "trial-tls-bad",
        ("name", true) => "trial-name",
        ("name", false) => "trial-name-bad",
        ("connect", true) => "trial-connect",
        ("connect", false) => "trial-connect-bad",
        ("plain", _) => "trial-plain",
        ("sign_in", true) => "trial-sign-in",
        ("sign_in", false) => "trial-sign-in-bad",
        (_, true) => "trial-sent",
        (_, false) => "trial-sent-bad",
    };
    RowView {
        words: fact("words"),
        took: seconds(step.millis, language),
        ..plain_row(if step.good { "ok" } else { "bad" }, language.tr_with(key, &values))
    }
}

/// How long something took: a server on the same machine answers within milliseconds.
fn seconds(millis: u64, language: &Language) -> String {
    if millis < 1_000 {
        return language.tr_with("trial-millis", &[("n", &millis.to_string())]);
    }
    let n = language.decimal(millis / 1_000, millis % 1_000 / 100);
    language.tr_with("mailbox-hop-seconds", &[("n", &n)])
}

fn took(at: Timestamp, from: Timestamp, language: &Language) -> String {
    seconds(u64::try_from(at.duration_since(from).as_millis()).unwrap_or(0), language)
}
