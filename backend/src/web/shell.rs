//! The frame of a page: who is signed in, the queues with their counters, what can be undone.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::gate::Asker;
use super::state::Web;
use super::tickets::undo;
use super::view::Face;
use crate::db::{Conn, InstallationRight, QueueId, Right, Ts};
use crate::error::Result;
use crate::notify::board;
use crate::people::{first_steps, habits, keys::Map};
use crate::queues::{self, Queue};
use crate::search::views;
use crate::settings::look::Look;
use crate::tickets::list::{self, Count};
use crate::{mailboxes, outbox, postmaster, settings};

/// What the outermost template needs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Frame {
    /// Language of the page.
    pub lang: String,
    /// `light`, `dark`, or nothing for the system's choice.
    pub theme: String,
    /// The organisation.
    pub org: String,
    /// Where the style of its colour is; empty: there is none.
    pub style: String,
    /// Where its logo is; empty: Turnstone's own is shown.
    pub logo: String,
    /// Through whose eyes somebody looks, where he does.
    pub viewing: Option<Viewing>,
}

impl Frame {
    /// The frame in a language, as the organisation wants it. `theme` is what the reader has chosen, `system` for nothing.
    pub fn of(lang: String, theme: &str, (org, look): (String, Look)) -> Self {
        let address = |name: String| format!("/brand/{name}");
        Self {
            lang,
            theme: if theme == "system" { look.theme.clone() } else { theme.to_owned() },
            org,
            style: look.style().map(|(name, _)| address(name)).unwrap_or_default(),
            logo: look.logo_name().map(address).unwrap_or_default(),
            viewing: None,
        }
    }
}

/// What the banner of a page says that is shown as another agent sees it.
#[derive(Clone, Debug, Serialize)]
pub struct Viewing {
    /// The other agent's name.
    pub name: String,
    /// The token of the form that ends it.
    pub csrf: String,
}

/// The sidebar and all around a page.
#[derive(Debug, Serialize)]
pub struct Shell {
    keys: bool,
    /// Where each key lies, by its name.
    map: BTreeMap<&'static str, String>,
    /// For scripts: which of them lie elsewhere, by where they usually lie.
    keymap: String,
    csrf: String,
    me: Face,
    away_until: Option<jiff::Timestamp>,
    at: String,
    notice: String,
    /// What he was told and has not seen, or nothing.
    news: String,
    /// How far the first set-up is, as a sentence, where it is left.
    set_up: String,
    /// Which mailboxes an alarm is raised over, as a sentence.
    silent: String,
    held: Vec<Held>,
    did: Vec<undo::Offer>,
    may: May,
    nav: Nav,
}

/// A reply that can still be taken back.
#[derive(Debug, Serialize)]
pub struct Held {
    article: i64,
    ticket: String,
    seconds: i64,
}

#[derive(Debug, Serialize)]
struct May {
    /// Anything at all below `/admin`.
    admin: bool,
    recorder: bool,
    queues_and_mail: bool,
    people: bool,
    export: bool,
}

#[derive(Debug, Serialize)]
struct Nav {
    all: String,
    mine: String,
    quarantine: String,
    silent: String,
    us: String,
    queues: Vec<NavQueue>,
    views: Vec<NavView>,
}

#[derive(Debug, Serialize)]
struct NavView {
    id: i64,
    name: String,
    team: bool,
    url: String,
    n: String,
    current: bool,
}

#[derive(Debug, Serialize)]
struct NavQueue {
    id: i64,
    name: String,
    url: String,
    /// What waits for us there, or nothing.
    waiting: String,
    depth: usize,
    current: bool,
}

impl Shell {
    /// Loads it in a fixed number of queries. `at` names the entry that is shown: `mine`, `q5`, `dashboard`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(conn: &mut Conn, web: &Web, signed: &Asker, at: &str) -> Result<Self> {
        let actor = &signed.actor;
        let counts = list::counts(conn, &actor.scope)?;
        let recorder = actor.scope.may(InstallationRight::Recorder);
        let queues_and_mail = actor.scope.may(InstallationRight::QueuesAndMail);
        let people = actor.scope.may(InstallationRight::People);
        let may = May {
            admin: recorder || queues_and_mail || people,
            recorder,
            queues_and_mail,
            people,
            export: actor.scope.may(InstallationRight::Export),
        };
        // Whoever looks after mail is told on every page.
        let silent = if queues_and_mail { mailboxes::alarmed(conn)? } else { Vec::new() };
        let names: Vec<&str> = silent.iter().map(|(_, name)| name.as_str()).collect();
        let language = &signed.reader.language;
        let told = match names.as_slice() {
            [] => String::new(),
            names => language.tr_with("mailboxes-alarm", &[("names", &names.join(", "))]),
        };
        let nav = Nav {
            silent: number(i64::try_from(names.len()).unwrap_or(0)),
            all: number(counts.values().map(|count| count.active).sum()),
            us: number(counts.values().map(|count| count.waiting).sum()),
            views: views(conn, signed, at)?,
            mine: number(list::count_mine(conn, actor)?),
            quarantine: if may.recorder {
                number(postmaster::count_quarantined(conn)?)
            } else {
                String::new()
            },
            queues: tree(&queues::all(conn)?, &counts, signed, at),
        };
        let notice = relay_notice(conn, web, signed)?;
        let keys = Map::read(&habits::of(conn, actor.agent.id)?.keys);
        let other = keys.keys().iter().filter(|(key, at)| key.usual != at);
        Ok(Self {
            keymap: other.map(|(key, at)| format!("{}={at}", key.usual)).collect::<Vec<_>>().join(" "),
            map: keys.keys().iter().map(|(key, at)| (key.name, at.clone())).collect(),
            keys: actor.agent.keys_enabled,
            csrf: signed.csrf.clone(),
            me: Face::of_agent(actor.agent.id, &actor.agent.name),
            away_until: actor
                .agent
                .away_until
                .map(|until| until.0)
                .filter(|until| *until > signed.reader.now),
            at: at.to_owned(),
            notice,
            news: news_count(board::unread(conn, actor)?),
            silent: told,
            set_up: set_up(conn, signed, at)?,
            held: held(conn, signed)?,
            did: undo::offers(conn, signed)?,
            may,
            nav,
        })
    }
}

/// The pages that remind of a set-up that was left.
const REMINDING: [&str; 8] =
    ["dashboard", "people", "queues", "mailboxes", "relay", "look", "settings", "diagnostics"];

fn set_up(conn: &mut Conn, signed: &Asker, at: &str) -> Result<String> {
    if !signed.actor.scope.may(InstallationRight::People) || !REMINDING.contains(&at) {
        return Ok(String::new());
    }
    let left = first_steps::load(conn)?.filter(first_steps::Progress::is_left);
    Ok(left.map_or_else(String::new, |progress| {
        let (done, all) = progress.count();
        let values = [("done", &done.to_string()[..]), ("all", &all.to_string())];
        signed.reader.language.tr_with("wizard-notice", &values)
    }))
}

/// Why answers wait, where they do.
fn relay_notice(conn: &mut Conn, web: &Web, signed: &Asker) -> Result<String> {
    let language = &signed.reader.language;
    match settings::relay::standing(conn, &web.config)? {
        settings::relay::Standing::None => return Ok(language.tr("notice-no-relay")),
        settings::relay::Standing::Sealed => return Ok(language.tr("notice-relay-sealed")),
        settings::relay::Standing::Set => {}
    }
    let away = outbox::away(conn, signed.reader.now)?;
    Ok(away.map_or_else(String::new, |away| {
        language.tr_with("notice-relay-away", &[("since", &signed.reader.since(away.since))])
    }))
}

fn held(conn: &mut Conn, signed: &Asker) -> Result<Vec<Held>> {
    let now = signed.reader.now;
    let held = outbox::held_by(conn, &signed.actor, Ts(now))?;
    let view = |held: outbox::Held| Held {
        article: held.article.0,
        ticket: held.ticket,
        // The ring of the toast knows up to ten seconds.
        seconds: held.until.0.duration_since(now).as_secs().clamp(1, 10),
    };
    Ok(held.into_iter().map(view).collect())
}

/// The searches that were put into the sidebar. So many of them are counted: a page waits for them.
fn views(conn: &mut Conn, signed: &Asker, at: &str) -> Result<Vec<NavView>> {
    const COUNTED: usize = 12;
    let moment = signed.reader.moment();
    let mut shown = Vec::new();
    for (place, view) in views::of(conn, &signed.actor)?.into_iter().enumerate() {
        let n = match place < COUNTED {
            true => views::count(conn, &signed.actor, &view, &moment)?.unwrap_or(0),
            false => 0,
        };
        shown.push(NavView {
            id: view.id.0,
            url: super::views::url_of(&view),
            n: if n >= views::COUNTED { format!("{}+", views::COUNTED - 1) } else { number(n) },
            current: at == format!("v{}", view.id),
            team: view.team,
            name: view.name,
        });
    }
    Ok(shown)
}

/// How many notices he has not seen, as the bell says it.
pub fn news_count(n: i64) -> String {
    if n >= board::SHOWN { format!("{}+", board::SHOWN - 1) } else { number(n) }
}

// Zero is quiet: the template shows no counter for an empty text.
fn number(n: i64) -> String {
    if n > 0 { n.to_string() } else { String::new() }
}

// Queues below the ones they belong to, as far as they may be read; a queue without a readable parent stands at the
// top.
fn tree(all: &[Queue], counts: &HashMap<QueueId, Count>, signed: &Asker, at: &str) -> Vec<NavQueue> {
    let readable: Vec<&Queue> = all
        .iter()
        .filter(|queue| signed.actor.scope.in_queue(queue.id).has(Right::Read))
        .filter(|queue| queue.retired_at.is_none() || counts.contains_key(&queue.id))
        .collect();
    let mut rows = Vec::new();
    let top = readable.iter().filter(|queue| !readable.iter().any(|other| Some(other.id) == queue.parent_id));
    for queue in top {
        below(queue, &readable, counts, at, 0, &mut rows);
    }
    rows
}

fn below(
    queue: &Queue,
    all: &[&Queue],
    counts: &HashMap<QueueId, Count>,
    at: &str,
    depth: usize,
    rows: &mut Vec<NavQueue>,
) {
    rows.push(NavQueue {
        id: queue.id.0,
        name: queue.name.clone(),
        url: format!("/tickets?queue={}", queue.id),
        waiting: number(counts.get(&queue.id).map_or(0, |count| count.waiting)),
        depth,
        current: at == format!("q{}", queue.id),
    });
    // A circle of parents, which nothing should make, ends here.
    if depth < 8 {
        for child in all.iter().filter(|child| child.parent_id == Some(queue.id)) {
            below(child, all, counts, at, depth + 1, rows);
        }
    }
}
