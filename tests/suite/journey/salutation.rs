//! The salutation above the composer's box, in a real browser.

use serde_json::json;
use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Browser, Database, mail};

#[test]
fn the_salutation_follows_to_whom_it_goes_and_what_is_written() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let queues = app.root.get("/api/v1/queues").await.items();
        let change = json!({ "salutation": "Hello {{customer.name}},", "salutation_unnamed": "Dear Sir or Madam,", "hold_seconds": 0 });
        app.root.patch(&format!("/api/v1/queues/{}", text(&queues[0]["id"])), change).await.assert(200);
        let letter = mail("anna@customer.example").from_header("Anna <anna@customer.example>");
        let number = app.ticket_from(&letter).await;
        let customer = app.root.get("/api/v1/customers?q=anna").await.items().remove(0);
        let second = format!("/api/v1/customers/{}/addresses", text(&customer["id"]));
        app.root.post(&second, json!({ "address": "anna@home.example" })).await.assert(201);
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/tickets/{number}", app.base())).await;
        let shown = "const one = document.querySelector('[data-salutation]'); return one.checkVisibility() ? one.innerText.trim() : ''";
        assert_eq!(browser.run(shown).await, "Hello Anna,");
        browser.fill("#to", "bert@elsewhere.example").await;
        assert_eq!(browser.run(shown).await, "Dear Sir or Madam,");
        browser.fill("#to", "Anna <ANNA@customer.example>, bert@elsewhere.example").await;
        assert_eq!(browser.run(shown).await, "Hello Anna,");
        browser.fill("#to", "bert@elsewhere.example").await;
        assert_eq!(browser.run(shown).await, "Dear Sir or Madam,");
        browser.fill("#to", "anna@home.example").await;
        assert_eq!(browser.run(shown).await, "Hello Anna,", "by another address of hers");
        for (kind, wanted) in [("note", ""), ("forward", ""), ("reply", "Hello Anna,")] {
            browser.run(&format!("document.querySelector('[name=kind][value={kind}]').click()")).await;
            assert_eq!(browser.run(shown).await, wanted, "{kind}");
        }
        browser.screenshot("salutation").await;
        browser.fill("#to", "bert@elsewhere.example").await;
        browser.fill("textarea[name=body]", "Please look.").await;
        browser.click(".split > .btn").await;
        browser.wait_for_text("Please look.").await;
        let sent = app.relay.wait_for("bert@elsewhere.example", 1).await.remove(0);
        assert!(
            sent.mail().text().starts_with("Dear Sir or Madam,"),
            "what was shown is what was sent: {}",
            sent.mail().text()
        );
        browser.close().await;
    });
}
