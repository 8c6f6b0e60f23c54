//! Which settings a page changes, and what each may be.

use crate::error::{Error, Result, say};

/// A setting that is a number and can be changed while the server runs.
#[derive(Clone, Copy, Debug)]
pub struct Changeable {
    /// Its name, as in the settings file, in capitals.
    pub key: &'static str,
    /// The least and the most that makes sense.
    pub bounds: (u32, u32),
}

const fn number(key: &'static str, least: u32, most: u32) -> Changeable {
    Changeable { key, bounds: (least, most) }
}

/// All of them. Those that a start needs, such as addresses and the database, are for the file alone.
pub const CHANGEABLE: &[Changeable] = &[
    number("MAIL_RETENTION_DAYS", 1, 36_500),
    number("BIN_DAYS", 1, 3_650),
    number("AUTO_RESPONSES_PER_DAY", 1, 1_000),
    number("SIGN_IN_TRIES", 1, 50),
    number("SESSION_IDLE_MINUTES", 5, 10_080),
    number("SESSION_HOURS", 1, 8_784),
];

impl Changeable {
    /// The value as it is kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] at the setting's name.
    pub(super) fn check(&self, value: &str) -> Result<String> {
        let (least, most) = self.bounds;
        match value.trim().parse::<u32>() {
            Ok(number) if (least..=most).contains(&number) => Ok(number.to_string()),
            _ => Err(Error::invalid(self.key, say!("refused-setting-number", least = least, most = most))),
        }
    }
}
