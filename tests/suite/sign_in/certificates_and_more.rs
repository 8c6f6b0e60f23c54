//! Certificates beside passkeys and apps: who has more to show shows it, and what a proxy tells of proves nothing of now.

use std::net::SocketAddr;

use jiff::SignedDuration;
use serde_json::Value;
use tests::app::TestApp;
use tests::authority::{server, write};
use tests::client::Answer;
use tests::passkey::Authenticator;
use tests::{Authority, Client, Database, Identity, both_databases, free_port};

use super::certificate::{method, proxies, ways};
use crate::people::factor::{secret_on, shown};

const ADMINS: &str = "trust_email = true\n[method.roles]\n\"*\" = [\"Admin\"]\n";
/// What the proxy says.
const HEADERS: &str = "header = \"X-SSL-Client-Cert\"\nverify_header = \"X-SSL-Client-Verify\"\n";
const PEOPLE: &str = "/admin/people/new";

/// An installation that browsers reach by a name, with one way in by certificate; its authority, and where it is.
async fn named(
    database: Database,
    secure: bool,
    more: &str,
) -> (tempfile::TempDir, TestApp, Authority, String) {
    let (home, ca) = (tempfile::tempdir().unwrap(), Authority::new("People"));
    write(home.path(), "ca.pem", &ca.pem());
    write(home.path(), "ca.crl", &ca.list(&[]));
    let text = method(home.path(), &format!("{more}{ADMINS}"));
    let (port, tls) = (free_port(), secure.then(|| server(home.path())));
    let base = format!("{}://localhost:{port}", if secure { "https" } else { "http" });
    let public = base.parse().unwrap();
    let app = TestApp::start_with(database, |config| {
        config.sign_in = ways(&text);
        config.tls = tls;
        config.web_listen = SocketAddr::from(([127, 0, 0, 1], port));
        config.public_url = public;
        config.public_url_is_set = true;
        config.trusted_proxies = if secure { Vec::new() } else { proxies("127.0.0.1/32") };
    })
    .await;
    (home, app, ca, base)
}

/// Signs in with a certificate; where that leads.
async fn by_line(base: &str, identity: &Identity) -> (Client, String) {
    let browser = Client::with_certificate(base, identity);
    let there = browser.get("/login/with/cards?next=%2Fsearch").await.assert(303).location();
    let place = browser.get(&there).await.assert(303).location();
    (browser, place)
}

/// The same through a proxy.
async fn by_proxy(base: &str, identity: &Identity) -> (Client, String) {
    let browser = Client::visitor(base);
    let there = browser.get("/login/with/cards?next=%2Fsearch").await.assert(303).location();
    let request = browser
        .request(reqwest::Method::GET, &there)
        .header("x-ssl-client-cert", identity.escaped())
        .header("x-ssl-client-verify", "SUCCESS");
    let place = browser.send(request).await.assert(303).location();
    (browser, place)
}

async fn asked(browser: &Client, form: &str) -> Value {
    let request = browser.request(reqwest::Method::POST, &format!("{form}/challenge"));
    let request = request.header("X-CSRF-Token", browser.csrf()).header("Accept", "application/json");
    browser.send(request).await.assert(200).json()
}

async fn show(browser: &Client, form: &str, key: &mut Authenticator) -> Answer {
    key.counter += 1;
    let answer = key.show(&asked(browser, form).await);
    browser.submit(form, &[("answer", &answer), ("next", PEOPLE)]).await
}

async fn adds_a_passkey(browser: &Client, base: &str) -> Authenticator {
    let mut key = Authenticator { counter: 1, ..Authenticator::new(base) };
    browser.get("/preferences/factor").await.assert(200);
    let made = key.make(&asked(browser, "/preferences/passkeys").await);
    browser.submit("/preferences/passkeys", &[("answer", &made), ("name", "Blue key")]).await.assert(200);
    key
}

both_databases! {
    async fn a_raise_is_not_made_longer_by_asking_for_it(database) {
        let (_home, app, ca, base) = named(database, true, "listen = \"127.0.0.1:0\"\n").await;
        let (browser, _) = by_line(&base, &ca.person("Dana", "dana@helpdesk.example")).await;
        browser.get(PEOPLE).await.assert(200);
        // She has no password, and shows nothing: ten minutes are ten minutes.
        app.advance(SignedDuration::from_mins(9)).await;
        browser.get("/raise").await.assert(200);
        browser.submit("/raise", &[("current", ""), ("next", PEOPLE)]).await.assert(422);
        app.advance(SignedDuration::from_mins(2)).await;
        assert!(browser.get(PEOPLE).await.assert(303).location().starts_with("/raise"));
    }

    async fn a_passkey_is_the_step_behind_a_certificate_and_raises_in_its_place(database) {
        let (_home, app, ca, base) = named(database, true, "listen = \"127.0.0.1:0\"\n").await;
        let dana = ca.person("Dana", "dana@helpdesk.example");
        let (browser, place) = by_line(&base, &dana).await;
        assert_eq!(place, format!("{base}/search"));
        let mut key = adds_a_passkey(&browser, &base).await;
        // From now on the certificate alone is half a way in.
        let (browser, place) = by_line(&base, &dana).await;
        assert!(place.starts_with(&format!("{base}/login/factor")), "{place}");
        browser.get("/search").await.assert(303);
        browser.get("/login/factor").await.assert(200);
        assert_eq!(show(&browser, "/login/factor/passkey", &mut key).await.assert(303).location(), PEOPLE);
        browser.get(PEOPLE).await.assert(200);
        // Nor is it enough once more: a browser shows it by itself.
        app.advance(SignedDuration::from_mins(11)).await;
        assert!(browser.get(PEOPLE).await.assert(303).location().starts_with("/raise"));
        let page = browser.get("/raise?next=%2Fadmin%2Fpeople%2Fnew").await.assert(200).text();
        assert!(page.contains("action=\"/raise/passkey\"") && !page.contains("/raise/with/cards"), "{page}");
        assert!(!page.contains("name=\"current\""), "she has no password to type: {page}");
        assert!(browser.get("/raise/with/cards").await.assert(303).location().starts_with("/raise?"));
        browser.get(PEOPLE).await.assert(303);
        browser.get("/raise").await.assert(200);
        assert_eq!(show(&browser, "/raise/passkey", &mut key).await.assert(303).location(), PEOPLE);
        browser.get(PEOPLE).await.assert(200);
        // Alone it opens nothing: who is let in elsewhere is asked there first.
        let visitor = Client::with_certificate(&base, &dana);
        visitor.get("/login").await.assert(200);
        assert!(show(&visitor, "/login/passkey", &mut key).await.assert(422).text().contains("the passkey comes second"));
    }

    async fn what_a_proxy_tells_of_raises_nobody(database) {
        let (_home, app, ca, base) = named(database, false, HEADERS).await;
        let dana = ca.person("Dana", "dana@helpdesk.example");
        let (browser, place) = by_proxy(&base, &dana).await;
        assert_eq!(place, format!("{base}/search"));
        // The proxy's line may be hours old: signing in says nothing of now, nor does showing it once more.
        assert!(browser.get(PEOPLE).await.assert(303).location().starts_with("/raise"));
        let page = browser.get("/raise?next=%2Fadmin%2Fpeople%2Fnew").await.assert(200).text();
        assert!(page.contains("Set up a passkey or an app first") && !page.contains("/raise/with/cards"), "{page}");
        assert!(browser.get("/raise/with/cards?next=%2Fadmin").await.assert(303).location().starts_with("/raise?"));
        browser.submit("/raise", &[("current", ""), ("next", "/admin")]).await.assert(422);
        browser.get(PEOPLE).await.assert(303);
        // She has nothing else to show: she sets up the first such thing without.
        browser.get("/preferences/factor").await.assert(200);
        browser.submit("/preferences/factor", &[("current", "")]).await.assert(303);
        let secret = secret_on(&browser.get("/preferences/factor").await.text());
        browser.submit("/preferences/factor/confirmation", &[("code", &shown(&app, &secret, 0))]).await.assert(200);
        // From then on it is asked for.
        assert!(browser.get("/preferences/factor").await.assert(303).location().starts_with("/raise"));
        let page = browser.get("/raise").await.assert(200).text();
        assert!(page.contains("name=\"code\"") && !page.contains("Set up a passkey"), "{page}");
        app.advance(SignedDuration::from_secs(60)).await;
        browser.submit("/raise", &[("code", &shown(&app, &secret, 0)), ("next", PEOPLE)]).await.assert(303);
        browser.get(PEOPLE).await.assert(200);
        // Behind it the second step shows who is there, and the session is raised.
        let (browser, place) = by_proxy(&base, &dana).await;
        assert!(place.starts_with(&format!("{base}/login/factor")), "{place}");
        app.advance(SignedDuration::from_secs(60)).await;
        browser.get("/login/factor").await.assert(200);
        browser.submit("/login/factor", &[("code", &shown(&app, &secret, 0)), ("next", PEOPLE)]).await.assert(303);
        browser.get(PEOPLE).await.assert(200);
    }

    async fn a_passkey_is_set_up_by_whoever_comes_through_a_proxy_and_has_nothing_else(database) {
        let (_home, _app, ca, base) = named(database, false, HEADERS).await;
        let (browser, _) = by_proxy(&base, &ca.person("Dana", "dana@helpdesk.example")).await;
        let mut key = adds_a_passkey(&browser, &base).await;
        // The next one is asked for with the first.
        let request = browser.request(reqwest::Method::POST, "/preferences/passkeys/challenge");
        let said = browser.send(request.header("X-CSRF-Token", browser.csrf())).await;
        assert!(said.assert(303).location().starts_with("/raise?"), "{}", said.location());
        browser.get("/raise").await.assert(200);
        show(&browser, "/raise/passkey", &mut key).await.assert(303);
        browser.get(PEOPLE).await.assert(200);
    }
}
