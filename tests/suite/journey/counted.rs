//! The daily acts, counted: so many clicks and keys as `docs/agent.md` promises, and no more. What is typed into a field
//! is not counted; what has to be pressed to get there, and to be done, is.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use serde_json::json;
use tests::{Browser, Database, app::TestApp, binary::PASSWORD, mail, wait_until};

const PATIENCE: Duration = Duration::from_secs(20);
const CONTROL: &str = "\u{e009}";
const ENTER: &str = "\u{e007}";

/// Two hands on mouse and keyboard, and how often they pressed.
struct Hands<'a> {
    browser: &'a Browser,
    pressed: Cell<usize>,
    table: RefCell<Vec<(&'static str, usize)>>,
}

impl Hands<'_> {
    async fn click(&self, css: &str) {
        self.pressed.set(self.pressed.get() + 1);
        self.browser.click(css).await;
    }

    /// One key, or keys held together; it goes wherever the cursor is.
    async fn press(&self, keys: &str) {
        self.pressed.set(self.pressed.get() + 1);
        self.browser.driver.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Notes what an act took.
    fn took(&self, act: &'static str, at_most: usize) {
        let pressed = self.pressed.replace(0);
        assert!(pressed <= at_most, "{act}: {pressed} instead of {at_most}");
        self.table.borrow_mut().push((act, pressed));
    }
}

#[test]
fn daily_acts_take_no_more_clicks_than_promised() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let anna = "anna@customer.example";
        let older = app.ticket_from(&mail(anna).subject("The printer again")).await;
        let next = app.ticket_from(&mail("bert@customer.example").subject("The next one")).await;
        let number = app.ticket_from(&mail(anna).subject("The printer")).await;
        let template =
            json!({ "name": "Solved", "body_text": "This is solved now.", "effects": { "state": "closed" } });
        app.root.post("/api/v1/templates", template).await.assert(201);
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let page = format!("{}/tickets/{number}", app.base());
        let open = async || browser.open(&page).await;
        let becomes = async |what: &str, wanted: &str| {
            wait_until(wanted, PATIENCE, async || (app.ticket(&number).await[what] == wanted).then_some(()))
                .await;
        };
        let hands = Hands { browser: &browser, pressed: Cell::new(0), table: RefCell::default() };

        open().await;
        assert!(browser.text().await.contains("The printer again"), "the customer's other tickets are there");
        hands.took("all tickets of this customer", 0);

        hands.press("l").await;
        wait_until("the lock", PATIENCE, async || {
            (app.ticket(&number).await["lock"]["by"] == "root").then_some(())
        })
        .await;
        hands.took("take", 1);

        open().await;
        hands.press("m").await;
        hands.click("#tk-move .mi").await;
        becomes("queue", "Billing").await;
        hands.took("move", 2);

        browser.find("[data-toast] [data-key=z]").await;
        hands.press("z").await;
        becomes("queue", "Support").await;
        hands.took("undo the last thing", 1);

        open().await;
        hands.click("[popovertarget=tk-remind]").await;
        hands.click("#tk-remind .mi[value=tomorrow]").await;
        becomes("state", "pending reminder").await;
        hands.took("pending until tomorrow, 9:00", 2);

        app.root.set(&number, "state", "open").await;
        open().await;
        hands.click(&format!(".pr-x[href$='into={older}']")).await;
        hands.click(".savebar .btn-main").await;
        becomes("state", "merged").await;
        hands.took("merge", 3);

        browser.open(&format!("{}/tickets", app.base())).await;
        browser.find_text("a", "The printer again").await.click().await.unwrap();
        browser.find("#body").await;
        hands.press("r").await;
        hands.press("/").await;
        browser.wait_for_text("Solved").await;
        hands.press(ENTER).await;
        wait_until("the template", PATIENCE, async || {
            let value = browser.run("return document.getElementById('body').value").await;
            value.as_str().is_some_and(|text| text.contains("This is solved now.")).then_some(())
        })
        .await;
        hands.press(&format!("{CONTROL}{ENTER}")).await;
        browser.wait_for_text("The next one").await;
        wait_until("the next one", PATIENCE, async || browser.url().await.contains(&next).then_some(()))
            .await;
        wait_until("closed", PATIENCE, async || {
            (app.ticket(&older).await["state"] == "closed").then_some(())
        })
        .await;
        hands.took("reply from a template, close, next ticket", 4);

        hands.press("c").await;
        browser.fill("[name=customer]", "carl@customer.example").await;
        browser.fill("[name=subject]", "He called").await;
        browser.fill("[name=body]", "He cannot print.").await;
        hands.click(".savebar .btn-main").await;
        browser.wait_for_text("He called").await;
        let called = app.tickets().await.into_iter().find(|ticket| ticket["title"] == "He called").unwrap();
        assert_eq!(app.articles(called["number"].as_str().unwrap()).await[0]["channel"], "phone");
        hands.took("ticket of a phone call", 3);

        for turn in 0..20 {
            app.deliver(&mail(&format!("spam{turn}@shop.example")).subject("Cheap watches")).await;
        }
        browser.open(&format!("{}/tickets?q=watches", app.base())).await;
        hands.click("[data-all]").await;
        hands.click("button[name=act][value=more]").await;
        hands.click("button[name=act][value=spam]").await;
        browser.wait_for_text("20 tickets").await;
        wait_until("no spam", PATIENCE, async || {
            let left = app.root.get("/api/v1/tickets?q=watches").await.items();
            left.is_empty().then_some(())
        })
        .await;
        hands.took("close 20 spam mails", 3);

        let table = hands.table.into_inner();
        let complaints = browser.complaints().await;
        browser.close().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        let docs = include_str!("../../../docs/agent.md");
        for (act, pressed) in table {
            let words = docs.lines().any(|line| {
                line.starts_with("| ")
                    && line.to_lowercase().contains(act)
                    && line.ends_with(&format!("| {pressed} |"))
            });
            assert!(words, "docs/agent.md does not say that `{act}` takes {pressed}");
        }
    });
}
