//! The relay by page: in force at once, its password sealed and for this relay alone, tried out before it is saved.

use diesel::RunQueryDsl;
use serde_json::json;
use tests::app::{SUPPORT, TestApp};
use tests::binary::PASSWORD;
use tests::client::Answer;
use tests::smtp_peer::{Behaviour, Security};
use tests::{Client, SmtpPeer, both_databases, mail};
use turnstone::config::RelayTls;

#[derive(diesel::QueryableByName)]
struct Value {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

/// An installation whose file says no relay.
async fn without_relay(database: tests::Database) -> TestApp {
    TestApp::start_with(database, |config| config.smtp_relay = None).await
}

async fn admin(app: &TestApp) -> Client {
    let browser = app.visitor();
    browser.sign_in("root", PASSWORD).await;
    browser.get("/admin/relay").await.assert(200);
    browser
}

/// The form for a relay at this port of this machine.
fn at(peer: &SmtpPeer) -> Vec<(&'static str, String)> {
    let (host, port) = (peer.address().ip().to_string(), peer.address().port().to_string());
    vec![("host", host), ("port", port), ("tls", "none".to_owned())]
}

async fn submit(
    browser: &Client,
    path: &str,
    form: &[(&'static str, String)],
    more: &[(&str, &str)],
) -> Answer {
    let mut fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend(more);
    browser.submit(path, &fields).await
}

async fn guarded() -> SmtpPeer {
    let credentials = Some(("helpdesk".to_owned(), "s3cr3t-word".to_owned()));
    SmtpPeer::start_with(Security { credentials, ..Security::default() }).await
}

both_databases! {
    async fn what_is_saved_takes_mail_at_once_and_so_does_the_next_one(database) {
        let app = without_relay(database).await;
        let (first, second) = (SmtpPeer::start().await, SmtpPeer::start().await);
        let browser = admin(&app).await;
        assert!(browser.get("/dashboard").await.text().contains("no relay is set"));
        app.deliver(&mail("anna@customer.example")).await;
        submit(&browser, "/admin/relay", &at(&first), &[]).await.assert(303);
        // What waited for a relay leaves by it, without a restart.
        first.wait_for("anna@customer.example", 1).await;
        assert!(!browser.get("/dashboard").await.text().contains("no relay is set"));
        submit(&browser, "/admin/relay", &at(&second), &[]).await.assert(303);
        app.deliver(&mail("berta@customer.example")).await;
        second.wait_for("berta@customer.example", 1).await;
        assert!(first.received_by("berta@customer.example").is_empty());
        let page = browser.get("/admin/settings").await.assert(200).text();
        let row = page.split("id=\"s-SMTP_RELAY\"").nth(1).unwrap().split("</li>").next().unwrap();
        assert!(row.contains("set here") && row.contains(&second.address().port().to_string()), "{row}");
        assert!(row.contains("Root Admin") && row.contains("/admin/relay"), "{row}");
        // As whom answers go out is set besides.
        submit(&browser, "/admin/relay", &at(&second), &[("sender", "Fairwater CA support")]).await.assert(303);
        app.deliver(&mail("doris@customer.example")).await;
        let received = second.wait_for("doris@customer.example", 1).await;
        assert!(received[0].mail().header("From").unwrap().contains("Fairwater CA support"));
        // None again: mail waits, and the pages say so.
        browser.submit("/admin/relay", &[("remove", "yes")]).await.assert(303);
        app.deliver(&mail("clara@customer.example")).await;
        assert!(browser.get("/dashboard").await.text().contains("no relay is set"));
        assert!(second.received_by("clara@customer.example").is_empty());
        let written = app.root.get("/api/v1/audit?kind=settings").await.items();
        assert_eq!(written.len(), 3, "each change once: {written:?}");
    }

    async fn a_password_is_sealed_and_goes_to_no_other_server(database) {
        let app = without_relay(database).await;
        let (peer, other) = (guarded().await, guarded().await);
        let browser = admin(&app).await;
        let secret = [("user", "helpdesk"), ("password", "s3cr3t-word")];
        submit(&browser, "/admin/relay", &at(&peer), &secret).await.assert(303);
        app.deliver(&mail("anna@customer.example")).await;
        assert_eq!(peer.wait_for("anna@customer.example", 1).await[0].user.as_deref(), Some("helpdesk"));
        let page = browser.get("/admin/relay").await.text();
        assert!(!page.contains("s3cr3t-word") && page.contains("value=\"helpdesk\""), "{page}");
        assert!(!browser.get("/admin/settings").await.text().contains("s3cr3t-word"));
        let audit = app.root.get("/api/v1/audit?kind=settings").await.text();
        assert!(audit.contains("given anew") && !audit.contains("s3cr3t-word"), "{audit}");
        let rows = app.db().read(|conn| Ok(diesel::sql_query("SELECT value FROM settings").load::<Value>(conn)?)).await;
        assert!(rows.unwrap().iter().all(|row| !row.value.contains("s3cr3t-word")), "sealed where it lies");
        // Left empty it stays; for another server, user or protection it is asked for.
        submit(&browser, "/admin/relay", &at(&peer), &[("user", "helpdesk")]).await.assert(303);
        for (form, user) in [(at(&other), "helpdesk"), (at(&peer), "somebody")] {
            let refused = submit(&browser, "/admin/relay", &form, &[("user", user)]).await;
            let page = refused.assert(422).text();
            assert!(page.contains("id=\"r-pw-e\"") && page.contains(&form[1].1), "what was typed stays: {page}");
        }
        let kept = [("user", "helpdesk"), ("to", "a@b.example")];
        submit(&browser, "/admin/relay/trials", &at(&other), &kept).await.assert(422);
        assert_eq!(other.connections(), 0, "the other server has heard nothing");
        app.deliver(&mail("berta@customer.example")).await;
        peer.wait_for("berta@customer.example", 1).await;
        // Forgotten: it signs in no longer, and is refused for that.
        submit(&browser, "/admin/relay", &at(&peer), &[("user", "helpdesk"), ("forget", "yes")]).await.assert(303);
        assert!(!browser.get("/admin/relay").await.text().contains("value=\"helpdesk\""));
        submit(&browser, "/admin/relay", &at(&peer), &[("user", "helpdesk")]).await.assert(422);
    }

    async fn a_trial_says_each_step_and_saves_nothing(database) {
        let app = without_relay(database).await;
        let peer = guarded().await;
        let browser = admin(&app).await;
        let wrong = [("user", "helpdesk"), ("password", "wrong"), ("way", "to"), ("to", "ingrid@elsewhere.example")];
        let tried = submit(&browser, "/admin/relay/trials", &at(&peer), &wrong).await;
        let page = browser.get(tried.assert(303).location().split('#').next().unwrap()).await.assert(200).text();
        assert!(page.contains("Found 127.0.0.1") && page.contains("It answers at port"), "{page}");
        assert!(page.contains("It refuses user or password") && page.contains("535"), "{page}");
        assert!(!page.contains("It has taken") && peer.received().is_empty(), "{page}");
        let right = [("user", "helpdesk"), ("password", "s3cr3t-word"), ("way", "to"), ("to", "ingrid@elsewhere.example")];
        let tried = submit(&browser, "/admin/relay/trials", &at(&peer), &right).await;
        let place = tried.assert(303).location().split('#').next().unwrap().to_owned();
        let page = browser.get(&place).await.text();
        assert!(page.contains("It lets us in") && page.contains("It has taken the mail to ingrid@elsewhere.example"), "{page}");
        assert!(page.contains("250"), "in the relay’s words: {page}");
        let sent = peer.wait_for("ingrid@elsewhere.example", 1).await;
        assert_eq!((sent[0].from.as_str(), sent[0].mail().subject()), (SUPPORT, "Test mail of Turnstone".to_owned()));
        assert!(browser.get("/dashboard").await.text().contains("no relay is set"), "nothing was saved");
        // What was tried a moment ago is saved without being typed again, but only by who typed it.
        let token = place.split("trial=").nth(1).unwrap();
        app.agent("olga", &["Admin"]).await;
        let olga = app.visitor();
        olga.sign_in("olga", PASSWORD).await;
        olga.get("/admin/relay").await.assert(200);
        let kept = [("user", "helpdesk"), ("trial", token)];
        submit(&olga, "/admin/relay", &at(&peer), &kept).await.assert(422);
        submit(&browser, "/admin/relay", &at(&peer), &kept).await.assert(303);
        app.deliver(&mail("anna@customer.example")).await;
        peer.wait_for("anna@customer.example", 1).await;
        let foreign = olga.get(&place).await.assert(200).text();
        assert!(!foreign.contains("It has taken"), "another’s trial: {foreign}");
        // A refusal comes in the relay's words, cut short.
        peer.next([Behaviour::RefuseRecipient(550, "no such user here")]);
        let tried = submit(&browser, "/admin/relay/trials", &at(&peer), &right).await;
        let page = browser.get(tried.assert(303).location().split('#').next().unwrap()).await.text();
        assert!(page.contains("It does not take the mail") && page.contains("no such user here"), "{page}");
    }

    async fn a_password_that_was_refused_replaces_none(database) {
        let app = without_relay(database).await;
        let peer = guarded().await;
        let browser = admin(&app).await;
        let good = [("user", "helpdesk"), ("password", "s3cr3t-word")];
        submit(&browser, "/admin/relay", &at(&peer), &good).await.assert(303);
        let wrong = [("user", "helpdesk"), ("password", "wrong"), ("way", "to"), ("to", "a@b.example"), ("sender", "Fairwater CA")];
        let tried = submit(&browser, "/admin/relay/trials", &at(&peer), &wrong).await.assert(303).location();
        let place = tried.split('#').next().unwrap();
        assert!(browser.get(place).await.text().contains("value=\"Fairwater CA\""), "what was typed stays");
        let token = place.split("trial=").nth(1).unwrap();
        // He leaves it at that, and saves something else.
        let left = [("user", "helpdesk"), ("trial", token), ("sender", "Fairwater CA")];
        submit(&browser, "/admin/relay", &at(&peer), &left).await.assert(303);
        app.deliver(&mail("anna@customer.example")).await;
        peer.wait_for("anna@customer.example", 1).await;
    }

    async fn mail_that_cannot_leave_for_want_of_the_key_is_said(database) {
        let mut app = without_relay(database).await;
        let peer = guarded().await;
        let browser = admin(&app).await;
        submit(&browser, "/admin/relay", &at(&peer), &[("user", "helpdesk"), ("password", "s3cr3t-word")]).await.assert(303);
        let key = app.settings.data_directory().join("secret.key");
        let kept = std::fs::read(&key).unwrap();
        app.stop().await;
        std::fs::write(&key, format!("{}\n", "ab".repeat(32))).unwrap();
        app.restart().await;
        let said = async |app: &TestApp, words: &str| {
            let browser = app.visitor();
            browser.sign_in("root", PASSWORD).await;
            tests::wait_until(words, std::time::Duration::from_secs(20), async || {
                browser.get("/dashboard").await.text().contains(words).then_some(())
            })
            .await;
            browser
        };
        let browser = said(&app, "the password of the relay is missing or cannot be opened").await;
        assert!(browser.get("/admin/relay").await.text().contains("cannot be opened"));
        app.stop().await;
        std::fs::write(&key, kept).unwrap();
        app.restart().await;
        app.deliver(&mail("anna@customer.example")).await;
        peer.wait_for("anna@customer.example", 1).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        assert!(!browser.get("/dashboard").await.text().contains("cannot be opened"));
    }

    async fn an_address_has_many_spellings_and_its_password_opens_in_each(database) {
        let app = without_relay(database).await;
        let browser = admin(&app).await;
        let form = [("host", "0:0:0:0:0:0:0:1"), ("port", "2525"), ("tls", "none"), ("user", "helpdesk"), ("password", "p")];
        browser.submit("/admin/relay", &form).await.assert(303);
        let page = browser.get("/admin/relay").await.text();
        assert!(page.contains("value=\"::1\"") && !page.contains("cannot be opened"), "{page}");
        // What only words can say stays with its server.
        let words = json!({ "value": "smtp://127.0.0.1:2526?tls=none&connections=3&rate=30/min" });
        app.root.put("/api/v1/settings/SMTP_RELAY", words.clone()).await.assert(200);
        browser.submit("/admin/relay", &[("host", "127.0.0.1"), ("port", "2526"), ("tls", "none"), ("sender", "X")]).await.assert(303);
        let all = app.root.get("/api/v1/settings").await.items();
        let relay = all.iter().find(|one| one["key"] == "SMTP_RELAY").unwrap();
        assert_eq!(relay["value"], words["value"]);
    }

    async fn a_former_relay_that_hangs_holds_up_nobody(database) {
        let app = without_relay(database).await;
        let (former, next) = (SmtpPeer::start().await, SmtpPeer::start().await);
        let browser = admin(&app).await;
        submit(&browser, "/admin/relay", &at(&former), &[]).await.assert(303);
        former.behave(Behaviour::Slow(std::time::Duration::from_secs(30)));
        app.deliver(&mail("anna@customer.example")).await;
        tests::wait_until("a mail in its hands", std::time::Duration::from_secs(20), async || {
            (app.outgoing(&["sending"]).await > 0).then_some(())
        })
        .await;
        submit(&browser, "/admin/relay", &at(&next), &[]).await.assert(303);
        app.deliver(&mail("berta@customer.example")).await;
        next.wait_for("berta@customer.example", 1).await;
        former.relent();
    }

    async fn a_trial_says_how_the_line_is_protected(database) {
        let app = without_relay(database).await;
        let peer = SmtpPeer::start_with(Security { starttls: true, ..Security::default() }).await;
        let browser = admin(&app).await;
        let to = [("way", "to"), ("to", "ingrid@elsewhere.example")];
        for (tls, said) in [
            ("none", "Not encrypted"),
            ("opportunistic", "with a certificate that nobody has checked"),
            ("required", "No encryption comes about"),
        ] {
            let mut form = at(&peer);
            form[2].1 = tls.to_owned();
            let tried = submit(&browser, "/admin/relay/trials", &form, &to).await.assert(303).location();
            let page = browser.get(tried.split('#').next().unwrap()).await.text();
            assert!(page.contains(said), "{tls}: {page}");
        }
        assert_eq!(peer.received().len(), 2, "nothing goes where nobody vouches for the server");
        // With an authority of one's own, which the file names: whose certificate it is, and until when.
        let folder = tempfile::tempdir().unwrap();
        let (file, port) = (folder.path().join("ca.pem"), peer.address().port());
        std::fs::write(&file, peer.certificate()).unwrap();
        let app = TestApp::start_with(database, |config| {
            let relay = config.smtp_relay.as_mut().unwrap();
            (relay.host, relay.port, relay.tls, relay.ca) = ("localhost".into(), port, RelayTls::Required, Some(file));
        })
        .await;
        let browser = admin(&app).await;
        let form = [("host", "localhost".to_owned()), ("port", port.to_string()), ("tls", "required".to_owned())];
        let tried = submit(&browser, "/admin/relay/trials", &form, &to).await.assert(303).location();
        let page = browser.get(tried.split('#').next().unwrap()).await.text();
        assert!(page.contains("Encrypted, with a certificate for localhost") && page.contains("good until"), "{page}");
        assert!(page.contains("It has taken the mail"), "{page}");
    }

    async fn a_mail_to_ourselves_is_followed_until_it_is_back_and_becomes_no_ticket(database) {
        let app = without_relay(database).await;
        let peer = SmtpPeer::start().await;
        let browser = admin(&app).await;
        let round = [("way", "own"), ("own", SUPPORT)];
        let tried = submit(&browser, "/admin/relay/trials", &at(&peer), &round).await;
        let place = tried.assert(303).location().split('#').next().unwrap().to_owned();
        let page = browser.get(&place).await.text();
        assert!(page.contains("Waiting for it to come in again") && page.contains("data-poll"), "{page}");
        assert!(page.contains("<noscript><meta http-equiv=\"refresh\""), "also without scripts: {page}");
        let sent = peer.wait_for(SUPPORT, 1).await;
        // The relay rewrites the id, as some do: the token still tells.
        let text = String::from_utf8(sent[0].data.clone()).unwrap();
        let rewritten = text.replace(&sent[0].mail().message_id(), "rewritten@relay.example");
        app.hand_over("", SUPPORT, rewritten.as_bytes()).await;
        tests::wait_until("the mail that came in again", std::time::Duration::from_secs(20), async || {
            browser.get(&place).await.text().contains("It came in again").then_some(())
        })
        .await;
        assert!(!browser.get(&place).await.text().contains("data-poll"));
        // Whoever has read the test mail makes no other mail vanish with what it carries, nor with what the page's address does.
        let mark = sent[0].mail().header("X-Turnstone-Test").unwrap();
        assert!(!place.contains(&mark));
        let copied = mail("mallory@elsewhere.example").header("X-Turnstone-Test", &mark);
        assert_eq!(app.deliver(&copied).await["disposition"], "new");
        let inbound = app.root.get("/api/v1/inbound").await.items();
        assert_eq!((app.tickets().await.len(), &inbound.last().unwrap()["disposition"]), (1, &json!("ignored")), "{inbound:?}");
        // One that nobody waits for is a mail as any other.
        let forged = mail("mallory@elsewhere.example").header("X-Turnstone-Test", "abcdefghijklmnopqrst");
        assert_eq!(app.deliver(&forged).await["disposition"], "new");
        let stranger = [("way", "own"), ("own", "boss@elsewhere.example")];
        submit(&browser, "/admin/relay/trials", &at(&peer), &stranger).await.assert(422);
    }

    async fn what_makes_no_sense_is_refused_with_its_field(database) {
        let own = tests::free_port();
        let app = TestApp::start_with(database, |config| {
            config.smtp_relay = None;
            config.smtp_listen = Some(([127, 0, 0, 1], own).into());
        })
        .await;
        let browser = admin(&app).await;
        let own = own.to_string();
        let good = [("host", "relay.example"), ("port", "587"), ("tls", "required"), ("user", ""), ("password", "")];
        for (field, value, shown) in [
            ("host", "", "r-host-e"),
            ("host", "smtp://relay.example", "r-host-e"),
            ("host", "user@relay.example", "r-host-e"),
            ("port", "6379", "r-port-e"),
            ("port", "many", "r-port-e"),
            ("user", "somebody", "r-pw-e"),
        ] {
            let fields: Vec<_> = good.iter().map(|(name, was)| (*name, if *name == field { value } else { was })).collect();
            let page = browser.submit("/admin/relay", &fields).await.assert(422).text();
            assert!(page.contains(shown), "{field}={value}: {page}");
        }
        let open = [("host", "relay.example"), ("tls", "opportunistic"), ("user", "u"), ("password", "p")];
        assert!(browser.submit("/admin/relay", &open).await.assert(422).text().contains("r-tls-e"), "a password in the clear");
        let circle = [("host", "127.0.0.1"), ("tls", "none"), ("port", own.as_str())];
        assert!(browser.submit("/admin/relay", &circle).await.assert(422).text().contains("takes mail"), "a circle");
        browser.submit("/admin/relay", &[("host", "relay.example"), ("nonsense", "1")]).await.assert(400);
        assert!(app.root.get("/api/v1/audit?kind=settings").await.items().is_empty(), "nothing was changed");
        // Whoever looks after mail alone could read everybody's new passwords.
        app.root.post("/api/v1/roles", json!({ "name": "Mail", "installation": ["queues_and_mail"] })).await.assert(201);
        app.agent("mia", &["Mail"]).await;
        let mia = app.visitor();
        mia.sign_in("mia", PASSWORD).await;
        mia.get("/admin/relay").await.assert(403);
    }

    async fn what_the_file_says_wins_and_can_be_tried(database) {
        let app = TestApp::start(database).await;
        let browser = admin(&app).await;
        let page = browser.get("/admin/relay").await.text();
        assert!(page.contains("cannot be changed here") && !page.contains("Save relay"), "{page}");
        let peer = SmtpPeer::start().await;
        submit(&browser, "/admin/relay", &at(&peer), &[]).await.assert(409);
        let to = [("way", "to"), ("to", "ingrid@elsewhere.example")];
        submit(&browser, "/admin/relay/trials", &at(&app.relay), &to).await.assert(303);
        app.relay.wait_for("ingrid@elsewhere.example", 1).await;
        // Whoever manages people tries this one, and has the machine ask no other.
        app.root.post("/api/v1/roles", json!({ "name": "Staff", "installation": ["people"] })).await.assert(201);
        app.agent("staff", &["Staff"]).await;
        let staff = app.visitor();
        staff.sign_in("staff", PASSWORD).await;
        staff.get("/admin/relay").await.assert(200);
        let to = [("way", "to"), ("to", "mara@elsewhere.example")];
        submit(&staff, "/admin/relay/trials", &at(&app.relay), &to).await.assert(303);
        app.relay.wait_for("mara@elsewhere.example", 1).await;
        let refused = submit(&staff, "/admin/relay/trials", &at(&peer), &to).await.assert(403).text();
        assert!(refused.contains("every right, in all queues"), "{refused}");
        assert!(peer.received().is_empty());
    }

    async fn what_a_page_has_set_before_the_file_did_can_be_taken_away(database) {
        let app = TestApp::start(database).await;
        // The command line's settings name no relay: there it is set, as it was on the page before the file named one.
        let settings = app.settings.clone();
        let file = "[settings]\nSMTP_RELAY = \"smtps://desk@former.customer.example:465\"\n";
        let set = tokio::task::spawn_blocking(move || settings.run(&["config", "apply", "-"], file.as_bytes())).await.unwrap();
        assert!(set.status.success(), "{set:?}");
        let browser = admin(&app).await;
        let page = browser.get("/admin/relay").await.assert(200).text();
        assert!(page.contains("former.customer.example") && page.contains("Take away"), "{page}");
        submit(&browser, "/admin/relay", &[], &[("remove", "yes")]).await.assert(303);
        let page = browser.get("/admin/relay").await.assert(200).text();
        assert!(!page.contains("former.customer.example") && page.contains("cannot be changed here"), "{page}");
        assert!(app.desk().db.read(turnstone::settings::relay::said).await.unwrap().is_none());
        let written = app.root.get("/api/v1/audit?kind=settings").await.items().remove(0);
        assert_eq!((&written["subject"], &written["after"]["value"]), (&json!("SMTP_RELAY"), &json!(null)), "{written}");
        assert!(written["before"]["value"].as_str().unwrap().contains("former"), "{written}");
        // The one that is in force is the file's: nothing takes that away, and another one is refused as before.
        submit(&browser, "/admin/relay", &[], &[("remove", "yes")]).await.assert(303);
        assert_eq!(app.root.get("/api/v1/audit?kind=settings").await.items().len(), 2, "nothing to take away is no change");
        app.deliver(&mail("anna@customer.example")).await;
        app.relay.wait_for("anna@customer.example", 1).await;
        submit(&browser, "/admin/relay", &[], &[("host", "127.0.0.1"), ("port", "2526"), ("tls", "none")]).await.assert(409);
    }

    async fn every_node_takes_it_up(database) {
        // Nodes share nothing but PostgreSQL.
        if database == tests::Database::Sqlite {
            return;
        }
        let mut app = without_relay(database).await;
        let (node, base) = app.another_node().await;
        let token = app.token("root").await;
        let peer = SmtpPeer::start().await;
        submit(&admin(&app).await, "/admin/relay", &at(&peer), &[]).await.assert(303);
        // The node at which it was set is gone: the other one sends.
        app.stop().await;
        let root = Client::with_token(&base, &token);
        let letter = json!({ "queue": "Support", "title": "News", "channel": "mail", "hold_seconds": 0,
            "customer": "anna@customer.example", "body_text": "Something new." });
        root.post("/api/v1/tickets", letter).await.assert(201);
        peer.wait_for("anna@customer.example", 1).await;
        node.stop().await;
    }

    async fn the_configuration_carries_it_without_its_password(database) {
        let app = without_relay(database).await;
        let peer = guarded().await;
        let browser = admin(&app).await;
        submit(&browser, "/admin/relay", &at(&peer), &[("user", "helpdesk"), ("password", "s3cr3t-word")]).await.assert(303);
        let run = |words: &'static [&'static str], input: String| {
            let settings = app.settings.clone();
            tokio::task::spawn_blocking(move || settings.run(words, input.as_bytes()))
        };
        let text = String::from_utf8(run(&["config", "export"], String::new()).await.unwrap().stdout).unwrap();
        let same = run(&["config", "apply", "-"], text.clone()).await.unwrap();
        assert!(String::from_utf8_lossy(&same.stdout).contains("Everything is as the file says."), "{same:?}");
        app.deliver(&mail("anna@customer.example")).await;
        peer.wait_for("anna@customer.example", 1).await;
        // Another user by the file: his password is not known, so mail waits.
        let other = run(&["config", "apply", "-"], text.replace("helpdesk@127", "another@127")).await.unwrap();
        assert!(other.status.success(), "{other:?}");
        assert!(text.contains("SMTP_RELAY = \"smtp://helpdesk@127.0.0.1") && !text.contains("s3cr3t-word"), "{text}");
        let page = browser.get("/admin/relay").await.text();
        assert!(page.contains("cannot be opened"), "{page}");
        assert!(browser.get("/dashboard").await.text().contains("password of the relay is missing"));
    }
}
