//! What a browser is asked: the two dictionaries of WebAuthn, with bytes as base64url.

use serde_json::{Value, json};

use super::{challenges::PATIENCE, key::ALGORITHMS, site::Site};
use crate::people::Agent;

/// Asks for a new passkey of the agent, on no authenticator that has one of `kept`.
pub fn to_make(site: &Site, challenge: &str, agent: &Agent, handle: &str, kept: &[String]) -> Value {
    let algorithms: Vec<Value> =
        ALGORITHMS.iter().map(|number| json!({ "type": "public-key", "alg": number })).collect();
    json!({
        "rp": { "id": site.id, "name": site.id },
        "user": { "id": handle, "name": agent.login, "displayName": agent.name },
        "challenge": challenge,
        "pubKeyCredParams": algorithms,
        "timeout": PATIENCE,
        "excludeCredentials": listed(kept),
        // Kept by the authenticator where it can, so that nobody has to say first who he is.
        "authenticatorSelection": { "residentKey": "preferred", "userVerification": "preferred" },
        "attestation": "none",
    })
}

/// Asks for one of `kept`, or where there is none for any that the authenticator has for us.
pub fn to_show(site: &Site, challenge: &str, kept: &[String], verified: bool) -> Value {
    json!({
        "rpId": site.id,
        "challenge": challenge,
        "timeout": PATIENCE,
        "allowCredentials": listed(kept),
        "userVerification": if verified { "required" } else { "preferred" },
    })
}

fn listed(kept: &[String]) -> Vec<Value> {
    kept.iter().map(|id| json!({ "type": "public-key", "id": id })).collect()
}
