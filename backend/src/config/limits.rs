//! The few limits that an installation may set otherwise; all others are constants.

use jiff::SignedDuration;

const MEGABYTE: usize = 1024 * 1024;

/// Limits of sizes, counts and times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest mail that is taken or sent, in bytes.
    pub mail: usize,
    /// The largest file of a mail that somebody writes here, in bytes.
    pub attachment: usize,
    /// So many automatic answers an address gets within 24 hours.
    pub auto_responses: u16,
    /// So many days a deleted ticket lies in the bin.
    pub bin_days: u16,
    /// So many wrong passwords an account may have within 15 minutes before it must wait.
    pub sign_in_tries: u16,
    /// A session unused for so long is over.
    pub session_idle: SignedDuration,
    /// A session is over after so long in any case.
    pub session_longest: SignedDuration,
    /// Which of them the file or the environment says: no page changes these.
    pub fixed: Fixed,
}

/// Limits that somebody who starts the program said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fixed {
    /// [`Limits::auto_responses`].
    pub auto_responses: bool,
    /// [`Limits::bin_days`].
    pub bin_days: bool,
    /// [`Limits::sign_in_tries`].
    pub sign_in_tries: bool,
    /// [`Limits::session_idle`].
    pub session_idle: bool,
    /// [`Limits::session_longest`].
    pub session_longest: bool,
}

impl Fixed {
    /// All of them.
    pub const ALL: Self = Self {
        auto_responses: true,
        bin_days: true,
        sign_in_tries: true,
        session_idle: true,
        session_longest: true,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            mail: 35 * MEGABYTE,
            attachment: 25 * MEGABYTE,
            auto_responses: 5,
            bin_days: 30,
            sign_in_tries: 5,
            session_idle: SignedDuration::from_hours(8),
            session_longest: SignedDuration::from_hours(7 * 24),
            fixed: Fixed::default(),
        }
    }
}

impl Limits {
    /// A number of megabytes in bytes.
    pub(super) fn megabytes(count: u16) -> usize {
        usize::from(count) * MEGABYTE
    }

    /// A number of bytes in whole megabytes, as people are told it.
    pub fn in_megabytes(bytes: usize) -> usize {
        bytes / MEGABYTE
    }
}
