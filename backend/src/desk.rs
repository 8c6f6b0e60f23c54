//! What every part of a running Turnstone is handed: the database, the clock, the settings.

use std::sync::Arc;

use crate::{clock::Clock, config::Config, db::Db, tickets::Moment};

/// A running Turnstone, as its parts see it. Cloning shares it.
#[derive(Clone)]
pub struct Desk {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The settings.
    pub config: Arc<Config>,
}

impl Desk {
    /// This moment, in the installation's zone.
    pub fn moment(&self) -> Moment {
        Moment { now: self.clock.now(), zone: self.config.time_zone.clone() }
    }

    /// How long a worker sleeps when nobody wakes it.
    pub fn poll(&self) -> std::time::Duration {
        std::time::Duration::from_millis(self.config.test.poll_millis.unwrap_or(1_000))
    }
}
