//! Addresses as lettre takes them.

use lettre::Address;

/// An address that mail can go to: one that the grammar has, or one that its provider gave out all the same (two dots in a
/// row, a local part longer than 64 characters), as whoever wrote to us with it reads his mail there. Nothing in it can end
/// a line, a pair of brackets or a quotation.
///
/// # Errors
/// Why mail cannot go there.
pub(super) fn for_lettre(address: &str) -> Result<Address, String> {
    let refused = match address.parse::<Address>() {
        Ok(parsed) => return Ok(parsed),
        Err(error) => error.to_string(),
    };
    let local = address.rsplit_once('@').map(|(local, _)| local);
    let domain = mail_ingest::address::normalise(address);
    let domain = domain.as_deref().and_then(|whole| whole.rsplit_once('@')).map(|(_, domain)| domain);
    match (local, domain) {
        (Some(local), Some(domain)) if !local.contains(['"', '\\', '<', '>']) => {
            Ok(Address::new_dangerous(local, domain))
        }
        _ => Err(refused),
    }
}
