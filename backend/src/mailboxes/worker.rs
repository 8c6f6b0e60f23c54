//! Who fetches: one task per mailbox, each on its own, so that none waits for another; started, stopped and begun anew as
//! the settings say.

use std::collections::HashMap;
use std::time::Duration;

use diesel::prelude::*;
use tokio::{sync::watch, task::JoinHandle};

use super::{Mailbox, Trouble, fetch, state};
use crate::{
    db::{MailboxId, MailboxKind, schema::mailboxes},
    desk::Desk,
    error::Result,
};

/// Waits after trouble, in seconds; the last one repeats.
const WAITS: [u64; 5] = [5, 15, 30, 60, 120];
/// Trouble after so long begins a new row.
const HELD: Duration = Duration::from_secs(90);
/// How long a node waits before it asks for a mailbox again that another one has.
const TAKEN: Duration = Duration::from_secs(10);
/// How often the settings are looked at.
const LOOK: Duration = Duration::from_secs(1);

struct Task {
    version: i64,
    stop: watch::Sender<bool>,
    handle: JoinHandle<()>,
}

/// Fetches from all mailboxes until told to stop.
pub async fn run(desk: Desk, mut stop: watch::Receiver<bool>) {
    let node = match state::node(&desk.config) {
        Ok(node) => node,
        Err(error) => {
            tracing::error!(%error, "this node has no name; it fetches no mail");
            return;
        }
    };
    let mut tasks: HashMap<MailboxId, Task> = HashMap::new();
    while !*stop.borrow() {
        match desk.db.read(wanted).await {
            Ok(wanted) => arrange(&desk, &node, &wanted, &mut tasks).await,
            Err(error) => tracing::warn!(%error, "cannot look which mailboxes there are"),
        }
        tokio::select! {
            () = tokio::time::sleep(desk.poll().min(LOOK)) => {}
            _ = stop.changed() => {}
        }
    }
    for (_, task) in tasks.drain() {
        end(task).await;
    }
}

fn wanted(conn: &mut crate::db::Conn) -> Result<HashMap<MailboxId, i64>> {
    let rows: Vec<(MailboxId, i64)> = mailboxes::table
        .filter(mailboxes::disabled_at.is_null())
        .select((mailboxes::id, mailboxes::version))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

async fn arrange(
    desk: &Desk,
    node: &str,
    wanted: &HashMap<MailboxId, i64>,
    tasks: &mut HashMap<MailboxId, Task>,
) {
    let over: Vec<MailboxId> = tasks
        .iter()
        // A task that ended by itself has panicked: it is begun anew.
        .filter(|(id, task)| wanted.get(id) != Some(&task.version) || task.handle.is_finished())
        .map(|(id, _)| *id)
        .collect();
    for id in over {
        if let Some(task) = tasks.remove(&id) {
            end(task).await;
        }
    }
    for (id, version) in wanted {
        tasks.entry(*id).or_insert_with(|| {
            let (stop, stopped) = watch::channel(false);
            let handle = tokio::spawn(keep_fetching(desk.clone(), *id, node.to_owned(), stopped));
            Task { version: *version, stop, handle }
        });
    }
}

async fn end(task: Task) {
    // Its end is what is wanted; one that is over already has nothing to be told.
    let _ = task.stop.send(true);
    if let Err(error) = task.handle.await {
        tracing::error!(%error, "fetching from a mailbox ended unexpectedly");
    }
}

async fn keep_fetching(desk: Desk, id: MailboxId, node: String, mut stop: watch::Receiver<bool>) {
    let mut in_row = 0;
    while !*stop.borrow() {
        let (wait, ended) = tokio::select! {
            wait = turn(&desk, id, &node, &mut in_row) => (wait, false),
            // Dropping it is as if the process ended here: whatever was committed stays, the rest is fetched again.
            _ = stop.changed() => (Duration::ZERO, true),
        };
        if !ended {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = stop.changed() => {}
            }
        }
    }
    if let Err(error) = state::release(&desk, id, &node).await {
        tracing::debug!(mailbox = id.0, %error, "a mailbox was not given back; its claim runs out");
    }
}

/// One visit, if the mailbox is to be had; how long to wait then.
async fn turn(desk: &Desk, id: MailboxId, node: &str, in_row: &mut usize) -> Duration {
    let before = desk.db.read(move |conn| {
        Ok(mailboxes::table.find(id).select(Mailbox::as_select()).first(conn).optional()?)
    });
    let mailbox = match before.await {
        Ok(Some(mailbox)) => mailbox,
        Ok(None) => return TAKEN,
        Err(error) => {
            tracing::warn!(mailbox = id.0, %error, "cannot read the settings of a mailbox");
            return TAKEN;
        }
    };
    // A directory is on one machine: the others leave it to that.
    if mailbox.kind == MailboxKind::Maildir
        && matches!(desk.config.database, crate::config::DatabaseUrl::Postgres(_))
        && !std::path::Path::new(&mailbox.directory).is_dir()
        && state::is_held(desk, id, node).await
    {
        return TAKEN;
    }
    match state::claim(desk, id, node).await {
        Ok(true) => {}
        Ok(false) => return TAKEN,
        Err(error) => {
            tracing::warn!(mailbox = id.0, %error, "cannot claim a mailbox");
            return TAKEN;
        }
    }
    let begun = tokio::time::Instant::now();
    let result = tokio::select! {
        result = fetch::visit(desk, &mailbox) => result,
        () = keep_claim(desk, id, node) => Err(Trouble::new("taken", "another node has taken it over")),
    };
    match result {
        Ok(()) => {
            *in_row = 0;
            fetch::pause(desk, &mailbox)
        }
        Err(trouble) => {
            tracing::warn!(
                mailbox = mailbox.name,
                trouble = trouble.word,
                detail = trouble.detail,
                "no mail can be fetched"
            );
            if let Err(error) = state::failed(desk, id, &trouble).await {
                tracing::warn!(mailbox = id.0, %error, "cannot note what is wrong with a mailbox");
            }
            // A line that held for a while was good: what ended it is the first trouble since.
            if begun.elapsed() > HELD {
                *in_row = 0;
            }
            let wait = WAITS.get(*in_row).or(WAITS.last()).copied().unwrap_or(60);
            *in_row = in_row.saturating_add(1);
            match desk.config.test.poll_millis {
                Some(millis) => Duration::from_millis(millis * 10),
                None => Duration::from_secs(wait),
            }
        }
    }
}

/// Comes back when the claim is lost.
async fn keep_claim(desk: &Desk, id: MailboxId, node: &str) {
    loop {
        tokio::time::sleep(state::RENEW).await;
        match state::claim(desk, id, node).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(mailbox = id.0, %error, "the claim on a mailbox could not be renewed")
            }
        }
    }
}
