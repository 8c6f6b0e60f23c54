//! What becomes of a mail: asked of a [`World`], which remembers nothing of it but what the loop brake counts.
//! [`super::way`] carries it out in the database, a dry run in memory.

use super::{
    brake::{self, Shape},
    caps::{self, Echo},
    clues::Clues,
    matching::{self, Part, Place, Voice},
    record::Steps,
    world::{Copy, World, ago},
};
use crate::{
    db::{AnswerKind, LinkKind, QueueId},
    error::Result,
    filters::{Arrival, Aside, Decision},
    tickets::{Moment, Ticket},
};

/// For how long a second copy of a mail is recognised.
const REMEMBERED: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);

/// What becomes of a mail that is neither a copy nor about a mail of ours.
#[derive(Debug)]
pub(super) enum Verdict {
    /// A rule puts it aside; where it would have gone.
    Aside { place: Place, aside: Aside, why: String },
    /// It joins a ticket.
    Joins(Joining),
    /// It joins the last ticket of its shape, of which there are too many: the so-many-th within the hour.
    Braked { ticket: Box<Ticket>, count: i32 },
    /// It is the so-many-th of its shape, and only recorded.
    Flood { ticket: Box<Ticket>, count: i32 },
    /// It opens a ticket.
    Opens(Opening),
    /// Its ticket is closed for good.
    Rejected { ticket: Box<Ticket>, echo: Option<Echo> },
}

/// Which ticket a mail joins, and how.
#[derive(Debug)]
pub(super) struct Joining {
    pub ticket: Box<Ticket>,
    pub part: Part,
    pub voice: Voice,
}

/// How a ticket begins.
#[derive(Debug)]
pub(super) struct Opening {
    /// Where.
    pub queue: QueueId,
    /// The ticket that it has to do with.
    pub link: Option<(Box<Ticket>, LinkKind)>,
    /// By what the brake knows it.
    pub shape: Shape,
    /// The automatic mail of ours that the mail answers.
    pub echo: Option<Echo>,
}

impl Opening {
    /// The closed ticket that the new one goes on from.
    pub(super) fn goes_on_from(&self) -> Option<&Ticket> {
        self.link.as_ref().filter(|(_, kind)| *kind == LinkKind::Continues).map(|(old, _)| &**old)
    }

    /// What there is to say about it.
    pub(super) fn answer(&self) -> AnswerKind {
        if self.goes_on_from().is_some() { AnswerKind::NewBecauseClosed } else { AnswerKind::Received }
    }
}

/// Where the same mail went when it came before: the same Message-ID with the same content. With other content it is
/// another mail.
pub(super) fn first_copy(world: &mut impl World, mail: &Clues, at: &Moment) -> Result<Option<Copy>> {
    if mail.content_hash.is_empty() {
        return Ok(None);
    }
    world.copy(mail, ago(at, REMEMBERED))
}

/// Decides; each decision leaves its reason. `rules` says what the postmaster filters want.
pub(super) fn decide<W: World>(
    world: &mut W,
    mail: &Clues,
    at: &Moment,
    steps: &mut Steps,
    rules: impl FnOnce(&mut W, Arrival, &mut Steps) -> Result<Decision>,
) -> Result<(Verdict, Decision)> {
    let place = matching::find(world, mail, at, steps)?;
    let arrival = if matches!(place, Place::New { .. }) { Arrival::New } else { Arrival::FollowUp };
    let rules = rules(world, arrival, steps)?;
    if let Some((aside, why)) = rules.aside.clone() {
        return Ok((Verdict::Aside { place, aside, why }, rules));
    }
    let verdict = match place {
        Place::Ticket { ticket, part } => {
            let voice = matching::voice(world, mail, &ticket, part)?;
            Verdict::Joins(Joining { ticket, part, voice })
        }
        Place::New { link, queue } => {
            let queue = match (&rules.queue, queue) {
                (Some((queue, why)), _) => {
                    steps.add("queue", world.queue(*queue)?.name, format!("{why} says so"));
                    *queue
                }
                (None, Some(queue)) => queue,
                (None, None) => matching::queue(world, mail, steps)?,
            };
            opens(world, mail, queue, link, at)?
        }
        Place::Rejected(ticket) => {
            let echo = caps::echo(world, mail, at)?;
            Verdict::Rejected { ticket, echo }
        }
    };
    Ok((verdict, rules))
}

fn opens(
    world: &mut impl World,
    mail: &Clues,
    queue: QueueId,
    link: Option<(Box<Ticket>, LinkKind)>,
    at: &Moment,
) -> Result<Verdict> {
    let echo = caps::echo(world, mail, at)?;
    let shape = brake::shape(mail, queue, echo.as_ref());
    Ok(match brake::take(world, &shape, at)? {
        Some((ticket, count)) if brake::is_flood(count) => Verdict::Flood { ticket, count },
        Some((ticket, count)) => Verdict::Braked { ticket, count },
        None => Verdict::Opens(Opening { queue, link, shape, echo }),
    })
}
