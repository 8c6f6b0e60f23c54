//! The audit log's page in its reader's language; for programs it stays English.

use std::time::Duration;

use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::messages::catalogue;
use tests::{Client, both_databases, mail, wait_until};
use turnstone::access::Who;
use turnstone::audit;
use turnstone::db::{Audited, Cause, Ts};

/// The fields that the log is told of, by name, within others as well. Whoever tells it of another one gives that one words.
const FIELDS: &str = "
    active address addresses after agent_domains answer auth auto_response base bind_dn body ca calendar
    client_id closed_days colour default description direct_bind directory disabled_attribute
    disabled_values dismissed domains email enabled existing expires_at expires_attribute filter folders
    follow_up_policy grants group_base group_filter groups_attribute hold_seconds holidays host hours id
    id_attribute in installation issuer kind label language login login_attribute logo look
    mail_attribute make_agents max_bytes method move_to name name_attribute needs_factor note on
    only_admins order organisation out own page_size parent passkeys password people place poll_seconds
    port priority queue queues removed reply_token retired roles roles_claim rules salutation
    salutation_unnamed scope scopes security sender_name sessions signature state steps strict_matching
    subject subject_tag sync_minutes tags theme tickets_free tickets_given tied_to time_zone
    timeout_seconds tls to_queue token token_url trust_email trusted unlock_minutes url usual value
    version wait_days
";

async fn root_reads(app: &TestApp, language: &str) {
    let browser = app.visitor();
    browser.sign_in("root", PASSWORD).await;
    browser.get("/preferences").await.assert(200);
    let fields =
        [("language", language), ("theme", "system"), ("page_size", "25"), ("time_zone", "Europe/Berlin")];
    browser.submit("/preferences", &fields).await.assert(303);
}

async fn page(browser: &Client, kind: &str) -> String {
    browser.get(&format!("/admin/audit?kind={kind}")).await.assert(200).text()
}

fn names(page: &str, field: &str) -> bool {
    page.contains(&format!("<th scope=\"row\">{field}</th>"))
}

/// A queue, a role and an agent that were changed.
async fn changed(app: &TestApp) {
    app.queue("Legal", "legal@helpdesk.example").await;
    let all = app.root.get("/api/v1/queues").await.items();
    let legal = all.iter().find(|queue| queue["name"] == "Legal").unwrap();
    let change = json!({ "note": "Ask first", "follow_up_policy": "reject" });
    app.root.patch(&format!("/api/v1/queues/{}", text(&legal["id"])), change).await.assert(200);
    let role = json!({ "name": "Gate", "grants": [{ "queue": "Legal", "rights": ["reply"] }], "installation": ["people", "export"] });
    app.root.post("/api/v1/roles", role).await.assert(201);
    app.agent("dana", &["Agent"]).await;
}

both_databases! {
    async fn what_was_changed_is_told_in_the_readers_language(database) {
        let app = TestApp::start(database).await;
        changed(&app).await;
        root_reads(&app, "de").await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/admin/settings").await.assert(200);
        browser.submit("/admin/settings", &[("key", "SIGN_IN_TRIES"), ("value", "7")]).await.assert(303);
        let queues = page(&browser, "queue").await;
        assert!(names(&queues, "Notiz") && names(&queues, "eine E-Mail zu einem geschlossenen Ticket"), "{queues}");
        assert!(queues.contains("<td>wird mit einer Erklärung zurückgeschickt</td>"), "{queues}");
        let roles = page(&browser, "role").await;
        assert!(names(&roles, "für die ganze Installation"), "{roles}");
        assert!(roles.contains("Personen und Rollen verwalten") && roles.contains("exportieren"), "{roles}");
        // The queue by the name that it had, not by a number that nobody knows.
        assert!(roles.contains("Legal: antworten"), "{roles}");
        let agents = page(&browser, "agent").await;
        assert!(names(&agents, "E-Mail-Adresse") && agents.contains("<td>ja</td>"), "{agents}");
        let settings = page(&browser, "settings").await;
        assert!(names(&settings, "Wert") && settings.contains("SIGN_IN_TRIES"), "{settings}");
        // No name is left as it is stored, or in English.
        let (english, german) = (catalogue("en"), catalogue("de"));
        for page in [&queues, &roles, &agents, &settings] {
            for (key, message) in english.iter().filter(|(key, _)| key.starts_with("audit-field-")) {
                let (said, meant) = (message.texts.join(""), german[key].texts.join(""));
                assert!(said == meant || !names(page, &said), "{said}: {page}");
            }
        }
        root_reads(&app, "fr").await;
        let agents = page(&browser, "agent").await;
        assert!(names(&agents, "adresse e-mail") && agents.contains("<td>oui</td>"), "{agents}");
        // Programs get what is stored.
        let newest = app.root.get("/api/v1/audit?kind=queue").await.items().remove(0);
        assert_eq!(newest["after"], json!({ "note": "Ask first", "follow_up_policy": "reject" }));
        let table = browser.get("/admin/audit.csv?kind=role").await.assert(200).text();
        assert!(table.contains("installation") && table.contains("people"), "{table}");
    }

    async fn what_is_read_is_found(database) {
        let app = TestApp::start(database).await;
        changed(&app).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let found = async |words: &str| {
            let words = words.replace('%', "%25").replace(' ', "+");
            let page = browser.get(&format!("/admin/audit?words={words}")).await.assert(200).text();
            let table = browser.get(&format!("/admin/audit.csv?words={words}")).await.assert(200).text();
            (page, table)
        };
        let rows = |table: &str| table.lines().count() - 1;
        for (language, tongue) in [
            // A kind, a field, a value, what stands behind a pattern, and two of them at once; what people wrote as it is.
            ("de", ["geschlossenen", "ERKLÄRUNG", "Rolle", "exportieren", "Rolle exportieren", "Ask"]),
            ("fr", ["clos", "explication", "Rôle", "exporter", "Rôle exporter", "ask"]),
            ("en", ["closed", "explanation", "Role", "export", "role export", "first"]),
        ] {
            root_reads(&app, language).await;
            for (n, words) in tongue.into_iter().enumerate() {
                let (page, table) = found(words).await;
                let subject = if (2..5).contains(&n) { "Gate" } else { "Legal" };
                assert!(page.contains(subject), "{language}: {words}: {page}");
                assert!(table.contains(subject) && rows(&table) > 0, "{language}: {words}: {table}");
            }
            for none in ["geschlossenen%", "R_lle", "fremdwort", "explication_"] {
                let (page, _) = found(none).await;
                assert!(!page.contains("Gate") && !page.contains(": Legal"), "{language}: {none}: {page}");
            }
        }
        // The words of one language mean nothing in another, and programs look for what is stored.
        let (page, _) = found("Erklärung").await;
        assert!(!page.contains(": Legal"), "{page}");
        assert!(app.root.get("/api/v1/audit?words=explanation&kind=queue").await.items().is_empty());
    }

    async fn what_is_stored_by_another_name_is_found_by_the_one_that_is_read(database) {
        let app = TestApp::start(database).await;
        let now = Ts("2026-11-26T12:00:00Z".parse().unwrap());
        app.db()
            .write(move |tx| {
                let who = Who::machine(Cause::System);
                for (kind, subject, detail) in [
                    (Audited::PersonalData, "customer 4711", "taken out"),
                    (Audited::Password, "wanda", "invitation"),
                    // The same word, which means nothing there.
                    (Audited::SignOut, "walter", "invitation"),
                    (Audited::Customer, "customer 4712", "note"),
                    (Audited::SignInFailed, "wendel", "7 more in the hour from 2026-11-26T11:00:00Z"),
                ] {
                    audit::noted(tx, &who, kind, subject, detail, now)?;
                }
                for (kind, subject, after) in [
                    (Audited::State, "Supplier", json!({ "kind": "pending reminder" })),
                    (Audited::Template, "Nudge", json!({ "state": "pending auto close", "priority": "very low" })),
                    (Audited::Calendar, "Shifts", json!({ "hours": { "thursday": "8-12" } })),
                    (Audited::Agent, "wilma", json!({ "tied_to": { "method": "ldap", "subject": "w" } })),
                ] {
                    audit::changed(tx, &who, kind, subject, &Value::Null, &after, now)?;
                }
                Ok(())
            })
            .await
            .unwrap();
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        for (language, words) in [
            ("de", [
                ("Kunde", "4711"), ("Einladung", "wanda"), ("Notiz", "4712"), ("weitere", "wendel"), ("wartet", "Supplier"),
                ("geschlossen", "Nudge"), ("niedrig", "Nudge"), ("Donnerstag", "Shifts"), ("Kennung", "wilma"),
            ]),
            ("fr", [
                ("client", "4711"), ("invitation", "wanda"), ("note", "4712"), ("l'heure", "wendel"), ("attente", "Supplier"),
                ("clos", "Nudge"), ("basse", "Nudge"), ("jeudi", "Shifts"), ("identifiant", "wilma"),
            ]),
        ] {
            root_reads(&app, language).await;
            for (word, subject) in words {
                let page = browser.get(&format!("/admin/audit?words={word}")).await.assert(200).text();
                assert!(page.contains(subject), "{language}: {word}: {page}");
                let table = browser.get(&format!("/admin/audit.csv?words={word}")).await.assert(200).text();
                assert!(table.contains(subject), "{language}: {word}: {table}");
            }
        }
        root_reads(&app, "de").await;
        let page = browser.get("/admin/audit?words=Einladung").await.assert(200).text();
        assert!(page.contains("wanda") && !page.contains("walter"), "{page}");
    }

    async fn what_happened_is_told_in_the_readers_language(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["full"]).await;
        let dana = app.agent("dana", &["Biller"]).await;
        let hidden = app.ticket_from(&mail("anna@customer.example")).await;
        dana.get(&format!("/api/v1/tickets/{hidden}")).await.assert(404);
        wait_until("the refusal", Duration::from_secs(10), async || {
            app.root.get("/api/v1/audit?kind=refused").await.items().into_iter().next()
        })
        .await;
        let visitor = app.visitor();
        visitor.get("/password/reset").await.assert(200);
        visitor.submit("/password/reset", &[("login", "dana")]).await.assert(200);
        let asked = wait_until("what the log says of the link", Duration::from_secs(20), async || {
            let rows = app.root.get("/api/v1/audit?kind=password&agent=dana").await.items();
            rows.iter().map(|row| text(&row["detail"])).find(|told| told.starts_with("link asked for"))
        })
        .await;
        let address = asked.strip_prefix("link asked for from ").unwrap().to_owned();
        root_reads(&app, "de").await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let refused = page(&browser, "refused").await;
        assert!(refused.contains("das Ticket ist verborgen") && !refused.contains(">hidden<"), "{refused}");
        let links = page(&browser, "password").await;
        assert!(links.contains(&format!("Link angefordert von {address}")) && !links.contains(&asked), "{links}");
        browser.get("/admin/audit.csv").await.assert(200);
        let exports = page(&browser, "export").await;
        assert!(exports.contains("<span class=\"cut\">Protokoll</span>"), "{exports}");
        root_reads(&app, "fr").await;
        let links = page(&browser, "password").await;
        assert!(links.contains(&format!("lien demandé depuis {address}")), "{links}");
        // Programs get what is stored; so does who reads English.
        let table = browser.get("/admin/audit.csv?kind=refused").await.assert(200).text();
        assert!(table.contains("hidden"), "{table}");
        root_reads(&app, "en").await;
        assert!(page(&browser, "password").await.contains(&asked));
    }
}

#[test]
fn every_field_that_the_log_is_told_of_has_words() {
    let english = catalogue("en");
    let without: Vec<&str> = FIELDS
        .split_whitespace()
        .filter(|name| !english.contains_key(&format!("audit-field-{name}")))
        .collect();
    assert_eq!(without, Vec::<&str>::new());
}
