//! The relay: where outgoing mail goes, changed while the server runs, and tried out with a real mail before it is saved.
//! The page of its own and a step of the set-up show the same form.

pub mod view;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::{Deserialize, Serialize};

use self::view::{RelayView, Typed};
use super::failure::{Answer, problems};
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show_as};
use super::stale;
use super::state::Web;
use crate::config::{RelayTls, Secret};
use crate::db::{Ts, Tx};
use crate::error::Error;
use crate::outbox::trial::{self, Target};
use crate::people::first_steps::{self, How, Step};
use crate::queues;
use crate::settings::relay::{self, Wish};
use crate::tickets::Moment;

/// Where the form may stand. The first is the page of its own.
pub(super) const PLACES: [&str; 2] = ["/admin/relay", "/admin/setup/out"];

/// What the address of the page says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Note {
    trial: String,
    shown: String,
    saved: String,
}

/// What the form sends. The password is never sent back.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    /// Name or address of the server.
    pub host: String,
    /// Its port; empty: the usual one.
    pub port: String,
    /// How the line is protected.
    pub tls: String,
    /// Who signs in.
    pub user: String,
    #[serde(skip_serializing)]
    password: String,
    forget: String,
    remove: String,
    /// As whom answers go out.
    pub sender: Option<String>,
    /// `own` or `to`: where the test mail goes.
    pub way: String,
    /// An address of a queue.
    pub own: String,
    /// Any other address.
    pub to: String,
    #[serde(skip_serializing)]
    trial: String,
    #[serde(skip_serializing)]
    place: String,
    /// What was stored when it was opened.
    shown: String,
}

impl Form {
    /// What it means.
    fn wish(&self) -> Result<Wish, Error> {
        let port = match self.port.trim() {
            "" => 0,
            text => text
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| Error::invalid("port", crate::error::say!("refused-relay-port")))?,
        };
        Ok(Wish {
            host: self.host.clone(),
            port,
            tls: RelayTls::named(&self.tls).unwrap_or(RelayTls::Required),
            user: self.user.clone(),
            password: Secret::new(self.password.clone()),
            forget: self.forget == "yes",
        })
    }

    fn target(&self) -> Target {
        match self.way.as_str() {
            "own" => Target::Ourselves(self.own.clone()),
            _ => Target::Somebody(self.to.clone()),
        }
    }

    /// The page that the form stands on.
    fn place(&self) -> &'static str {
        PLACES.into_iter().find(|place| *place == self.place).unwrap_or(PLACES[0])
    }
}

/// `GET /admin/relay`.
pub async fn page(web: Data<Web>, signed: Signed, note: Query<Note>) -> Answer {
    let note = note.into_inner();
    let typed =
        Typed { trial: note.trial, shown: note.shown, saved: note.saved == "yes", ..Typed::default() };
    show(&web, &signed, StatusCode::OK, PLACES[0], typed).await
}

/// Shows the form on the page that it stands on.
async fn show(
    web: &Data<Web>,
    signed: &Signed,
    status: StatusCode,
    place: &'static str,
    typed: Typed,
) -> Answer {
    let config = web.config.clone();
    show_as(web, signed, status, "relay/page.html", move |conn, asker| {
        Ok(Page::new("relay", RelayView::load(conn, asker, &config, place, typed)?))
    })
    .await
}

/// `POST /admin/relay`: saves it, or takes it away.
pub async fn update(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
    let form = form.0;
    match save(&web, &signed, &form).await {
        Ok(()) if form.place() == PLACES[1] => Ok(see_other("/admin/setup")),
        Ok(()) => Ok(see_other(&format!("{}?saved=yes", form.place()))),
        Err(error) => refused(&web, &signed, form, error).await,
    }
}

async fn save(web: &Data<Web>, signed: &Signed, form: &Form) -> Result<(), Error> {
    let (asker, config, at) = (signed.clone(), web.config.clone(), web.moment());
    let (form, sets) = (form.clone(), form.remove != "yes");
    web.db
        .write(move |tx| {
            stale::alone(tx, "relay")?;
            let now = at.ts();
            relay::may_change(tx, &asker.actor, &config, sets)?;
            stale::must_be_fresh(&form.shown, &view::stored(tx)?)?;
            let wish = if sets { Some(form.wish()?) } else { None };
            trial::save(tx, &asker.actor, &config, (wish.as_ref(), &form.trial), now)?;
            if let Some(name) = form.sender.as_ref().filter(|_| sets) {
                name_sender(tx, &asker, name, &at)?;
            }
            match form.place() == PLACES[1] {
                true => first_steps::mark(tx, &asker.actor, Step::Out, How::Done, now),
                false => Ok(()),
            }
        })
        .await
}

/// The name that customers see is the first queue's: set by the verb of its page, where it is another one.
fn name_sender(tx: &mut Tx<'_>, asker: &Asker, name: &str, at: &Moment) -> Result<(), Error> {
    let id = queues::default_queue(tx)?;
    let queue = queues::get(tx, id)?;
    let name = name.trim();
    if name.is_empty() || queues::sender(tx, &queue)?.name == name {
        return Ok(());
    }
    let change = queues::Change { sender_name: Some(name.to_owned()), ..queues::Change::default() };
    queues::change(tx, &asker.actor, id, &change, at)?;
    Ok(())
}

/// `POST /admin/relay/trials`: sends a real mail through the relay as it was typed. Takes as long as the relay, 25 seconds
/// at most.
pub async fn try_out(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
    let form = form.0;
    match send(&web, &signed, &form).await {
        Ok(answer) => Ok(answer),
        Err(error) => refused(&web, &signed, form, error).await,
    }
}

async fn send(web: &Data<Web>, signed: &Signed, form: &Form) -> Result<HttpResponse, Error> {
    let (wish, target, earlier) = (form.wish()?, form.target(), form.trial.clone());
    let sender = form.sender.clone().unwrap_or_default();
    let (asker, config, now) = (signed.clone(), web.config.clone(), Ts(web.clock.now()));
    let ready = web
        .db
        .write(move |tx| trial::prepare(tx, &asker.actor, &config, (&wish, &earlier, &sender), &target, now))
        .await?;
    let steps = trial::run(&ready).await;
    let token = ready.token.clone();
    web.db.write(move |tx| trial::note(tx, &token, &steps)).await?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("trial", &ready.token);
    // A trial saves nothing, so that it is not refused; but it makes what was typed no newer.
    if !form.shown.is_empty() {
        query.append_pair("shown", &form.shown);
    }
    Ok(see_other(&format!("{}?{}#trial", form.place(), query.finish())))
}

async fn refused(web: &Data<Web>, signed: &Signed, form: Form, error: Error) -> Answer {
    let (status, problems) = problems(error)?;
    let (place, trial) = (form.place(), form.trial.clone());
    // Whoever was told of a change, and saves again, means it. No other refusal makes an older form a newer one.
    let shown = if status == StatusCode::CONFLICT { String::new() } else { form.shown.clone() };
    let typed = Typed { form: Some(form), problems, trial, shown, saved: false };
    if place == PLACES[1] {
        return super::wizard::relay(web, signed, status, typed).await;
    }
    show(web, signed, status, place, typed).await
}
