//! The steps behind the first one of the set-up: what the organisation looks like, mail in, mail out, queues, colleagues.
//! Each can be left for later and taken up again; each does what the full page of its subject does.

mod colleagues;
mod mail_in;
mod quick_queues;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};

use super::failure::Answer;
use super::fields::Fields;
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::look::view::{LookView, PLACES as LOOKS, Typed as LookTyped};
use super::page::{Page, see_other, show_as};
use super::relay::PLACES as RELAYS;
use super::relay::view::{RelayView, Typed as RelayTyped};
use super::state::Web;
use crate::config::Config;
use crate::db::{Conn, InstallationRight, Ts};
use crate::error::{Error, Result};
use crate::people::agents;
use crate::people::first_steps::{self, How, Progress, Step};
use crate::queues::{self, listing};
use crate::settings::relay;

/// What every step shows: where it is among the others.
#[derive(Serialize)]
struct Wizard<B> {
    at: &'static str,
    steps: Vec<StepView>,
    told: String,
    #[serde(flatten)]
    body: B,
}

#[derive(Serialize)]
struct StepView {
    word: &'static str,
    number: usize,
    title: String,
    /// What became of it, in a word.
    told: String,
    done: bool,
    current: bool,
}

/// What the address of a step says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Note {
    trial: String,
    shown: String,
    saved: String,
}

#[derive(Serialize)]
struct Nothing {}

/// A step whose subject the asker may not change: it can only be left.
#[derive(Serialize)]
struct Closed {
    closed: bool,
}

fn steps(
    conn: &mut Conn,
    config: &Config,
    progress: &Progress,
    at: Option<Step>,
    asker: &Asker,
) -> Result<Vec<StepView>> {
    let language = &asker.reader.language;
    let mut views = vec![StepView {
        word: "",
        number: 1,
        title: language.tr("setup-account"),
        told: format!("{}, {}", asker.actor.agent.name, asker.actor.agent.email),
        done: true,
        current: false,
    }];
    for (index, step) in Step::ALL.into_iter().enumerate() {
        let how = progress.of(step);
        let told = match how {
            Some(How::Done) => fact(conn, config, step, asker)?,
            Some(How::Later) => language.tr("wizard-left"),
            None => language.tr("wizard-open"),
        };
        views.push(StepView {
            word: step.word(),
            number: index + 2,
            title: language.tr(&format!("wizard-{}", step.word())),
            told: if told.is_empty() { language.tr("wizard-done") } else { told },
            done: how == Some(How::Done),
            current: at == Some(step),
        });
    }
    Ok(views)
}

/// What a step that is done has come to, in a line.
fn fact(conn: &mut Conn, config: &Config, step: Step, asker: &Asker) -> Result<String> {
    const LONGEST: usize = 120;
    let of_mail = [Step::In, Step::Queues].contains(&step);
    if of_mail && !asker.actor.scope.may(InstallationRight::QueuesAndMail) {
        return Ok(String::new());
    }
    let told = match step {
        Step::Look => crate::people::setup::organisation(conn)?,
        Step::In => {
            let queue = queues::default_queue(conn)?;
            listing::addresses(conn)?.remove(&queue).unwrap_or_default().join(", ")
        }
        Step::Out => {
            let said = if relay::is_given(config) { config.smtp_relay.clone() } else { relay::said(conn)? };
            said.map(|relay| format!("{}:{}", relay.host, relay.port)).unwrap_or_default()
        }
        Step::Queues => {
            let open = queues::all(conn)?.into_iter().filter(|queue| queue.retired_at.is_none());
            open.map(|queue| queue.name).collect::<Vec<_>>().join(", ")
        }
        Step::People => {
            let active = agents::all(conn)?.into_iter().filter(|agent| agent.disabled_at.is_none()).count();
            asker.reader.language.tr_count("wizard-agents", i64::try_from(active).unwrap_or(i64::MAX))
        }
    };
    Ok(if told.chars().count() <= LONGEST {
        told
    } else {
        told.chars().take(LONGEST).chain(['…']).collect()
    })
}

/// How far it is, in words.
pub(super) fn told(progress: &Progress, language: &crate::i18n::Language) -> String {
    let (done, all) = progress.count();
    language.tr_with("wizard-progress", &[("done", &done.to_string()), ("all", &all.to_string())])
}

async fn show<B, F>(web: &Data<Web>, signed: &Signed, status: StatusCode, at: Option<Step>, load: F) -> Answer
where
    B: Serialize + 'static,
    F: FnOnce(&mut Conn, &Asker) -> Result<B> + Send + 'static,
{
    let config = web.config.clone();
    show_as(web, signed, status, "setup/wizard.html", move |conn, asker| {
        asker.actor.require(InstallationRight::People)?;
        let body = load(conn, asker)?;
        let progress = first_steps::load(conn)?.unwrap_or_default();
        let view = Wizard {
            at: at.map_or("", Step::word),
            steps: steps(conn, &config, &progress, at, asker)?,
            told: told(&progress, &asker.reader.language),
            body,
        };
        Ok(Page::new("setup", view))
    })
    .await
}

/// `GET /admin/setup`: on to the first step that nobody has been at, or to what is left.
pub async fn root(web: Data<Web>, signed: Signed) -> Answer {
    let next = web.db.read(|conn| Ok(first_steps::load(conn)?.unwrap_or_default().next())).await?;
    match next {
        Some(step) => Ok(see_other(&format!("/admin/setup/{}#at", step.word()))),
        None => show(&web, &signed, StatusCode::OK, None, |_, _| Ok(Nothing {})).await,
    }
}

/// `POST /admin/setup`: nobody is reminded any more.
pub async fn dismiss(web: Data<Web>, signed: Signed, fields: Posted<Fields>) -> Answer {
    fields.0.only(&[])?;
    let now = Ts(web.clock.now());
    web.db.write(move |tx| first_steps::dismiss(tx, &signed.actor, now)).await?;
    Ok(see_other("/dashboard"))
}

/// `GET /admin/setup/{step}`.
pub async fn page(web: Data<Web>, signed: Signed, step: Path<String>, note: Query<Note>) -> Answer {
    let step = Step::named(&step).ok_or(Error::NotFound)?;
    let saved = note.saved == "yes";
    let (status, at) = (StatusCode::OK, Some(step));
    let of_mail = [Step::In, Step::Queues].contains(&step);
    if of_mail && !signed.actor.scope.may(InstallationRight::QueuesAndMail) {
        return show(&web, &signed, status, at, |_, _| Ok(Closed { closed: true })).await;
    }
    match step {
        Step::Look => look(&web, &signed, status, LookTyped { saved, ..LookTyped::default() }).await,
        Step::Out => {
            let (trial, shown) = (note.trial.clone(), note.shown.clone());
            let typed = RelayTyped { trial, shown, saved, ..RelayTyped::default() };
            relay(&web, &signed, status, typed).await
        }
        Step::In => {
            let config = web.config.clone();
            show(&web, &signed, status, at, move |conn, asker| mail_in::load(conn, asker, &config, None))
                .await
        }
        Step::Queues => {
            show(&web, &signed, status, at, |conn, asker| quick_queues::load(conn, asker, None)).await
        }
        Step::People => {
            let config = web.config.clone();
            show(&web, &signed, status, at, move |conn, asker| colleagues::load(conn, asker, &config, None))
                .await
        }
    }
}

/// The step of the look, with what was typed.
pub(super) async fn look(web: &Data<Web>, signed: &Signed, status: StatusCode, typed: LookTyped) -> Answer {
    show(web, signed, status, Some(Step::Look), move |conn, asker| {
        LookView::load(conn, asker, LOOKS[1], typed)
    })
    .await
}

/// The step of the relay, with what was typed.
pub(super) async fn relay(web: &Data<Web>, signed: &Signed, status: StatusCode, typed: RelayTyped) -> Answer {
    let config = web.config.clone();
    show(web, signed, status, Some(Step::Out), move |conn, asker| {
        RelayView::load(conn, asker, &config, RELAYS[1], typed)
    })
    .await
}

/// `POST /admin/setup/{step}`: what the step says, or that it is left for later, or that there is nothing to add.
pub async fn update(web: Data<Web>, signed: Signed, step: Path<String>, fields: Posted<Fields>) -> Answer {
    let (step, fields) = (Step::named(&step).ok_or(Error::NotFound)?, fields.0);
    let how = match fields.one("do") {
        "later" => How::Later,
        "on" => How::Done,
        _ => {
            return match step {
                Step::In => mail_in::update(&web, &signed, &fields).await,
                Step::Queues => quick_queues::update(&web, &signed, &fields).await,
                Step::People => colleagues::update(&web, &signed, &fields).await,
                // Their forms go to the pages of the look and of the relay.
                Step::Look | Step::Out => {
                    fields.only(&["do"])?;
                    Err(Error::NotFound.into())
                }
            };
        }
    };
    fields.only(&["do"])?;
    let (config, now) = (web.config.clone(), Ts(web.clock.now()));
    web.db
        .write(move |tx| {
            // Whoever has nothing to add where there is nothing yet leaves it for later: mail would go nowhere.
            let of_mail = [Step::In, Step::Out].contains(&step);
            let bare = how == How::Done && of_mail && fact(tx, &config, step, &signed)?.is_empty();
            let how = if bare { How::Later } else { how };
            first_steps::mark(tx, &signed.actor, step, how, now)
        })
        .await?;
    Ok(see_other("/admin/setup"))
}
