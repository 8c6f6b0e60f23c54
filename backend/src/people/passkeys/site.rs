//! The site that passkeys are made for, as browsers know it: they show them to no other.

use url::Host;

use crate::config::Config;

/// Our address, where browsers make passkeys for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The name of the host ("RP ID"): what a passkey belongs to for good.
    pub id: String,
    /// Scheme, host and port, as browsers write them.
    pub origin: String,
}

impl Site {
    /// The site of `public_url`. `None` where browsers would refuse: passkeys need HTTPS and a name, save that plain HTTP is
    /// good enough for `localhost`; an address of numbers never is.
    pub fn of(config: &Config) -> Option<Self> {
        let url = &config.public_url;
        let Some(Host::Domain(name)) = url.host() else { return None };
        let safe = url.scheme() == "https" || name == "localhost" || name.ends_with(".localhost");
        safe.then(|| Self { id: name.to_owned(), origin: url.origin().ascii_serialization() })
    }
}
