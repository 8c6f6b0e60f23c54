//! People show a certificate, of an authority of the tests' own; and others show what is none.

use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use rcgen::ExtendedKeyUsagePurpose;
use serde_json::json;
use tempfile::TempDir;
use tests::app::TestApp;
use tests::authority::{server, write};
use tests::binary::PASSWORD;
use tests::client::Answer;
use tests::{Authority, Client, Database, Identity, both_databases};
use turnstone::config::sign_in::read;
use turnstone::config::{IpNet, SignIn};

use super::agent;
use crate::people::factor::{secret_on, shown};

/// What a certificate of the helpdesk gives.
const ROLES: &str = "[method.roles]\n\"OU=Helpdesk\" = [\"Agent\"]\n";
/// People may become agents by the addresses in their certificates.
pub const TRUSTED: &str = "trust_email = true\n[method.roles]\n\"OU=Helpdesk\" = [\"Agent\"]\n";

/// What a proxy says.
type Headers = Vec<(&'static str, String)>;

/// An installation with a listener that asks for certificates.
pub struct House {
    /// Where its authority's files lie.
    pub home: TempDir,
    /// The installation.
    pub app: TestApp,
    /// Whose certificates it believes.
    pub ca: Authority,
}

/// A method whose authority and list lie in this directory.
pub fn method(home: &Path, more: &str) -> String {
    let home = home.display();
    format!(
        "[[method]]\nkind = \"certificate\"\nid = \"cards\"\nca = \"{home}/ca.pem\"\ncrl = \"{home}/ca.crl\"\n{more}"
    )
}

pub fn ways(text: &str) -> SignIn {
    read(text, Path::new("/")).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

impl House {
    /// With a fresh list that revokes nobody.
    pub async fn new(database: Database, more: &str) -> Self {
        let ca = Authority::new("People");
        Self::with(database, &ca.list(&[]), more, ca).await
    }

    /// With this list.
    pub async fn with(database: Database, list: &str, more: &str, ca: Authority) -> Self {
        let home = tempfile::tempdir().unwrap();
        write(home.path(), "ca.pem", &ca.pem());
        write(home.path(), "ca.crl", list);
        let text = method(home.path(), &format!("listen = \"127.0.0.1:0\"\n{more}"));
        let tls = server(home.path());
        let app = TestApp::start_with(database, |config| {
            config.sign_in = ways(&text);
            config.tls = Some(tls);
        })
        .await;
        Self { home, app, ca }
    }

    /// Its list of today.
    pub fn revokes(&self, list: &str) {
        write(self.home.path(), "ca.crl", list);
    }

    /// There, with or without a certificate.
    pub async fn shows(&self, identity: Option<&Identity>) -> (Client, Answer) {
        shows(&self.app, identity).await
    }

    /// Comes in.
    pub async fn comes_in(&self, identity: &Identity) -> Client {
        let (visitor, answer) = self.shows(Some(identity)).await;
        answer.assert(303);
        assert_eq!(answer.location(), format!("{}/search", self.app.base()));
        visitor.get("/search").await.assert(200);
        visitor
    }

    /// He goes as he came, and reads why.
    pub async fn stays_out(&self, identity: Option<&Identity>, word: &str, sentence: &str) {
        let (visitor, answer) = self.shows(identity).await;
        is_told(&self.app, &visitor, &answer, word, sentence).await;
        // Nobody waits in the next test of the same address.
        self.app.advance(SignedDuration::from_mins(16)).await;
    }

    /// The command line with the same ways in.
    fn command(&self, more: &str, arguments: &[&str]) -> String {
        let text = method(self.home.path(), &format!("listen = \"127.0.0.1:0\"\n{more}"));
        let file = write(self.home.path(), "sign-in.toml", &text);
        let tls = server(self.home.path());
        let output = self
            .app
            .settings
            .command(arguments)
            .env("TURNSTONE_PUBLIC_URL", "https://help.example")
            .env("TURNSTONE_SIGN_IN_FILE", file)
            .env("TURNSTONE_TLS_CERT", tls.cert)
            .env("TURNSTONE_TLS_KEY", tls.key)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    }
}

async fn shows(app: &TestApp, identity: Option<&Identity>) -> (Client, Answer) {
    let visitor = match identity {
        Some(identity) => Client::with_certificate(&app.base(), identity),
        None => app.visitor(),
    };
    let there = visitor.get("/login/with/cards?next=%2Fsearch").await;
    there.assert(303);
    let answer = visitor.get(&there.location()).await;
    (visitor, answer)
}

async fn is_told(app: &TestApp, visitor: &Client, answer: &Answer, word: &str, sentence: &str) {
    let place = answer.assert(303).location();
    assert!(place.starts_with(&format!("{}/login?refused={word}", app.base())), "{word}: {place}");
    let page = visitor.get(&place).await;
    assert!((422..=503).contains(&page.status.as_u16()), "{}", page.status);
    assert!(page.text().contains(sentence), "{word}: {}", page.text());
    let answer = visitor.get("/search").await;
    assert!(answer.assert(303).location().contains("/login"), "{word}");
}

pub fn proxies(text: &str) -> Vec<IpNet> {
    vec![text.parse().unwrap()]
}

both_databases! {
    async fn whoever_shows_a_good_certificate_comes_in(database) {
        let house = House::new(database, TRUSTED).await;
        let page = house.app.visitor().get("/login?next=%2Fsearch").await.assert(200).text();
        assert!(page.contains("Sign in with a certificate") && page.contains("/login/with/cards?next=%2Fsearch"), "{page}");
        let dana = house.ca.person("Dana King", "Dana@Helpdesk.example");
        house.comes_in(&dana).await;
        let made = agent(&house.app, "dana@helpdesk.example").await.expect("an agent");
        assert_eq!((&made["name"], &made["email"], &made["roles"]), (&json!("Dana King"), &json!("dana@helpdesk.example"), &json!(["Agent"])));
        // The next certificate, and another name in it: the same person, who is called here as before.
        house.comes_in(&house.ca.person("KING DANA 4711", "dana@helpdesk.example")).await;
        let same = agent(&house.app, "dana@helpdesk.example").await.unwrap();
        assert_eq!((&same["id"], &same["name"]), (&made["id"], &json!("Dana King")));
        assert_eq!(house.app.root.get("/api/v1/agents").await.items().len(), 2);
        let rows = house.app.root.get("/api/v1/audit?kind=sign_in").await.items();
        assert!(rows[0]["detail"].as_str().is_some_and(|text| text.ends_with("by cards")), "{:?}", rows[0]);
        // A password that is kept here opens as before.
        house.app.visitor().sign_in("root", PASSWORD).await;
    }

    async fn what_is_no_proof_is_said_in_words_and_lets_nobody_in(database) {
        let house = House::new(database, TRUSTED).await;
        let (ca, at) = (&house.ca, "dana@helpdesk.example");
        let revoked = ca.person("Dana", at);
        house.revokes(&ca.list(&[&revoked]));
        // Of the same name as ours, with another key.
        let other = Authority::new("People");
        house.stays_out(None, "none", "showed no certificate").await;
        house.stays_out(Some(&other.person("Dana", at)), "untrusted", "an authority that does not count here").await;
        house.stays_out(Some(&ca.person_between("Dana", at, -20, -2)), "expired", "Your certificate is over").await;
        house.stays_out(Some(&ca.person_between("Dana", at, 3, 20)), "early", "not valid yet").await;
        house.stays_out(Some(&revoked), "revoked", "has been revoked").await;
        for usages in [vec![], vec![ExtendedKeyUsagePurpose::ServerAuth], vec![ExtendedKeyUsagePurpose::EmailProtection]] {
            let wrong = ca.person_with("Dana", at, |params| params.extended_key_usages = usages);
            house.stays_out(Some(&wrong), "purpose", "not made for signing in").await;
        }
        house.stays_out(Some(&ca.person("Dana", "")), "nameless", "does not say who you are").await;
        let foreign = ca.person_with("Dana", at, |params| {
            params.distinguished_name.push(rcgen::DnType::OrganizationalUnitName, "Sales");
        });
        house.stays_out(Some(&foreign), "no-account", "no account here yet").await;
        assert_eq!(house.app.root.get("/api/v1/agents").await.items().len(), 1);
        house.comes_in(&ca.person("Dana", at)).await;
        // Whoever shows none guesses at nothing; the others are written down.
        let rows = house.app.root.get("/api/v1/audit?kind=sign_in_failed").await.items();
        assert_eq!(rows.len(), 9, "{rows:?}");
    }

    async fn guessing_with_certificates_is_slowed_down(database) {
        let house = House::new(database, TRUSTED).await;
        let other = Authority::new("Others").person("Dana", "dana@helpdesk.example");
        for _ in 0..house.app.desk().config.limits.sign_in_tries * 10 {
            let (_, answer) = house.shows(Some(&other)).await;
            if answer.location().contains("refused=slow") {
                let page = house.app.visitor().get(&answer.location()).await;
                assert!(page.assert(429).text().contains("Too many tries"), "{}", page.text());
                return;
            }
        }
        panic!("nobody had to wait");
    }

    async fn an_address_ties_nobody_whose_authority_does_not_look_at_it(database) {
        let house = House::new(database, ROLES).await;
        house.app.agent("dana", &["Agent"]).await;
        let card = house.ca.person("dana", "dana@helpdesk.example");
        house.stays_out(Some(&card), "not-tied", "could not be found for certain").await;
        let file = write(house.home.path(), "dana.pem", &card.certificate);
        let said = house.command(ROLES, &["certificate", "test", file.to_str().unwrap()]);
        let subject = said.lines().find_map(|line| line.strip_prefix("known as    ")).unwrap();
        assert!(subject.starts_with("email=dana@helpdesk.example by O=Company\\, Inc., CN=People ("), "{said}");
        for words in ["CN=dana", "believed    yes", "roles       Agent", "agent       none"] {
            assert!(said.contains(words), "{words}: {said}");
        }
        let said = house.command(ROLES, &["agent", "link", "--login", "dana", "--method", "cards", "--subject", subject]);
        assert!(said.contains("dana is tied to cards"), "{said}");
        house.comes_in(&card).await;
        assert!(house.command(ROLES, &["certificate", "test", file.to_str().unwrap()]).contains("agent       dana"));
        // Her name and address here are hers.
        assert_eq!(agent(&house.app, "dana").await.unwrap()["name"], "Dana Agent");
        let said = house.command(ROLES, &["agent", "unlink", "--login", "dana", "--method", "cards"]);
        assert!(said.contains("no longer tied"), "{said}");
        house.stays_out(Some(&card), "not-tied", "could not be found for certain").await;
    }

    async fn an_administrator_s_address_opens_nothing_of_his(database) {
        let house = House::new(database, TRUSTED).await;
        house.stays_out(Some(&house.ca.person("Root", "root@helpdesk.example")), "not-tied", "could not be found for certain").await;
    }

    async fn another_authority_s_person_of_that_name_is_somebody_else(database) {
        let house = House::new(database, &format!("person = \"cn\"\n{TRUSTED}")).await;
        let second = Authority::new("Guests");
        write(house.home.path(), "ca.pem", &format!("{}{}", house.ca.pem(), second.pem()));
        house.revokes(&format!("{}{}", house.ca.list(&[]), second.list(&[])));
        house.comes_in(&house.ca.person("dana", "dana@helpdesk.example")).await;
        house.comes_in(&second.person("dana", "guest@helpdesk.example")).await;
        let names: Vec<_> = house.app.root.get("/api/v1/agents").await.items();
        assert_eq!(names.len(), 3, "{names:?}");
        // Nor does she come in by the first one's address.
        let house_agent = agent(&house.app, "dana").await.unwrap();
        assert_eq!(house_agent["email"], "dana@helpdesk.example");
    }

    async fn whoever_is_shut_out_here_stays_out(database) {
        let house = House::new(database, TRUSTED).await;
        let card = house.ca.person("Dana", "dana@helpdesk.example");
        house.comes_in(&card).await;
        let id = agent(&house.app, "dana@helpdesk.example").await.unwrap()["id"].as_str().unwrap().to_owned();
        let over = (house.app.clock.now() + SignedDuration::from_hours(1)).to_string();
        house.app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "expires_at": over })).await.assert(200);
        house.app.advance(SignedDuration::from_hours(2)).await;
        house.stays_out(Some(&card), "shut", "Your account here is closed").await;
        let later = (house.app.clock.now() + SignedDuration::from_hours(9)).to_string();
        house.app.root.patch(&format!("/api/v1/agents/{id}"), json!({ "expires_at": later })).await.assert(200);
        house.comes_in(&card).await;
        house.app.settings.must(&["agent", "disable", "--login", "dana@helpdesk.example"], "");
        house.stays_out(Some(&card), "shut", "Your account here is closed").await;
    }

    async fn a_new_list_counts_at_once_and_half_a_one_leaves_the_last_in_force(database) {
        let house = House::new(database, TRUSTED).await;
        let (dana, emil) = (house.ca.person("Dana", "dana@helpdesk.example"), house.ca.person("Emil", "emil@helpdesk.example"));
        // The same browser, on a line that is open already.
        let visitor = house.comes_in(&dana).await;
        let whole = house.ca.list(&[&dana]);
        house.revokes(&whole);
        let there = visitor.get("/login/with/cards").await;
        let answer = visitor.get(&there.location()).await;
        assert!(answer.location().contains("refused=revoked"), "{}", answer.location());
        house.app.advance(SignedDuration::from_mins(16)).await;
        for part in [&whole[..whole.len() / 2], "", "no list at all", &house.ca.pem()] {
            house.revokes(part);
            house.stays_out(Some(&dana), "revoked", "has been revoked").await;
            house.comes_in(&emil).await;
        }
        std::fs::remove_file(house.home.path().join("ca.crl")).unwrap();
        house.stays_out(Some(&dana), "revoked", "has been revoked").await;
        house.revokes(&house.ca.list(&[&emil]));
        house.stays_out(Some(&emil), "revoked", "has been revoked").await;
        house.comes_in(&dana).await;
    }

    async fn an_old_list_or_none_shuts_the_way_by_certificate_and_no_other(database) {
        let ca = Authority::new("People");
        let (old, dana) = (ca.list_between(&[], -30, -1), ca.person("Dana", "dana@helpdesk.example"));
        let house = House::with(database, &old, TRUSTED, ca).await;
        house.stays_out(Some(&dana), "list", "nobody can say whether certificates were revoked").await;
        house.app.visitor().sign_in("root", PASSWORD).await;
        let rows = house.app.root.get("/api/v1/audit?kind=sign_in_failed").await.items();
        assert!(rows.is_empty(), "a fault of the house is nobody's guess: {rows:?}");
        // Another authority's list says nothing of ours; nor does half a list from the beginning.
        let other = Authority::new("Others").list(&[]);
        for list in [&other, &house.ca.list(&[])[..200]] {
            house.revokes(list);
            house.stays_out(Some(&dana), "list", "nobody can say").await;
        }
        house.revokes(&house.ca.list(&[]));
        house.comes_in(&dana).await;
        let ca = Authority::new("People");
        let (old, dana) = (ca.list_between(&[], -30, -1), ca.person("Dana", "dana@helpdesk.example"));
        let house = House::with(database, &old, &format!("accept_expired_crl = true\n{TRUSTED}"), ca).await;
        house.comes_in(&dana).await;
    }

    async fn an_authority_ends_as_well_and_one_below_it_counts(database) {
        let ca = Authority::ending("People", 30);
        let list = ca.list_between(&[], -1, 300);
        let below = ca.below("Cards");
        let house = House::with(database, &format!("{list}{}", below.list_between(&[], -1, 300)), TRUSTED, ca).await;
        let mut dana = below.person("Dana", "dana@helpdesk.example");
        house.stays_out(Some(&dana), "untrusted", "does not count here").await;
        dana.certificate.push_str(&below.pem());
        house.comes_in(&dana).await;
        house.app.advance(SignedDuration::from_hours(24 * 31)).await;
        house.stays_out(Some(&dana), "list", "nobody can say").await;
        write(house.home.path(), "ca.pem", &below.pem());
        house.comes_in(&dana).await;
    }

    async fn the_listener_that_asks_has_nothing_else(database) {
        let house = House::new(database, TRUSTED).await;
        let visitor = house.app.visitor();
        let there = visitor.get("/login/with/cards").await.location();
        let asking = there.split("/login").next().unwrap().to_owned();
        assert_ne!(asking, house.app.base());
        for path in ["/tickets?q=a", "/login", "/api/v1/tickets", "/metrics", "//evil.example/x"] {
            let answer = visitor.get(&format!("{asking}{path}")).await;
            assert!(answer.assert(303).location().starts_with(&house.app.base()), "{path}: {}", answer.location());
        }
        let form = visitor.request(reqwest::Method::POST, &format!("{asking}/login")).form(&[("login", "root"), ("password", PASSWORD)]);
        visitor.send(form).await.assert(303);
        visitor.get("/search").await.assert(303);
        // At the pages' own address nobody is asked for a certificate.
        let dana = Client::with_certificate(&house.app.base(), &house.ca.person("Dana", "dana@helpdesk.example"));
        let there = dana.get("/login/with/cards").await.location();
        let answer = dana.get(&there.replace(&asking, &house.app.base())).await;
        assert!(answer.location().contains("refused=none"), "{}", answer.location());
    }

    async fn an_errand_is_of_one_browser_and_comes_once(database) {
        let house = House::new(database, TRUSTED).await;
        let dana = Client::with_certificate(&house.app.base(), &house.ca.person("Dana", "dana@helpdesk.example"));
        let there = dana.get("/login/with/cards").await.location();
        let emil = Client::with_certificate(&house.app.base(), &house.ca.person("Emil", "emil@helpdesk.example"));
        for (who, address) in [(&emil, there.clone()), (&dana, there.replace("state=", "state=x"))] {
            let answer = who.get(&address).await;
            assert!(answer.location().contains("refused=errand"), "{}", answer.location());
        }
        let there = dana.get("/login/with/cards").await.location();
        dana.get(&there).await.assert(303);
        dana.get("/search").await.assert(200);
        assert!(dana.get(&there).await.location().contains("refused=errand"));
        let there = dana.get("/login/with/cards").await.location();
        house.app.advance(SignedDuration::from_mins(16)).await;
        assert!(dana.get(&there).await.location().contains("refused=errand"));
    }

    async fn a_role_that_asks_for_a_second_factor_asks_here_as_well(database) {
        let house = House::new(database, TRUSTED).await;
        house.app.settings.must(&["role", "factor", "--name", "Agent", "--required", "yes"], "");
        let (visitor, answer) = house.shows(Some(&house.ca.person("Dana", "dana@helpdesk.example"))).await;
        assert!(answer.assert(303).location().starts_with(&format!("{}/login/enrolment", house.app.base())), "{}", answer.location());
        visitor.get("/tickets").await.assert(303);
    }

    async fn whoever_has_no_password_shows_it_once_more_before_dangerous_pages(database) {
        let roles = "trust_email = true\n[method.roles]\n\"*\" = [\"Admin\"]\n";
        let house = House::new(database, roles).await;
        let dana = house.comes_in(&house.ca.person("Dana", "dana@helpdesk.example")).await;
        house.app.advance(SignedDuration::from_mins(11)).await;
        assert!(dana.get("/admin/people/new").await.assert(303).location().starts_with("/raise"));
        let page = dana.get("/raise?next=%2Fadmin%2Fpeople%2Fnew").await;
        assert!(page.assert(200).text().contains("Confirm with your certificate"), "{}", page.text());
        let there = dana.get("/raise/with/cards?next=%2Fadmin%2Fpeople%2Fnew").await.assert(303).location();
        // The line of before has ended; this one proves the key anew.
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let answer = dana.get(&there).await;
        assert_eq!(answer.assert(303).location(), format!("{}/admin/people/new", house.app.base()));
        dana.get("/admin/people/new").await.assert(200);
    }

    async fn a_raise_is_not_made_longer_by_asking_for_it(database) {
        let roles = "trust_email = true\n[method.roles]\n\"*\" = [\"Admin\"]\n";
        let house = House::new(database, roles).await;
        let dana = house.comes_in(&house.ca.person("Dana", "dana@helpdesk.example")).await;
        dana.get("/admin/people/new").await.assert(200);
        // She has no password, and shows nothing: ten minutes are ten minutes.
        house.app.advance(SignedDuration::from_mins(9)).await;
        dana.get("/raise").await.assert(200);
        dana.submit("/raise", &[("current", ""), ("next", "/admin/people/new")]).await.assert(422);
        house.app.advance(SignedDuration::from_mins(2)).await;
        assert!(dana.get("/admin/people/new").await.assert(303).location().starts_with("/raise"));
    }

    async fn a_trusted_proxy_tells_of_certificates_and_nobody_else(database) {
        let home = tempfile::tempdir().unwrap();
        let ca = Authority::new("People");
        let (dana, revoked) = (ca.person("Dana", "dana@helpdesk.example"), ca.person("Emil", "emil@helpdesk.example"));
        write(home.path(), "ca.pem", &ca.pem());
        write(home.path(), "ca.crl", &ca.list(&[&revoked]));
        let headers = "header = \"X-SSL-Client-Cert\"\nverify_header = \"X-SSL-Client-Verify\"\n";
        let text = method(home.path(), &format!("{headers}{TRUSTED}"));
        let plain = dana.certificate.replace('\n', " ");
        let bare: String = dana.certificate.lines().filter(|line| !line.starts_with('-')).collect();
        let stranger = Authority::new("People").person("Dana", "dana@helpdesk.example");
        let told: [(&str, Headers, &str); 11] = [
            ("nginx", vec![("x-ssl-client-cert", dana.escaped()), ("x-ssl-client-verify", "SUCCESS".into())], "/search"),
            ("apache", vec![("x-ssl-client-cert", plain), ("x-ssl-client-verify", "SUCCESS".into())], "/search"),
            ("haproxy", vec![("x-ssl-client-cert", bare), ("x-ssl-client-verify", "SUCCESS".into())], "/search"),
            ("none", vec![("x-ssl-client-cert", String::new()), ("x-ssl-client-verify", "NONE".into())], "refused=none"),
            ("nothing", vec![], "refused=none"),
            ("failed", vec![("x-ssl-client-cert", dana.escaped()), ("x-ssl-client-verify", "FAILED:self-signed".into())], "refused=untrusted"),
            ("no word", vec![("x-ssl-client-cert", dana.escaped())], "refused=untrusted"),
            ("revoked", vec![("x-ssl-client-cert", revoked.escaped()), ("x-ssl-client-verify", "SUCCESS".into())], "refused=revoked"),
            ("another authority", vec![("x-ssl-client-cert", stranger.escaped()), ("x-ssl-client-verify", "SUCCESS".into())], "refused=untrusted"),
            ("twice", vec![("x-ssl-client-cert", revoked.escaped()), ("x-ssl-client-cert", dana.escaped()), ("x-ssl-client-verify", "SUCCESS".into())], "refused=untrusted"),
            ("nonsense", vec![("x-ssl-client-cert", "%zz".into()), ("x-ssl-client-verify", "SUCCESS".into())], "refused=untrusted"),
        ];
        let (trusted, ways_in) = (proxies("127.0.0.1/32"), ways(&text));
        let app = TestApp::start_with(database, |config| {
            config.sign_in = ways_in;
            config.trusted_proxies = trusted;
        }).await;
        for (name, headers, expected) in &told {
            let answer = by_proxy(&app, headers).await;
            assert!(answer.assert(303).location().contains(expected), "{name}: {}", answer.location());
            app.advance(SignedDuration::from_mins(16)).await;
        }
        // From anywhere else it is worth nothing.
        let ways_in = ways(&text);
        let app = TestApp::start_with(database, |config| {
            config.sign_in = ways_in;
            config.trusted_proxies = proxies("192.0.2.0/24");
        }).await;
        let answer = by_proxy(&app, &told[0].1).await;
        assert!(answer.location().contains("refused=untrusted"), "{}", answer.location());
        assert_eq!(app.root.get("/api/v1/agents").await.items().len(), 1);
        let rows = app.root.get("/api/v1/audit?kind=sign_in_failed").await.items();
        assert_eq!(rows.len(), 1, "{rows:?}");
    }

    async fn a_proxy_s_header_is_nothing_at_our_own_listener(database) {
        let house = House::new(database, TRUSTED).await;
        let dana = house.ca.person("Dana", "dana@helpdesk.example");
        // Both ways in are there, and this machine is a trusted proxy.
        let (home, tls) = (house.home.path(), server(house.home.path()));
        let headers = "header = \"X-SSL-Client-Cert\"\nverify_header = \"X-SSL-Client-Verify\"\n";
        let text = method(home, &format!("listen = \"127.0.0.1:0\"\n{TRUSTED}")) + &method(home, &format!("{headers}{TRUSTED}")).replace("\"cards\"", "\"proxied\"");
        let app = TestApp::start_with(database, |config| {
            config.sign_in = ways(&text);
            config.tls = Some(tls);
            config.trusted_proxies = proxies("127.0.0.1/32");
        }).await;
        let visitor = app.visitor();
        let asking = visitor.get("/login/with/cards").await.location();
        let asking = asking.split("/login").next().unwrap().to_owned();
        for id in ["cards", "proxied"] {
            let there = visitor.get(&format!("/login/with/{id}")).await.location();
            let state = there.split_once('?').unwrap().1.to_owned();
            let request = visitor.request(reqwest::Method::GET, &format!("{asking}/login/with/{id}/callback?{state}"))
                .header("x-ssl-client-cert", dana.escaped()).header("x-ssl-client-verify", "SUCCESS");
            let place = visitor.send(request).await.location();
            assert!(place.contains("refused=none") || place.contains("refused=untrusted"), "{id}: {place}");
            visitor.get("/search").await.assert(303);
        }
        // A listener's certificate is none for another way in.
        let shown = Client::with_certificate(&app.base(), &dana);
        let there = shown.get("/login/with/proxied").await.location();
        let state = there.split_once('?').unwrap().1.to_owned();
        let place = shown.get(&format!("{asking}/login/with/proxied/callback?{state}")).await.location();
        assert!(place.contains("refused=none"), "{place}");
    }

    async fn of_several_lists_the_newest_counts_and_none_goes_back(database) {
        let house = House::new(database, TRUSTED).await;
        let dana = house.ca.person("Dana", "dana@helpdesk.example");
        house.comes_in(&dana).await;
        let (old, new) = (house.ca.list_between(&[], -5, 30), house.ca.list_between(&[&dana], -1, 30));
        for both in [format!("{old}{new}"), format!("{new}{old}"), old] {
            house.revokes(&both);
            house.stays_out(Some(&dana), "revoked", "has been revoked").await;
        }
    }

    async fn an_authority_below_another_is_believed_no_longer_than_that_one_says(database) {
        let ca = Authority::new("Root");
        let below = ca.below("People");
        let lists = format!("{}{}", ca.list(&[]), below.list(&[]));
        let house = House::with(database, &lists, TRUSTED, ca).await;
        write(house.home.path(), "ca.pem", &format!("{}{}", below.pem(), house.ca.pem()));
        // A proxy tells of the last certificate alone: what is between stands in the file.
        let dana = below.person("Dana", "dana@helpdesk.example");
        house.comes_in(&dana).await;
        house.revokes(&format!("{}{}", house.ca.list(&[&below.identity()]), below.list(&[])));
        house.stays_out(Some(&dana), "revoked", "has been revoked").await;
    }

    async fn nobody_takes_an_authority_s_name(database) {
        let house = House::new(database, TRUSTED).await;
        let dana = house.ca.person("Dana", "dana@helpdesk.example");
        house.comes_in(&dana).await;
        let guests = Authority::new("Guests");
        let impostor = guests.below("People");
        write(house.home.path(), "ca.pem", &format!("{}{}", house.ca.pem(), guests.pem()));
        house.revokes(&format!("{}{}{}", impostor.list(&[]), guests.list(&[]), house.ca.list(&[])));
        let mut forged = impostor.person("Dana", "dana@helpdesk.example");
        forged.certificate.push_str(&impostor.pem());
        let (visitor, answer) = house.shows(Some(&forged)).await;
        assert!(answer.location().contains("refused="), "{}", answer.location());
        visitor.get("/search").await.assert(303);
        // Whoever is no authority makes nobody one by standing in its file.
        write(house.home.path(), "ca.pem", &format!("{}{}", house.ca.pem(), dana.certificate));
        let all = house.app.root.get("/api/v1/diagnostics").await.items();
        assert!(all.iter().any(|one| one["weight"] == "bad" && one["found"].as_str().is_some_and(|found| found.contains("CN=Dana is no authority"))), "{all:?}");
    }

    async fn no_other_page_signs_anybody_in(database) {
        let house = House::new(database, TRUSTED).await;
        let dana = house.comes_in(&house.ca.person("Dana", "dana@helpdesk.example")).await;
        for (path, place) in [("/login/with/cards?next=%2Fsearch", "/login?next=%2Fsearch"), ("/raise/with/cards?next=%2Fadmin", "/raise?next=%2Fadmin")] {
            let request = dana.request(reqwest::Method::GET, path).header("Sec-Fetch-Site", "cross-site");
            assert_eq!(dana.send(request).await.assert(303).location(), place);
        }
    }

    async fn whoever_has_a_second_factor_gives_its_code_before_dangerous_pages(database) {
        let roles = "trust_email = true\n[method.roles]\n\"*\" = [\"Admin\"]\n";
        let house = House::new(database, roles).await;
        let dana = house.comes_in(&house.ca.person("Dana", "dana@helpdesk.example")).await;
        let page = dana.get("/preferences/factor").await;
        page.assert(200);
        dana.submit("/preferences/factor", &[("current", "")]).await.assert(303);
        let page = dana.get("/preferences/factor").await.text();
        let secret = secret_on(&page);
        dana.submit("/preferences/factor/confirmation", &[("code", &shown(&house.app, &secret, 0))]).await.assert(200);
        house.app.advance(SignedDuration::from_mins(11)).await;
        let page = dana.get("/raise?next=%2Fadmin%2Fpeople%2Fnew").await.assert(200).text();
        assert!(page.contains("name=\"code\"") && !page.contains("/raise/with/cards"), "{page}");
        assert!(dana.get("/raise/with/cards").await.assert(303).location().starts_with("/raise?"));
        dana.submit("/raise", &[("code", "000000"), ("next", "/admin")]).await.assert(422);
        dana.get("/admin/people/new").await.assert(303);
        dana.get("/raise").await.assert(200);
        dana.submit("/raise", &[("code", &shown(&house.app, &secret, 0)), ("next", "/admin")]).await.assert(303);
        dana.get("/admin/people/new").await.assert(200);
    }

    async fn doctor_says_how_fresh_the_lists_are(database) {
        let house = House::new(database, "[method.roles]\n\"OU=Helpdesk\" = [\"Agent\", \"Ghost\"]\n").await;
        let find = async |words: &str| {
            let all = house.app.root.get("/api/v1/diagnostics").await.items();
            let found = all.iter().find(|one| one["found"].as_str().is_some_and(|found| found.contains(words)));
            found.unwrap_or_else(|| panic!("{words}: {all:?}"))["weight"].clone()
        };
        assert_eq!(find("cards believes O=Company\\, Inc., CN=People").await, "good");
        assert_eq!(find("roles that do not exist: Ghost").await, "warning");
        assert_eq!(find("has the list of revoked certificates of O=Company\\, Inc., CN=People").await, "good");
        house.revokes(&house.ca.list_between(&[], -28, 1));
        assert_eq!(find("People is due at").await, "warning");
        house.revokes(&house.ca.list_between(&[], -28, -1));
        assert_eq!(find("so nobody signs in with a certificate").await, "bad");
        house.revokes(&Authority::new("Others").list(&[]));
        assert_eq!(find("has no list of revoked certificates of O=Company").await, "bad");
        house.revokes("half");
        assert_eq!(find("holds no list of revoked certificates").await, "bad");
        let browser = house.app.visitor();
        browser.get("/login").await.assert(200);
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get("/admin/diagnostics").await.assert(200).text();
        assert!(page.contains("holds no list of revoked certificates") && page.contains("Passwords go on working"), "{page}");
        let said = house.command(ROLES, &["doctor"]);
        assert!(said.contains("sign-in: cards cannot say which certificates count"), "{said}");
    }
}

/// Somebody who comes through a proxy that adds these headers.
async fn by_proxy(app: &TestApp, headers: &[(&str, String)]) -> Answer {
    let visitor = app.visitor();
    let there = visitor.get("/login/with/cards?next=%2Fsearch").await.assert(303).location();
    let path = there.strip_prefix(&app.base()).unwrap_or_else(|| panic!("{there} is not ours"));
    let mut request = visitor.request(reqwest::Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    visitor.send(request).await
}

/// Each line proves the key anew, with each version of TLS.
#[test]
fn no_line_is_resumed() {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
    use std::sync::Arc;
    tests::run(async {
        let house = House::new(Database::Sqlite, TRUSTED).await;
        let there = house.app.visitor().get("/login/with/cards").await.location();
        let address = url::Url::parse(&there).unwrap().socket_addrs(|| None).unwrap()[0];
        let dana = house.ca.person("Dana", "dana@helpdesk.example");
        let cert = CertificateDer::from_pem_file(house.home.path().join("server.pem")).unwrap();
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(cert.clone()).unwrap();
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = rustls::ClientConfig::builder_with_provider(provider)
                .with_protocol_versions(&[version])
                .unwrap()
                .with_root_certificates(roots)
                .with_client_auth_cert(
                    vec![CertificateDer::from_pem_slice(dana.certificate.as_bytes()).unwrap()],
                    PrivateKeyDer::from_pem_slice(dana.key.as_bytes()).unwrap(),
                )
                .unwrap();
            // It keeps what servers give it for later, as browsers do.
            let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
            for turn in 0..3 {
                use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                let line = tokio::net::TcpStream::connect(address).await.unwrap();
                if turn == 0 {
                    // Somebody looks for his card.
                    tokio::time::sleep(Duration::from_secs(5)).await;
                }
                let name = ServerName::try_from("localhost").unwrap();
                let mut line = connector.connect(name, line).await.unwrap();
                line.write_all(b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .await
                    .unwrap();
                let mut answer = Vec::new();
                // The end of the line is the server's to say, and some say it rudely.
                let _ = line.read_to_end(&mut answer).await;
                assert!(answer.starts_with(b"HTTP/1.1 303"), "{}", String::from_utf8_lossy(&answer));
                assert_eq!(
                    line.get_ref().1.handshake_kind(),
                    Some(rustls::HandshakeKind::Full),
                    "{version:?}"
                );
            }
        }
    });
}

proptest::proptest! {
    /// What a stranger shows is read for the log as well: whatever it is, it is read to an end.
    #[test]
    fn any_bytes_are_read_to_an_end(bytes in proptest::collection::vec(0_u8.., 0..400), at in 0_usize..700, text in "\\PC{0,200}") {
        use base64::Engine as _;
        use turnstone::sign_in::certificate::{Facts, header};
        static GOOD: std::sync::LazyLock<String> =
            std::sync::LazyLock::new(|| Authority::new("People").person("Dana", "dana@helpdesk.example").certificate);
        let _ = Facts::of(&bytes);
        // A good one with a piece of something else in it.
        let lines: String = GOOD.lines().filter(|line| !line.starts_with('-')).collect();
        let mut good = base64::engine::general_purpose::STANDARD.decode(lines).unwrap();
        let at = at.min(good.len());
        good.truncate(at);
        good.extend_from_slice(&bytes);
        let _ = Facts::of(&good);
        proptest::prop_assert!(header::read(&text, &text).is_err());
        let _ = header::read(&text, "SUCCESS");
    }
}
