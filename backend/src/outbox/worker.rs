//! Sends what is due: hands mails to lanes for as long as there are both.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
    time::Instant,
};

use super::{
    Outgoing, claim,
    dkim::Signer,
    fairness::{Fairness, Verdict},
    lines::{Lines, Pace},
    outage::Outage,
    room::Room,
    send::{self, Done, Way},
};
use crate::{
    db::{OutboxId, Wake},
    desk::Desk,
    error::Result,
    settings::relay::{self, InForce},
};

/// How often claims are renewed while the relay takes its time.
const RENEW: Duration = Duration::from_secs(8);

/// Sends mail until told to stop; what is being sent then is finished first.
pub async fn run(desk: Desk, signer: Option<Signer>, mut stop: watch::Receiver<bool>) {
    if let Err(error) = claim::recover(&desk).await {
        tracing::warn!(%error, "could not look for mails that a crash interrupted; they are tried when their lease ends");
    }
    let signer = signer.map(Arc::new);
    let (mut known, mut sealed): (Option<String>, Option<Instant>) = (None, None);
    // What a former relay has in its hands is finished beside: it may take its time, and just therefore be the former one.
    let mut former: JoinSet<()> = JoinSet::new();
    while !*stop.borrow() {
        let said = in_force(&desk).await;
        if let Some(said) = &said {
            let first = known.is_none();
            let changed = known.replace(said.mark.clone()).is_some_and(|before| before != said.mark);
            if changed {
                // What waited for another relay does not wait for this one's sake.
                claim::try_now(&desk).await;
                Outage::default().over(&desk).await;
            }
            note_sealed(&desk, said, first || changed, &mut sealed).await;
        }
        if let Some(InForce { relay: Some(relay), mark, given, since, .. }) = said {
            let way = Way { relay, since, signer: signer.clone(), room: Room::new() };
            let of_page = (!given).then_some(mark);
            if let Some(old) = Dispatcher::new(desk.clone(), way, of_page).run(&mut stop).await {
                former.spawn(old.finish());
            }
            continue;
        }
        end_holds(&desk).await;
        tokio::select! {
            () = desk.db.wakers().sleep(Wake::OUTBOX, desk.poll()) => {}
            _ = stop.changed() => {}
        }
    }
    while former.join_next().await.is_some() {}
}

/// Pages say that mail waits where its relay's password cannot be opened; they do not open it themselves. Said again now and
/// then: another node, which can, may have begun meanwhile.
async fn note_sealed(desk: &Desk, said: &InForce, news: bool, noted: &mut Option<Instant>) {
    const AGAIN: Duration = Duration::from_secs(60);
    let mark = match (said.sealed, &noted) {
        (true, Some(at)) if !news && at.elapsed() < AGAIN => return,
        (true, before) => {
            if before.is_none() {
                tracing::error!(
                    "outgoing mail waits: the relay's password cannot be opened with this process's key"
                );
            }
            Some(said.mark.clone())
        }
        (false, None) if !news => return,
        (false, _) => None,
    };
    *noted = mark.as_ref().map(|_| Instant::now());
    let written = desk.db.write(move |tx| relay::note_sealed(tx, mark.as_deref())).await;
    if let Err(error) = written {
        tracing::warn!(%error, "could not note how the relay's password is");
    }
}

/// The relay that mail leaves by; `None` where nobody can say.
async fn in_force(desk: &Desk) -> Option<InForce> {
    let config = Arc::clone(&desk.config);
    match desk.db.read(move |conn| relay::in_force(conn, &config)).await {
        Ok(said) => Some(said),
        Err(error) => {
            tracing::warn!(%error, "outgoing mail waits: which relay takes it cannot be read");
            None
        }
    }
}

async fn end_holds(desk: &Desk) {
    if let Err(error) = claim::end_holds(desk).await {
        tracing::warn!(%error, "could not look for mails whose hold is over");
    }
}

/// A mail that is being sent.
struct Busy {
    mail: OutboxId,
    lease: i64,
    domain: String,
}

struct Dispatcher {
    desk: Desk,
    way: Arc<Way>,
    /// What a page says of the relay, where a page may: once that is another, this dispatcher ends.
    of_page: Option<String>,
    lines: Lines,
    fair: Fairness,
    pace: Pace,
    outage: Outage,
    running: JoinSet<Done>,
    busy: HashMap<Id, Busy>,
    renewed: Instant,
    /// When holds were looked at.
    looked: Instant,
    /// Whether another relay takes new mail by now: how this one does is no news any more.
    former: bool,
}

impl Dispatcher {
    fn new(desk: Desk, way: Way, of_page: Option<String>) -> Self {
        let lines = Lines::new(&way.relay);
        Self {
            fair: Fairness::new(lines.most()),
            pace: Pace::new(way.relay.rate),
            outage: Outage::default(),
            lines,
            desk,
            way: Arc::new(way),
            of_page,
            running: JoinSet::new(),
            busy: HashMap::new(),
            renewed: Instant::now(),
            looked: Instant::now(),
            former: false,
        }
    }

    /// Sends until it is told to stop, and finishes then; or until a page names another relay: itself, with what is still
    /// under way.
    async fn run(mut self, stop: &mut watch::Receiver<bool>) -> Option<Self> {
        while !*stop.borrow() && self.is_in_force().await {
            self.lines.tidy();
            if let Err(error) = self.feed().await {
                tracing::warn!(%error, "outgoing mail waits: the database does not answer");
            }
            if self.running.is_empty() && self.pace.allows(1) > 0 {
                self.lines.hang_up();
            }
            // Also while all lanes are busy: what can no longer be taken back must not seem so.
            if self.running.is_empty() || self.looked.elapsed() >= self.desk.poll() {
                self.looked = Instant::now();
                end_holds(&self.desk).await;
            }
            let nap = self.nap();
            let ended = tokio::select! {
                Some(ended) = self.running.join_next_with_id() => Some(ended),
                () = self.desk.db.wakers().sleep(Wake::OUTBOX, nap) => None,
                _ = stop.changed() => None,
            };
            self.settle(ended).await;
            self.renew();
        }
        if !*stop.borrow() {
            self.former = true;
            return Some(self);
        }
        self.finish().await;
        None
    }

    /// What is being sent is finished, and its claims are kept until then.
    async fn finish(mut self) {
        while !self.running.is_empty() {
            let ended = tokio::select! {
                ended = self.running.join_next_with_id() => ended,
                () = tokio::time::sleep(RENEW) => None,
            };
            self.settle(ended).await;
            self.renew();
        }
        self.lines.close().await;
    }

    /// Whether mail still leaves by this relay. Asked before mails are handed out, so that none goes where nobody wants it
    /// any more; where the file says the relay, nobody can change it.
    async fn is_in_force(&self) -> bool {
        let Some(of_page) = &self.of_page else { return true };
        match self.desk.db.read(relay::mark).await {
            Ok(mark) => mark == *of_page,
            // Whatever is claimed next needs the database as well.
            Err(_) => true,
        }
    }

    /// Hands out as many mails as there are lanes for.
    async fn feed(&mut self) -> Result<()> {
        let now = self.desk.clock.now();
        let most = self.pace.allows(self.lines.free(self.running.len(), now));
        if most == 0 {
            return Ok(());
        }
        let own: HashSet<OutboxId> = self.busy.values().map(|busy| busy.mail).collect();
        let mails = claim::claim(&self.desk, &mut self.fair, &own, most).await?;
        self.pace.count(mails.len());
        for mail in mails {
            self.start(mail);
        }
        Ok(())
    }

    fn start(&mut self, mail: Outgoing) {
        let busy = Busy { mail: mail.id, lease: mail.lease, domain: mail.domain.clone() };
        let wait = self.lines.wait(self.desk.config.test.retry_seconds.as_deref());
        let line = self.lines.take();
        let task = self.running.spawn(send::send(self.desk.clone(), Arc::clone(&self.way), mail, line, wait));
        self.busy.insert(task.id(), busy);
    }

    /// Learns from the mails that were dealt with.
    async fn settle(&mut self, ended: Option<std::result::Result<(Id, Done), JoinError>>) {
        let mut ended = ended;
        while let Some(one) = ended {
            let (id, done) = match one {
                Ok((id, done)) => (id, Some(done)),
                Err(error) => {
                    tracing::error!(%error, "sending a mail ended in a defect; it is tried again when its lease ends");
                    (error.id(), None)
                }
            };
            let domain = self.busy.remove(&id).map(|busy| busy.domain).unwrap_or_default();
            self.fair.release(&domain, done.as_ref().map_or(Verdict::Unknown, |done| done.verdict));
            if let Some(done) = done {
                self.lines.give_back(done.line);
                self.learn(done.relay).await;
            }
            ended = self.running.try_join_next_with_id();
        }
    }

    async fn learn(&mut self, relay: Option<std::result::Result<(), String>>) {
        let now: Timestamp = self.desk.clock.now();
        match relay {
            None => {}
            Some(_) if self.former => {}
            Some(Ok(())) => {
                self.lines.reached();
                self.outage.over(&self.desk).await;
            }
            // Where others are being served the relay is not away: it has enough of us.
            Some(Err(why)) if self.lines.idle() + self.running.len() > 0 => {
                tracing::info!(why, "the relay takes no further line");
                self.lines.crowded(self.lines.idle() + self.running.len(), now);
            }
            Some(Err(why)) => {
                self.lines.not_reached(now, self.desk.config.test.retry_seconds.as_deref());
                self.outage.goes_on(&self.desk, &why).await;
            }
        }
    }

    /// How long to sleep where nothing happens.
    fn nap(&self) -> Duration {
        let poll = self.desk.poll();
        match self.pace.wait() {
            Some(wait) if !wait.is_zero() => poll.min(wait),
            _ => poll,
        }
    }

    fn renew(&mut self) {
        if self.busy.is_empty() {
            self.renewed = Instant::now();
        } else if self.renewed.elapsed() >= RENEW {
            self.renewed = Instant::now();
            let leases = self.busy.values().map(|busy| (busy.mail, busy.lease)).collect();
            tokio::spawn(claim::renew(self.desk.clone(), leases));
        }
    }
}
