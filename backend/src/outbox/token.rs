//! The envelope's sender of a person's mail: the queue's address with a token behind a `+`, so that a report that
//! names no Message-ID still finds the mail that came back. The token is the random part of the Message-ID: whoever
//! has it has that mail.

/// What stands before the token.
const MARK: &str = "+b-";
/// The longest local part (RFC 5321, 4.5.3.1.1).
const LONGEST: usize = 64;
/// Hexadecimal digits of a token.
const DIGITS: usize = 32;

/// The address to which reports about the mail with this id go; the plain one where no token fits.
pub(crate) fn sender(address: &str, message_id: &str) -> String {
    let (Some((local, domain)), Some((token, _))) = (address.rsplit_once('@'), message_id.split_once('@'))
    else {
        return address.to_owned();
    };
    if is_one(local)
        || local.starts_with('"')
        || local.len() + MARK.len() + token.len() > LONGEST
        || !is_token(token)
    {
        return address.to_owned();
    }
    format!("{local}{MARK}{token}@{domain}")
}

/// The id of the mail to whose envelope sender this address belongs.
pub(crate) fn message_id(address: &str) -> Option<String> {
    let address = mail_ingest::address::normalise(address)?;
    let (local, domain) = address.rsplit_once('@')?;
    let (_, token) = local.rsplit_once(MARK)?;
    is_token(token).then(|| format!("{token}@{domain}"))
}

/// Whether a local part carries a token already.
fn is_one(local: &str) -> bool {
    local.rsplit_once(MARK).is_some_and(|(_, token)| is_token(token))
}

fn is_token(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
