//! Hosts as they are on the wire: letters that look alike tell different places apart only there.

/// The name of the host of an address, in ASCII, where it is written otherwise: `xn--bcher-kva.example` for
/// `https://bücher.example/x`. What is no valid name is spelled out by the numbers of its characters.
pub fn ascii_host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    if host.is_ascii() || host.len() > 1_000 {
        return None;
    }
    Some(idna::domain_to_ascii(host).unwrap_or_else(|_| {
        host.chars()
            .map(|c| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() })
            .collect()
    }))
}
