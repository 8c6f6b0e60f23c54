//! What an agent chooses: where he begins, and where his keys lie.

use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::both_databases;

const LOOK: [(&str, &str); 4] =
    [("page_size", "25"), ("time_zone", "UTC"), ("theme", "system"), ("language", "en")];

/// Where signing in leads.
async fn begins(app: &TestApp, login: &str) -> String {
    let browser = app.visitor();
    browser.get("/login").await.assert(200);
    browser.submit("/login", &[("login", login), ("password", PASSWORD)]).await.assert(303).location()
}

both_databases! {
    async fn signing_in_leads_to_what_was_chosen_while_it_is_there(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        assert_eq!(begins(&app, "dana").await, "/dashboard");
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        browser.get("/preferences").await.assert(200);
        let choose = async |entry: &str| {
            let fields: Vec<_> = LOOK.into_iter().chain([("start_at", entry)]).collect();
            browser.submit("/preferences", &fields).await.assert(303);
        };
        choose("us").await;
        assert_eq!(begins(&app, "dana").await, "/tickets?view=us");
        choose("q1").await;
        assert_eq!(begins(&app, "dana").await, "/tickets?queue=1");
        let fields = [("name", "Certificates"), ("q", "tag:certificates"), ("sort", "waiting")];
        let view = browser.submit("/views", &fields).await.assert(303).location();
        let page = browser.get("/preferences").await.text();
        let entry = page.split("<option value=\"v").nth(1).unwrap().split('"').next().unwrap().to_owned();
        choose(&format!("v{entry}")).await;
        assert_eq!(begins(&app, "dana").await, view);
        // What is gone, or never was, leads to the dashboard.
        browser.submit(&format!("/views/{entry}/end"), &[]).await.assert(303);
        assert_eq!(begins(&app, "dana").await, "/dashboard");
        choose("q99").await;
        assert_eq!(begins(&app, "dana").await, "/dashboard");
    }

    async fn keys_are_laid_elsewhere_and_never_twice(database) {
        let app = TestApp::start(database).await;
        app.agent("dana", &["Agent"]).await;
        let browser = app.visitor();
        browser.sign_in("dana", PASSWORD).await;
        let page = browser.get("/preferences/keys").await.assert(200).text();
        let usual: Vec<(String, String)> = page
            .split("class=\"in in-key\"")
            .skip(1)
            .map(|rest| {
                let part = |mark: &str| rest.split(mark).nth(1).unwrap().split('"').next().unwrap().to_owned();
                (part("name=\""), part("value=\""))
            })
            .collect();
        assert_eq!(usual.len(), 19, "{usual:?}");
        let with = |changes: &[(&str, &str)]| -> Vec<(String, String)> {
            let laid = |(name, at): &(String, String)| {
                let other = changes.iter().find(|(changed, _)| changed == name);
                (name.clone(), other.map_or(at.clone(), |(_, at)| (*at).to_owned()))
            };
            usual.iter().map(laid).collect()
        };
        let save = async |fields: Vec<(String, String)>| {
            let fields: Vec<_> = fields.iter().map(|(name, at)| (name.as_str(), at.as_str())).collect();
            browser.submit("/preferences/keys", &fields).await
        };
        let refused = save(with(&[("reply", "j"), ("note", "nn")])).await.assert(422).text();
        assert!(refused.contains("“j” already does something else.") && refused.contains("One character"));
        assert!(refused.contains("id=\"k-reply\" name=\"reply\" value=\"j\""), "what was typed stays");
        save(with(&[("reply", "e"), ("note", ""), ("go_tickets", "t")])).await.assert(303);
        let page = browser.get("/tickets").await.text();
        assert!(page.contains("data-keymap=\"r=e n= i=t\""), "{page}");
        assert!(page.contains("<kbd>e</kbd> <span>reply</span>"), "the sheet shows it");
        let fields = [("usual", "yes")];
        browser.submit("/preferences/keys", &fields).await.assert(303);
        assert!(!browser.get("/tickets").await.text().contains("data-keymap"));
    }
}
