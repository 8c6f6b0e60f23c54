//! By which ways an agent hears of an event: by mail, at once or gathered, and in the browser.

use diesel::prelude::*;

use crate::{
    db::{AgentId, Conn, Notice, Pace, Tx, schema::notification_ways},
    error::Result,
};

/// How an agent hears of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// When by mail.
    pub mail: Pace,
    /// Whether in the browser.
    pub browser: bool,
}

impl Default for Way {
    fn default() -> Self {
        Self { mail: Pace::Now, browser: true }
    }
}

impl Way {
    /// Whether he hears nothing of it.
    pub fn is_silent(self) -> bool {
        self.mail == Pace::Off && !self.browser
    }
}

/// An agent's ways, of each event in its order.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, agent: AgentId) -> Result<Vec<(Notice, Way)>> {
    let chosen: Vec<(String, Pace, bool)> = notification_ways::table
        .filter(notification_ways::agent_id.eq(agent))
        .select((notification_ways::event, notification_ways::mail, notification_ways::browser))
        .load(conn)?;
    let way = |notice: Notice| {
        let row = chosen.iter().find(|(event, ..)| event == notice.as_str());
        row.map_or_else(Way::default, |(_, mail, browser)| Way { mail: *mail, browser: *browser })
    };
    Ok(Notice::ALL.iter().map(|notice| (*notice, way(*notice))).collect())
}

/// Sets an agent's ways; what is not named is as usual.
///
/// # Errors
/// Those of the database.
pub fn set(tx: &mut Tx<'_>, agent: AgentId, ways: &[(Notice, Way)]) -> Result<()> {
    diesel::delete(notification_ways::table.filter(notification_ways::agent_id.eq(agent)))
        .execute(&mut **tx)?;
    for (notice, way) in ways.iter().filter(|(_, way)| *way != Way::default()) {
        diesel::insert_into(notification_ways::table)
            .values((
                notification_ways::agent_id.eq(agent),
                notification_ways::event.eq(notice.as_str()),
                notification_ways::mail.eq(way.mail),
                notification_ways::browser.eq(way.browser),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// What an agent gets no mail about.
///
/// # Errors
/// Those of the database.
pub fn without_mail(conn: &mut Conn, agent: AgentId) -> Result<Vec<Notice>> {
    let ways = of(conn, agent)?;
    Ok(ways.into_iter().filter(|(_, way)| way.mail == Pace::Off).map(|(notice, _)| notice).collect())
}

/// Switches mail about these events off, and about all others on; a pace that was chosen stays.
///
/// # Errors
/// Those of the database.
pub(super) fn set_without_mail(tx: &mut Tx<'_>, agent: AgentId, off: &[Notice]) -> Result<()> {
    let mut ways = of(tx, agent)?;
    for (notice, way) in &mut ways {
        way.mail = match (off.contains(notice), way.mail) {
            (true, _) => Pace::Off,
            (false, Pace::Off) => Pace::Now,
            (false, pace) => pace,
        };
    }
    set(tx, agent, &ways)
}
