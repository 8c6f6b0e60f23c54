//! Every limit of this crate in one place (SECURITY: mails are hostile; count, depth, length and time are bounded).
//! What exceeds a limit is cut and noted, never refused: the raw mail is kept elsewhere.

/// Bytes of one header block that are read; the rest of it is skipped.
pub const HEADER_BLOCK: usize = 256 * 1024;
/// Bytes of one header field that are kept.
pub const HEADER_FIELD: usize = 64 * 1024;
/// Header fields of one block that are kept.
pub const HEADER_COUNT: usize = 2_000;
/// Nesting of multiparts that is followed.
pub const DEPTH: usize = 50;
/// MIME parts of one mail that are read.
pub const PARTS: usize = 1_000;
/// Addresses that are kept over all fields of one mail.
pub const ADDRESSES: usize = 200;
/// Attachments that are kept per mail.
pub const ATTACHMENTS: usize = 200;
/// Ids kept of References and In-Reply-To: the first and the last ones.
pub const REFERENCES: usize = 100;
/// Characters of a subject that are kept.
pub const SUBJECT: usize = 2_000;
/// Bytes of readable text that are kept.
pub const TEXT: usize = 1_000_000;
/// Bytes of HTML that are kept, cleaned or turned into text.
pub const HTML: usize = 1_000_000;
/// Nesting of HTML elements that reaches the sanitiser, which is quadratic in it.
pub const HTML_DEPTH: usize = 100;
/// HTML elements of one mail that are kept.
pub const HTML_ELEMENTS: usize = 50_000;
/// Bytes of a file name that are kept.
pub const NAME: usize = 180;
/// Characters of a display name that are kept.
pub const DISPLAY_NAME: usize = 500;
/// Bytes of an address that are kept (RFC 5321 allows a path of 256).
pub const ADDRESS: usize = 320;
/// Notes about repairs that are kept per mail.
pub const NOTES: usize = 50;
