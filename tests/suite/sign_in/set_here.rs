//! Ways to sign in that are set on the page: tried before they count, their secrets sealed, and nobody shuts himself out.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::slapd::{BASE, SERVICE, SERVICE_PASSWORD};
use tests::{Client, Database, Settings, Slapd, both_databases};

use super::oidc::signed_in;
use super::provider::{Provider, SECRET};
use super::{agent, app_with, tried};
use crate::config::portable::run;
use crate::web::composer::field;

const PAGE: &str = "/admin/sign-in";
const HELPDESK: &str = "cn=helpdesk,ou=groups,dc=company,dc=example";
const TIDE: &str = "a tide of words";

async fn admin(app: &TestApp) -> Client {
    let admin = app.visitor();
    admin.sign_in("root", PASSWORD).await;
    admin.get(PAGE).await.assert(200);
    admin
}

/// Fields of a form, some of them given anew.
fn with<'a>(fields: &[(&'a str, &'a str)], other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| other.iter().all(|(given, _)| given != name));
    kept.chain(other).copied().collect()
}

/// A directory as somebody types it.
fn directory<'a>(url: &'a str, base: &'a str, ca: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("id", "company"),
        ("url", url),
        ("tls", ""),
        ("ca", ca),
        ("bind_dn", SERVICE),
        ("bind_password", SERVICE_PASSWORD),
        ("base", base),
        ("group", HELPDESK),
        ("role", "Agent"),
        ("group", ""),
        ("role", ""),
        ("make_agents", "yes"),
        ("timeout_seconds", "3"),
    ]
}

/// As it would stand in a field: a label may say the same words.
fn quoted(secret: &str) -> String {
    format!("\"{secret}\"")
}

fn site(issuer: &str) -> Vec<(&str, &str)> {
    vec![
        ("id", "site"),
        ("label", "Company"),
        ("issuer", issuer),
        ("client_id", "turnstone"),
        ("client_secret", SECRET),
        ("group", "helpdesk"),
        ("role", "Agent"),
        ("make_agents", "yes"),
    ]
}

both_databases! {
    async fn a_directory_is_tried_saved_and_used_without_a_restart(database) {
        let slapd = Slapd::start().await;
        slapd.person("dana", TIDE, &["helpdesk"], "");
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        let (url, base) = (slapd.url("starttls"), format!("ou=people,{BASE}"));
        let typed = directory(&url, &base, slapd.ca());
        // Tried as it stands: nothing counts yet, and the password goes back sealed alone.
        let wrong = with(&typed, &[("bind_password", "not-the-password"), ("then", "try"), ("who", "dana")]);
        let page = admin.submit(&format!("{PAGE}/new/ldap"), &wrong).await.assert(200).text();
        assert!(page.contains("cannot be asked") && !page.contains("not-the-password"), "{page}");
        let page = admin.submit(&format!("{PAGE}/new/ldap"), &with(&typed, &[("then", "try"), ("who", "nobody")])).await.assert(200).text();
        assert!(page.contains("answers at") && page.contains("no one entry for this login"), "{page}");
        let page = admin.submit(&format!("{PAGE}/new/ldap"), &with(&typed, &[("then", "try"), ("who", "dana")])).await.assert(200).text();
        for word in ["answers at", "dana@helpdesk.example", "<dd>Agent</dd>", "<dd>open</dd>", HELPDESK] {
            assert!(page.contains(word), "{word}: {page}");
        }
        assert!(!page.contains(&quoted(SERVICE_PASSWORD)), "{page}");
        tried(&app, "dana", TIDE).await.1.assert(422);
        assert!(agent(&app, "dana").await.is_none());
        // Saved with the password that was tried.
        let sealed = field(&page, "tried");
        let save = with(&typed, &[("bind_password", ""), ("tried", &sealed), ("then", "save")]);
        let saved = admin.submit(&format!("{PAGE}/new/ldap"), &save).await;
        assert_eq!(saved.assert(303).location(), format!("{PAGE}/company?saved=yes"));
        let page = admin.get(&saved.location()).await.assert(200).text();
        assert!(page.contains("Saved.") && page.contains(&url) && !page.contains(&quoted(SERVICE_PASSWORD)), "{page}");
        let (dana, inside) = tried(&app, "dana", TIDE).await;
        inside.assert(303);
        dana.get("/tickets").await.assert(200);
        assert_eq!(agent(&app, "dana").await.unwrap()["roles"], json!(["Agent"]));
        // What somebody sealed for himself opens nothing for another place, and no secret is told anywhere.
        let elsewhere = with(&save, &[("id", "other"), ("url", "ldaps://elsewhere.example")]);
        let page = admin.submit(&format!("{PAGE}/new/ldap"), &elsewhere).await.assert(422).text();
        assert!(page.contains("id=\"w-pw-e\""), "{page}");
        let audit = serde_json::to_string(&app.root.get("/api/v1/audit").await.items()).unwrap();
        assert!(audit.contains("sign-in company") && audit.contains("given anew"), "{audit}");
        let rows = crate::config::portable::everything(&app, database).await.join("\n");
        assert!(rows.contains("sign_in_methods") || rows.contains(&url));
        for told in [audit, rows] {
            assert!(!told.contains(SERVICE_PASSWORD));
        }
        // It is compared like any other, and on the command line.
        let look = admin.submit(&format!("{PAGE}/company/syncs"), &[("then", "look")]).await.assert(200).text();
        assert!(look.contains("There is nothing to do."), "{look}");
        let (good, said) = run(&app.settings, &["directory", "test", "--login", "dana"], "").await;
        assert!(good && said.contains("dana@helpdesk.example"), "{said}");
    }

    async fn a_site_is_set_and_taken_away_and_who_came_by_it_is_out(database) {
        let provider = Provider::start().await;
        let app = TestApp::start(database).await;
        let admin = admin(&app).await;
        let typed = site(provider.issuer());
        let page = admin.submit(&format!("{PAGE}/new/oidc"), &with(&typed, &[("then", "try")])).await.assert(200).text();
        assert!(page.contains("answers at") && page.contains("/login/with/site/callback"), "{page}");
        assert!(!app.visitor().get("/login").await.text().contains("/login/with/site"));
        admin.submit(&format!("{PAGE}/new/oidc"), &with(&typed, &[("then", "save")])).await.assert(303);
        let (dana, answer) = signed_in(&app, &provider, "site").await;
        answer.assert(303);
        dana.get("/search").await.assert(200);
        // The one of this name is there already.
        let page = admin.submit(&format!("{PAGE}/new/oidc"), &typed).await.assert(422).text();
        assert!(page.contains("already one called site") && page.contains(provider.issuer()), "{page}");
        // Another label keeps the secret; another provider has to be given one.
        let shown = field(&admin.get(&format!("{PAGE}/site")).await.assert(200).text(), "shown");
        let change = with(&typed[1..], &[("label", "Other words"), ("client_secret", ""), ("shown", &shown)]);
        admin.submit(&format!("{PAGE}/site"), &change).await.assert(303);
        assert!(app.visitor().get("/login").await.text().contains("Other words"));
        signed_in(&app, &provider, "site").await.1.assert(303);
        // Whoever opened the form before that change puts nothing back unseen.
        let page = admin.submit(&format!("{PAGE}/site"), &change).await.assert(409).text();
        assert!(page.contains("Other words"), "{page}");
        let moved = with(&change, &[("issuer", "https://other.example"), ("shown", "")]);
        let page = admin.submit(&format!("{PAGE}/site"), &moved).await.assert(422).text();
        assert!(page.contains("id=\"w-cs-e\"") && page.contains("https://other.example"), "{page}");
        dana.get("/search").await.assert(200);
        admin.submit(&format!("{PAGE}/site/removal"), &[]).await.assert(303);
        assert!(dana.get("/search").await.location().starts_with("/login"));
        assert!(!app.visitor().get("/login").await.text().contains("/login/with/site"));
        app.visitor().get("/login/with/site").await.assert(404);
        admin.get(&format!("{PAGE}/site")).await.assert(404);
        admin.submit(&format!("{PAGE}/site/removal"), &[]).await.assert(404);
    }

    async fn they_are_asked_in_the_order_that_the_page_says_and_passwords_here_are_always_among_them(database) {
        let slapd = Slapd::start().await;
        slapd.person("root", TIDE, &["helpdesk"], "");
        let app = TestApp::start(database).await;
        app.agent("ben", &["Agent"]).await;
        let admin = admin(&app).await;
        let (url, base) = (slapd.url("none"), format!("ou=people,{BASE}"));
        let typed = with(&directory(&url, &base, ""), &[("tls", "none"), ("trust_email", "")]);
        let typed: Vec<_> = typed.into_iter().filter(|(name, _)| *name != "trust_email").collect();
        admin.submit(&format!("{PAGE}/new/ldap"), &typed).await.assert(303);
        let places = async |first: &str, second: &str| {
            let page = admin.get(PAGE).await.assert(200).text();
            let at = |id: &str| page.find(&format!("id=\"w-{id}\"")).unwrap_or_else(|| panic!("{id}: {page}"));
            assert!(at(first) < at(second), "{page}");
        };
        places("local", "company").await;
        let before = slapd.log().matches("SRCH base").count();
        app.visitor().sign_in("root", PASSWORD).await;
        assert_eq!(slapd.log().matches("SRCH base").count(), before, "whose password is kept here needs no directory");
        admin.submit(&format!("{PAGE}/company/order"), &[("then", "earlier")]).await.assert(303);
        places("company", "local").await;
        app.visitor().sign_in("root", PASSWORD).await;
        assert!(slapd.log().matches("SRCH base").count() > before);
        admin.submit(&format!("{PAGE}/company/order"), &[("then", "earlier")]).await.assert(303);
        places("company", "local").await;
        admin.submit(&format!("{PAGE}/nowhere/order"), &[("then", "earlier")]).await.assert(404);
        admin.submit(&format!("{PAGE}/local/removal"), &[]).await.assert(404);
        // Passwords here for those alone who manage people.
        app.visitor().sign_in("ben", PASSWORD).await;
        admin.submit(&format!("{PAGE}/local"), &[("only_admins", "yes")]).await.assert(303);
        tried(&app, "ben", PASSWORD).await.1.assert(422);
        app.visitor().sign_in("root", PASSWORD).await;
        places("company", "local").await;
        admin.submit(&format!("{PAGE}/local"), &[("only_admins", "no")]).await.assert(303);
        app.advance(jiff::SignedDuration::from_mins(20)).await;
        app.visitor().sign_in("ben", PASSWORD).await;
    }

    async fn nobody_shuts_himself_out_and_nobody_gives_himself_what_he_has_not(database) {
        let provider = Provider::start().await;
        let app = TestApp::start(database).await;
        let typed = site(provider.issuer());
        let typed = with(&typed, &[("role", "Admin")]);
        admin(&app).await.submit(&format!("{PAGE}/new/oidc"), &typed).await.assert(303);
        // She comes by the site alone, and manages people.
        let (dana, answer) = signed_in(&app, &provider, "site").await;
        answer.assert(303);
        let raised = dana.get(&format!("/raise/with/site?next={PAGE}")).await;
        let back = provider.visit(&raised.assert(303).location());
        dana.get(back.strip_prefix(&app.base()).unwrap()).await.assert(303);
        dana.get(PAGE).await.assert(200);
        let refused = dana.submit(&format!("{PAGE}/site/removal"), &[]).await.assert(409).text();
        assert!(refused.contains("no way in yourself"), "{refused}");
        signed_in(&app, &provider, "site").await.1.assert(303);
        let elsewhere = with(&typed[1..], &[("issuer", "https://other.example")]);
        let page = dana.submit(&format!("{PAGE}/site"), &elsewhere).await.assert(409).text();
        assert!(page.contains("no way in yourself") && page.contains("https://other.example"), "{page}");
        // Whoever manages people and may not do all looks on.
        let role = json!({ "name": "Staff", "grants": [], "installation": ["people"] });
        app.root.post("/api/v1/roles", role).await.assert(201);
        app.agent("staff", &["Staff"]).await;
        let staff = app.visitor();
        staff.sign_in("staff", PASSWORD).await;
        let page = staff.get(PAGE).await.assert(200).text();
        assert!(!page.contains("/new/ldap") && page.contains("every right"), "{page}");
        staff.get(&format!("{PAGE}/site")).await.assert(403);
        for (path, fields) in [
            ("new/oidc", with(&typed, &[("id", "mine"), ("issuer", "https://mine.example")])),
            ("new/oidc", with(&typed, &[("id", "mine"), ("then", "try")])),
            ("site", typed[1..].to_vec()),
            ("local", vec![("only_admins", "yes")]),
            ("site/order", vec![("then", "earlier")]),
            ("site/removal", vec![]),
        ] {
            staff.submit(&format!("{PAGE}/{path}"), &fields).await.assert(403);
        }
        signed_in(&app, &provider, "site").await.1.assert(303);
    }

    async fn another_key_opens_no_secret_and_the_configuration_s_file_holds_none(database) {
        let provider = Provider::start().await;
        let app = TestApp::start(database).await;
        admin(&app).await.submit(&format!("{PAGE}/new/oidc"), &site(provider.issuer())).await.assert(303);
        let (_, file) = run(&app.settings, &["config", "export"], "").await;
        assert!(file.contains("[[sign_in]]") && file.contains(provider.issuer()) && !file.contains(SECRET), "{file}");
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &file.replace("client_id", "client_secret = \"x\"\nclient_id")).await;
        assert!(!good && said.contains("Secrets do not belong into this file"), "{said}");
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &file.replace("kind = \"oidc\"", "kind = \"oidc\"\nbase = \"dc=x\"")).await;
        assert!(!good && said.contains("sign_in: site") && said.contains("base"), "{said}");
        // The same place keeps its secret.
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &file.replace("label = \"Company\"", "label = \"Firm\"")).await;
        assert!(good, "{said}");
        signed_in(&app, &provider, "site").await.1.assert(303);
        // Elsewhere it rests until somebody gives it.
        let other = TestApp::start(database).await;
        let (good, said) = run(&other.settings, &["config", "apply", "-"], &file).await;
        assert!(good, "{said}");
        assert!(!other.visitor().get("/login").await.text().contains("/login/with/site"));
        other.visitor().get("/login/with/site").await.assert(404);
        let admin = admin(&other).await;
        for path in [PAGE.to_owned(), format!("{PAGE}/site")] {
            assert!(admin.get(&path).await.assert(200).text().contains("its password is missing"), "{path}");
        }
        let all = other.root.get("/api/v1/diagnostics").await.items();
        assert!(all.iter().any(|finding| text(&finding["found"]).contains("site cannot be used")), "{all:?}");
        admin.submit(&format!("{PAGE}/site"), &site(provider.issuer())[1..]).await.assert(303);
        assert!(other.visitor().get("/login").await.text().contains("/login/with/site"));
        let all = other.root.get("/api/v1/diagnostics").await.items();
        assert!(!all.iter().any(|finding| text(&finding["found"]).contains("site cannot be used")), "{all:?}");
        assert!(!admin.get(PAGE).await.text().contains("its password is missing"));
        // What the file no longer says is taken away; what it says in another order is asked in it.
        let turned = file.replace("[[sign_in]]\nkind = \"local\"", "") ;
        let none = format!("{}\n", &turned[..turned.find("\n# Ways to sign in").unwrap()]);
        let with_local = format!("{none}\n[[sign_in]]\nkind = \"local\"\nonly_admins = true\n\n# This is the end of the configuration.\n");
        let (good, said) = run(&other.settings, &["config", "apply", "-"], &with_local).await;
        assert!(good, "{said}");
        assert!(!other.visitor().get("/login").await.text().contains("/login/with/site"));
        assert!(admin.get(PAGE).await.text().contains("value=\"yes\" checked"));
    }

    async fn who_is_asked_elsewhere_from_now_on_lets_nobody_stay_in(database) {
        let (provider, slapd) = (Provider::start().await, Slapd::start().await);
        slapd.person("emil", TIDE, &["helpdesk"], "");
        let app = TestApp::start(database).await;
        app.agent("ben", &["Agent"]).await;
        let admin = admin(&app).await;
        admin.submit(&format!("{PAGE}/new/oidc"), &site(provider.issuer())).await.assert(303);
        let (url, base) = (slapd.url("starttls"), format!("ou=people,{BASE}"));
        let company = directory(&url, &base, slapd.ca());
        admin.submit(&format!("{PAGE}/new/ldap"), &company).await.assert(303);
        let (dana, answer) = signed_in(&app, &provider, "site").await;
        answer.assert(303);
        let (emil, answer) = tried(&app, "emil", TIDE).await;
        answer.assert(303);
        let ben = app.visitor();
        ben.sign_in("ben", PASSWORD).await;
        // Another label or interval moves nobody.
        let calm = with(&company[1..], &[("sync_minutes", "30"), ("bind_password", "")]);
        admin.submit(&format!("{PAGE}/company"), &calm).await.assert(303);
        emil.get("/search").await.assert(200);
        // Certificates that are trusted are a part of where the password goes.
        let other = rcgen::generate_simple_self_signed(["ldap.example".to_owned()]).unwrap().cert.pem();
        let page = admin.submit(&format!("{PAGE}/company"), &with(&calm, &[("ca", &other)])).await.assert(422).text();
        assert!(page.contains("id=\"w-pw-e\""), "{page}");
        // An older form puts no older password back: a state is known by its secret as well.
        let shown = field(&admin.get(&format!("{PAGE}/site")).await.text(), "shown");
        let anew = with(&site(provider.issuer())[1..], &[("client_secret", "another one")]);
        admin.submit(&format!("{PAGE}/site"), &anew).await.assert(303);
        let older = with(&anew, &[("client_secret", ""), ("shown", &shown)]);
        admin.submit(&format!("{PAGE}/site"), &older).await.assert(409);
        let page = admin.submit(&format!("{PAGE}/site"), &with(&older, &[("then", "try"), ("shown", "")])).await.assert(200).text();
        assert_eq!(field(&page, "tried"), "", "what is kept goes nowhere");
        dana.get("/search").await.assert(200);
        let moved = with(&anew, &[("issuer", "https://id.elsewhere.example"), ("client_secret", SECRET)]);
        admin.submit(&format!("{PAGE}/site"), &moved).await.assert(303);
        assert!(dana.get("/search").await.location().starts_with("/login"));
        emil.get("/search").await.assert(200);
        admin.submit(&format!("{PAGE}/company"), &with(&calm, &[("base", "ou=others,dc=x")])).await.assert(303);
        assert!(emil.get("/search").await.location().starts_with("/login"));
        // Nor who may no longer come in with a password that is kept here.
        ben.get("/search").await.assert(200);
        admin.submit(&format!("{PAGE}/local"), &[("only_admins", "yes")]).await.assert(303);
        assert!(ben.get("/search").await.location().starts_with("/login"));
        admin.get(PAGE).await.assert(200);
        // Another directory of that name takes over nobody unless somebody knows it.
        admin.submit(&format!("{PAGE}/company/removal"), &[]).await.assert(303);
        let page = admin.submit(&format!("{PAGE}/new/ldap"), &company).await.assert(422).text();
        assert!(page.contains("1 agents are tied to the name company"), "{page}");
        assert_eq!(field(&page, "knows"), "company");
        admin.submit(&format!("{PAGE}/new/ldap"), &with(&company, &[("knows", "company")])).await.assert(303);
        tried(&app, "emil", TIDE).await.1.assert(303);
    }

    async fn the_file_takes_nothing_from_passwords_here_and_gives_no_role_that_is_not_there(database) {
        let app = TestApp::start(database).await;
        app.agent("ben", &["Agent"]).await;
        let admin = admin(&app).await;
        admin.submit(&format!("{PAGE}/local"), &[("only_admins", "yes")]).await.assert(303);
        let way = "[[sign_in]]\nkind = \"oidc\"\nid = \"site\"\nlabel = \"Site\"\nissuer = \"https://id.example\"\nclient_id = \"t\"\n";
        let (good, said) = run(&app.settings, &["config", "apply", "-"], way).await;
        assert!(good, "what is left out is what is usual: {said}");
        let (good, said) = run(&app.settings, &["config", "apply", "-"], way).await;
        assert!(good && said.contains("Everything is as the file says."), "{said}");
        admin.get(PAGE).await.assert(200);
        tried(&app, "ben", PASSWORD).await.1.assert(422);
        let (_, file) = run(&app.settings, &["config", "export"], "").await;
        assert!(file.contains("kind = \"local\"") && file.contains("only_admins = true"), "{file}");
        let unknown = format!("{way}[sign_in.roles]\nhelp = [\"Suport\"]\n");
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &unknown).await;
        assert!(!good && said.contains("Suport"), "{said}");
        let turned = format!("{way}\n[[sign_in]]\nkind = \"local\"\nonly_admins = true\n");
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &turned).await;
        assert!(good, "{said}");
        let newest = app.root.get("/api/v1/audit?kind=settings").await.items().remove(0);
        assert_eq!((&newest["subject"], &newest["after"]), (&json!("sign-in"), &json!({ "order": "site, local" })));
        let mut ids: Vec<String> = admin.get(&format!("{PAGE}/new/ldap")).await.text().split(" id=\"").skip(1)
            .filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all, "ids stand once");
    }
}

#[test]
fn each_mistake_is_shown_at_its_field_and_nothing_typed_is_lost() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let admin = admin(&app).await;
        let path = format!("{PAGE}/new/ldap");
        let good = directory("ldaps://ldap.example", "dc=x", "");
        let wrong: &[(&str, &str, &str)] = &[
            ("id", "Company", "w-id"),
            ("id", "local", "w-id"),
            ("id", "new", "w-id"),
            ("url", "http://ldap.example", "w-url"),
            ("url", "ldaps://ldap.example/dc=x", "w-url"),
            ("url", "ldaps://ldap.example:22", "w-url"),
            ("ca", "no certificate", "w-ca"),
            ("bind_dn", "", "w-dn"),
            ("bind_password", "", "w-pw"),
            ("direct_bind", "{login}@x", "w-dn"),
            ("filter", "(uid=x)", "w-filter"),
            ("filter", "(uid={login}", "w-filter"),
            ("mail_attribute", "ma il", "w-mail"),
            ("group_filter", "(member={dn})", "w-gb"),
            ("sync_minutes", "soon", "w-sync"),
            ("sync_minutes", "99999", "w-sync"),
            ("timeout_seconds", "0", "w-time"),
            ("timeout_seconds", "long", "w-time"),
            ("role", "Nobody", "w-roles"),
        ];
        for (name, value, at) in wrong {
            let fields: Vec<_> = good
                .iter()
                .map(|(field, kept)| if field == name { (*field, *value) } else { (*field, *kept) })
                .collect();
            let fields = if good.iter().any(|(field, _)| field == name) {
                fields
            } else {
                with(&fields, &[(name, value)])
            };
            let page = admin.submit(&path, &fields).await.assert(422).text();
            assert!(page.contains(&format!("id=\"{at}-e\"")), "{name} = {value}: {page}");
            assert!(page.contains("autofocus") && page.contains("cn=helpdesk,ou=groups"), "{name}: {page}");
            let shown = value.replace('\'', "&#x27;");
            assert!(value.is_empty() || *name == "role" || page.contains(&shown), "{name}: {page}");
            assert!(!page.contains(&quoted(SERVICE_PASSWORD)), "{name}");
        }
        // The password comes back sealed, and counts for the same place alone, also beside a number that is none.
        for mistake in [("filter", "(uid=x)"), ("timeout_seconds", "long")] {
            let page = admin.submit(&path, &with(&good, &[mistake])).await.assert(422).text();
            let sealed = field(&page, "tried");
            let again = with(&good, &[("id", "sealed"), ("bind_password", ""), ("tried", &sealed)]);
            let page = admin.submit(&path, &again).await.assert(422).text();
            assert!(page.contains("id=\"w-pw-e\""), "{page}");
            let again = with(&good, &[("bind_password", ""), ("tried", &sealed), ("filter", "(uid=x)")]);
            let page = admin.submit(&path, &again).await.assert(422).text();
            assert!(!page.contains("id=\"w-pw-e\"") && page.contains("id=\"w-filter-e\""), "{page}");
        }
        // All of them at once.
        let several = with(&good, &[("id", "X"), ("url", "x"), ("filter", "x"), ("timeout_seconds", "99")]);
        let page = admin.submit(&path, &several).await.assert(422).text();
        for at in ["w-id-e", "w-url-e", "w-filter-e", "w-time-e"] {
            assert!(page.contains(&format!("id=\"{at}\"")), "{at}: {page}");
        }
        admin.submit(&path, &with(&good, &[("make_admin", "yes")])).await.assert(400);
        admin.submit(&path, &with(&good, &[("bind_password_file", "/etc/passwd")])).await.assert(400);
        admin.get(&format!("{PAGE}/new/certificate")).await.assert(404);
        admin.submit(&format!("{PAGE}/new/local"), &good).await.assert(404);
        admin.get(&format!("{PAGE}/company")).await.assert(404);
        // Ten are enough for anybody.
        for n in 1..10 {
            let id = format!("way-{n}");
            admin.submit(&path, &with(&good, &[("id", &id)])).await.assert(303);
        }
        let page = admin.submit(&path, &with(&good, &[("id", "one-more")])).await.assert(409).text();
        assert!(page.contains("More than 10") && page.contains("one-more"), "{page}");
    });
}

#[test]
fn what_the_file_says_no_page_changes() {
    tests::run(async {
        let slapd = Slapd::start().await;
        let app = app_with(Database::Sqlite, &slapd.method("none", "")).await;
        let admin = admin(&app).await;
        let page = admin.get(PAGE).await.assert(200).text();
        assert!(!page.contains("/new/ldap") && !page.contains(&format!("{PAGE}/company\"")), "{page}");
        let typed = directory("ldaps://ldap.example", "dc=x", "");
        let refused = admin.submit(&format!("{PAGE}/new/ldap"), &typed).await.assert(409).text();
        assert!(refused.contains("SIGN_IN_FILE"), "{refused}");
        for (path, fields) in
            [("local", vec![("only_admins", "yes")]), ("local/order", vec![("then", "later")])]
        {
            admin.submit(&format!("{PAGE}/{path}"), &fields).await.assert(409);
        }
        // An empty file is one that says so, too.
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("sign-in.toml");
        std::fs::write(&file, "[[method]]\nkind = \"local\"\n").unwrap();
        let settings = Settings::new(Database::Sqlite).with("SIGN_IN_FILE", file.to_str().unwrap());
        let output = settings.run(&["doctor"], b"");
        assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    });
}

#[test]
fn without_the_key_passwords_that_are_kept_here_go_on_working() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        admin(&app).await.submit(&format!("{PAGE}/new/oidc"), &site("https://id.example")).await.assert(303);
        assert!(app.visitor().get("/login").await.text().contains("/login/with/site"));
        std::fs::write(app.desk().config.data_dir.join("secret.key"), "no key\n").unwrap();
        assert!(!app.visitor().get("/login").await.assert(200).text().contains("/login/with/site"));
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        assert!(browser.get(PAGE).await.assert(200).text().contains("its password is missing"));
    });
}
