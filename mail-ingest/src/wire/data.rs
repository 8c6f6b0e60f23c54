//! The end of a mail, and what must not stand in it: a scanner that sees each byte once.

/// Where the scanner stands relative to a line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    LineStart,
    Text,
    /// After a CR.
    Cr,
    /// After a dot at a line's start.
    Dot,
    /// After CR behind such a dot.
    DotCr,
}

/// Unstuffs dots and finds CRLF.CRLF, over chunks of any size.
#[derive(Debug)]
pub(super) struct Scanner {
    state: State,
    /// The mail so far; empty once it was given up.
    mail: Vec<u8>,
    limit: usize,
    /// Bytes of the mail, also those that are not kept.
    size: usize,
    bare: bool,
    keep: bool,
}

/// What became of a chunk.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// Bytes of the chunk that belong to the mail or its end.
    pub(super) consumed: usize,
    /// The mail is complete.
    pub(super) done: bool,
}

/// What the mail turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Mail(Vec<u8>),
    TooLarge,
    /// A bare CR or LF: other servers may see other mails in these bytes.
    BareLineEnd,
    /// It was given up for want of room.
    GivenUp,
}

impl Scanner {
    pub(super) fn new(limit: usize) -> Scanner {
        Scanner { state: State::LineStart, mail: Vec::new(), limit, size: 0, bare: false, keep: true }
    }

    /// Bytes that the mail occupies in memory.
    pub(super) fn held(&self) -> usize {
        self.mail.capacity()
    }

    /// Bytes of the mail so far, kept or not.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Drops what was read; the rest is read for its end only.
    pub(super) fn give_up(&mut self) {
        self.keep = false;
        self.mail = Vec::new();
    }

    pub(super) fn feed(&mut self, chunk: &[u8]) -> Progress {
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            if self.state == State::Text {
                // Most of a mail is text between line ends.
                let length = memchr::memchr2(b'\r', b'\n', &chunk[at..]).unwrap_or(chunk.len() - at);
                self.push(&chunk[at..at + length]);
                at += length;
                if length > 0 {
                    continue;
                }
            }
            at += 1;
            if self.step(byte) {
                return Progress { consumed: at, done: true };
            }
        }
        Progress { consumed: at, done: false }
    }

    /// One byte; `true` at the end of the mail.
    fn step(&mut self, byte: u8) -> bool {
        self.state = match (self.state, byte) {
            (State::LineStart, b'.') => State::Dot,
            (State::Dot, b'\r') => State::DotCr,
            (State::DotCr, b'\n') => return true,
            (State::DotCr, _) => {
                // The dot was stuffing, the CR stands alone.
                self.bare = true;
                self.push(b"\r");
                self.after_bare_cr(byte)
            }
            (State::Cr, b'\n') => {
                self.push(b"\r\n");
                State::LineStart
            }
            (State::Cr, _) => {
                self.bare = true;
                self.push(b"\r");
                self.after_bare_cr(byte)
            }
            (_, b'\r') => State::Cr,
            (_, b'\n') => {
                self.bare = true;
                self.push(b"\n");
                State::Text
            }
            (_, _) => {
                self.push(&[byte]);
                State::Text
            }
        };
        false
    }

    fn after_bare_cr(&mut self, byte: u8) -> State {
        match byte {
            b'\r' => State::Cr,
            _ => {
                self.push(&[byte]);
                State::Text
            }
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.size = self.size.saturating_add(bytes.len());
        if self.size > self.limit {
            self.give_up();
        }
        if self.keep {
            self.mail.extend_from_slice(bytes);
        }
    }

    pub(super) fn finish(self) -> Outcome {
        if self.bare {
            Outcome::BareLineEnd
        } else if self.size > self.limit {
            Outcome::TooLarge
        } else if self.keep {
            Outcome::Mail(self.mail)
        } else {
            Outcome::GivenUp
        }
    }
}
