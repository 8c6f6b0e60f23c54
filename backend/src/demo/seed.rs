//! The past of the demo: set up as an operator would, then lived through by the verbs that pages and mails use,
//! with the clock turned back.

use anyhow::Context;
use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::cast::{AGENTS, DESKS, Desk as Counter};
use super::dice::Dice;
use super::letter::Letter;
use super::plan::{Case, Due, Plan};
use super::story::{self, End, Who};
use crate::access::{self, Actor};
use crate::db::schema::{inbound_mails, outbox, tickets};
use crate::db::{AgentId, Cause, Delivery, InboundId, Right, State, Ts, Tx};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::notify::board;
use crate::people::agents::{self, NewAgent};
use crate::people::password;
use crate::people::roles::{self, NewRole};
use crate::people::setup::{self, SetUp};
use crate::postmaster::{self, Accepted};
use crate::queues::{self, NewQueue};
use crate::schedule;
use crate::tickets::note::{NoteInput, note};
use crate::tickets::reply::{ReplyInput, reply};
use crate::tickets::state::set_state;
use crate::tickets::{Moment, lock, move_to, priority};

/// Everybody's password.
pub(super) const PASSWORD: &str = "turnstone-demo";
const ORGANISATION: &str = "Open Certificates";

/// What has come of a case so far.
#[derive(Clone, Debug, Default)]
struct Progress {
    /// The ticket's number.
    number: String,
    /// Message-IDs of the conversation, the newest last.
    references: Vec<String>,
    agent: Option<AgentId>,
}

/// Fills an empty helpdesk with people and five weeks of work; how many tickets. `desk` has a fixed clock, which
/// stands at the present afterwards.
///
/// # Errors
/// Where a verb refuses, which would be a mistake in the stories.
pub(super) async fn seed(desk: &Desk, now: Timestamp) -> anyhow::Result<usize> {
    let mut dice = Dice::new(2_026);
    let stories = story::all()?;
    let mut plan = Plan::new(&stories, now, &mut dice);
    desk.clock.set(now.checked_add(SignedDuration::from_hours(-24 * 45)).unwrap_or(now));
    set_up(desk).await?;
    let mut progress = vec![Progress::default(); plan.cases.len()];
    while let Some(due) = plan.next() {
        desk.clock.set(due.at);
        while schedule::fire(desk).await? > 0 {}
        let case = &plan.cases[due.case];
        let counter =
            DESKS.iter().find(|desk| desk.queue == case.queue).context("a story in an unknown queue")?;
        let scene = Scene { desk, case, counter, due, present: now };
        let played = scene.play(&mut progress[due.case], &mut dice).await;
        played.with_context(|| format!("in step {} of {:?}", due.step, case.told.subject))?;
    }
    desk.clock.set(now);
    while schedule::fire(desk).await? > 0 {}
    deliver_the_past(desk).await?;
    look_at_the_bells(desk, now).await?;
    Ok(progress.len())
}

/// Organisation, queues, roles and agents.
async fn set_up(desk: &Desk) -> anyhow::Result<()> {
    let hash = password::hash(PASSWORD.to_owned()).await?;
    let now = Ts(desk.clock.now());
    let new = move |player: &super::cast::Player| NewAgent {
        login: player.login.to_owned(),
        name: player.name.to_owned(),
        email: format!("{}@certs.example", player.login),
        roles: vec![player.role.to_owned()],
        password_hash: Some(hash.as_str().to_owned()),
        ..NewAgent::default()
    };
    desk.db
        .write(move |tx| {
            let [admin, others @ ..] = &AGENTS;
            let [first, more @ ..] = &DESKS;
            let wish = SetUp {
                admin: new(admin),
                organisation: ORGANISATION.to_owned(),
                queue: first.queue.to_owned(),
                address: first.address.to_owned(),
            };
            setup::run(tx, &wish, now)?;
            for desk in more {
                let addresses = vec![desk.address.to_owned()];
                queues::insert(
                    tx,
                    &access::Who::machine(Cause::System),
                    &NewQueue { name: desk.queue.to_owned(), parent: None, addresses },
                    now,
                )?;
            }
            for role in extra_roles() {
                roles::insert(tx, &role, now)?;
            }
            for player in others {
                agents::insert(tx, &new(player), now)?;
            }
            super::texts::write(tx, now.0)
        })
        .await?;
    Ok(())
}

/// Roles beside those of the set-up, to show what roles are for.
fn extra_roles() -> [NewRole; 2] {
    let grant = |queue: &str, rights: &[Right]| (queue.to_owned(), rights.to_vec());
    [
        NewRole {
            name: "Front desk".to_owned(),
            grants: vec![
                grant("Support", &[Right::Reply, Right::Create, Right::Priority]),
                grant("*", &[Right::Read, Right::MoveInto]),
            ],
            installation: Vec::new(),
        },
        NewRole {
            name: "Hosting crew".to_owned(),
            grants: vec![grant("Hosting", &[Right::Full])],
            installation: Vec::new(),
        },
    ]
}

/// One step of a case, and where it plays.
struct Scene<'a> {
    desk: &'a Desk,
    case: &'a Case,
    counter: &'a Counter,
    due: Due,
    /// When the demo begins: nothing may have happened after that.
    present: Timestamp,
}

impl Scene<'_> {
    /// Lives it through.
    async fn play(&self, so_far: &mut Progress, dice: &mut Dice) -> anyhow::Result<()> {
        let step = &self.case.told.steps[self.due.step];
        if step.who == Who::Customer {
            self.write_in(so_far).await?;
        }
        if self.due.step == 0 {
            so_far.agent = Some(agent_of(self.desk, pick_agent(self.counter, dice)).await?);
            self.receive(so_far, dice).await?;
        }
        let text = step.text.clone();
        match step.who {
            Who::Customer => {}
            Who::Agent => self.answer(so_far, text).await?,
            Who::Note => {
                let at = self.moment(0);
                self.act(so_far, move |tx, actor, number| {
                    let mut access = access::for_change(tx, actor, number)?;
                    note(
                        tx,
                        &mut access,
                        actor,
                        &NoteInput { body_text: text.clone(), ..NoteInput::default() },
                        &at,
                    )
                })
                .await?;
            }
        }
        if self.case.is_last(self.due.step) { self.settle(so_far, dice).await } else { Ok(()) }
    }

    /// So many minutes after the step.
    fn moment(&self, minutes: i64) -> Moment {
        let now = self.due.at.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(self.due.at);
        Moment { now, zone: self.desk.config.time_zone.clone() }
    }

    /// A mail from the customer, taken in and processed like any other.
    async fn write_in(&self, so_far: &mut Progress) -> anyhow::Result<()> {
        let (case, customer) = (self.case, self.case.customer);
        let message_id = format!("{}.{}@{}", self.due.case, self.due.step, customer.domain);
        let first = so_far.references.is_empty();
        let subject = if first { case.told.subject.clone() } else { format!("Re: {}", case.told.subject) };
        let to = if case.astray { DESKS[0].address } else { self.counter.address };
        let raw = Letter {
            from: customer,
            to,
            subject: &subject,
            text: &case.told.steps[self.due.step].text,
            at: self.due.at,
            message_id: &message_id,
            references: &so_far.references,
            html: case.html,
            auto: case.auto,
            attachment: case.attachment.as_deref().filter(|_| first),
        }
        .raw()?;
        let mail = Accepted {
            raw,
            envelope_from: customer.address(),
            envelope_to: vec![to.to_owned()],
            source: "lmtp".to_owned(),
            peer: "127.0.0.1".to_owned(),
            ..Accepted::default()
        };
        let id = postmaster::accept(self.desk, mail).await?;
        postmaster::process_waiting(self.desk).await?;
        so_far.references.push(message_id);
        if first {
            so_far.number = number_of(self.desk, id).await?;
        }
        Ok(())
    }

    /// What is done with a new ticket before anybody answers: sent where it belongs, made urgent.
    async fn receive(&self, so_far: &Progress, dice: &mut Dice) -> anyhow::Result<()> {
        if self.case.astray {
            let mover = Progress { agent: Some(agent_of(self.desk, "chloe").await?), ..so_far.clone() };
            let (at, queue) = (self.moment(dice.between(3, 9)), self.counter.queue);
            self.act(&mover, move |tx, actor, number| {
                let target = queues::by_name(tx, queue)?;
                let target = access::for_queue(tx, actor, target.id, Right::MoveInto)?;
                let mut access = access::for_change(tx, actor, number)?;
                move_to::move_to(tx, &mut access, &target, &at)
            })
            .await?;
        }
        let Some(level) = self.case.priority else { return Ok(()) };
        let at = self.moment(9);
        self.act(so_far, move |tx, actor, number| {
            let mut access = access::for_change(tx, actor, number)?;
            let to = level.to_string().parse().map_err(|why: String| Error::invalid("priority", why))?;
            priority::set_priority(tx, &mut access, to, &at)
        })
        .await
    }

    async fn answer(&self, so_far: &mut Progress, text: String) -> anyhow::Result<()> {
        let closes = self.case.is_last(self.due.step) && self.case.end == End::Closed;
        let at = self.moment(0);
        let article = self.act(so_far, move |tx, actor, number| {
            let mut access = access::for_change(tx, actor, number)?;
            lock::take_over(tx, &mut access, actor, &at)?;
            let state = closes.then_some(State::Closed.into());
            let input = ReplyInput { body_text: text.clone(), state, ..ReplyInput::default() };
            reply(tx, &mut access, actor, &input, &at)
        });
        so_far.references.push(article.await?.message_id);
        Ok(())
    }

    /// The end of a story: closed, put off, or left for whoever tries the demo.
    async fn settle(&self, so_far: &Progress, dice: &mut Dice) -> anyhow::Result<()> {
        let at = self.moment(dice.between(5, 90));
        if at.now >= self.present {
            return Ok(());
        }
        let (free, present) = (dice.chance(30), self.present);
        let end = self.case.end;
        self.act(so_far, move |tx, actor, number| {
            let mut access = access::for_change(tx, actor, number)?;
            match end {
                End::Closed if access.ticket().state != State::Closed => {
                    // Closing needs no lock, but whoever closes has been on it.
                    lock::take_over(tx, &mut access, actor, &at)?;
                    set_state(tx, &mut access, State::Closed, None, &at)
                }
                End::PendingDays(days) => {
                    let until = present.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(present);
                    set_state(tx, &mut access, State::PendingReminder, Some(until), &at)
                }
                // Some are free for the taking, on some somebody is.
                End::Open if free => lock::unlock(tx, &mut access, &at),
                _ => Ok(()),
            }
        })
        .await
    }

    /// Does something as the agent of the case.
    async fn act<T, F>(&self, so_far: &Progress, mut deed: F) -> anyhow::Result<T>
    where
        F: FnMut(&mut Tx<'_>, &Actor, &str) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let agent = so_far.agent.context("nobody answers here")?;
        let (number, now) = (so_far.number.clone(), self.desk.clock.now());
        let done = self.desk.db.write(move |tx| {
            let actor = Actor::load(tx, agent, Cause::Web, now)?;
            deed(tx, &actor, &number)
        });
        Ok(done.await?)
    }
}

async fn number_of(desk: &Desk, mail: InboundId) -> anyhow::Result<String> {
    let number = desk.db.read(move |conn| {
        Ok(inbound_mails::table
            .inner_join(tickets::table.on(inbound_mails::ticket_id.eq(tickets::id.nullable())))
            .filter(inbound_mails::id.eq(mail))
            .select(tickets::number)
            .first(conn)?)
    });
    number.await.context("the mail became no ticket")
}

async fn agent_of(desk: &Desk, login: &'static str) -> anyhow::Result<AgentId> {
    Ok(desk.db.read(move |conn| Ok(agents::by_login(conn, login)?.id)).await?)
}

/// Mostly the first of the counter's people.
fn pick_agent(counter: &Counter, dice: &mut Dice) -> &'static str {
    if dice.chance(60) { counter.agents[0] } else { dice.pick::<&str>(counter.agents) }
}

/// Nobody comes back to five weeks of news: what is older than the last two was seen.
async fn look_at_the_bells(desk: &Desk, now: Timestamp) -> anyhow::Result<()> {
    for player in &AGENTS {
        let agent = agent_of(desk, player.login).await?;
        desk.db
            .write(move |tx| {
                let actor = Actor::load(tx, agent, Cause::Web, now)?;
                match board::recent(tx, &actor)?.get(2) {
                    Some((seen, _)) => board::read_up_to(tx, &actor, seen.id, Ts(now)),
                    None => Ok(()),
                }
            })
            .await?;
    }
    Ok(())
}

/// What was to leave in the past left then: there is no relay any more that could take it.
async fn deliver_the_past(desk: &Desk) -> anyhow::Result<()> {
    desk.db
        .write(|tx| {
            diesel::update(outbox::table.filter(outbox::state.eq_any([Delivery::Held, Delivery::Due])))
                .set((outbox::state.eq(Delivery::Sent), outbox::sent_at.eq(outbox::try_at.nullable())))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await?;
    Ok(())
}
