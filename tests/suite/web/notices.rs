//! What agents are told in the browser, over the event stream and on a page.

use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

use super::presence::Ear;

both_databases! {
    async fn the_stream_tells_each_his_own_and_nobody_what_he_may_not_read(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["full"]).await;
        app.agent("dana", &["Agent"]).await;
        app.agent("bill", &["Biller"]).await;
        let signed = async |login: &str| {
            let client = app.visitor();
            client.sign_in(login, PASSWORD).await;
            client
        };
        let (dana, bill) = (signed("dana").await, signed("bill").await);
        let (mut danas, mut bills) = (Ear::of(&dana).await, Ear::of(&bill).await);
        let number = app.ticket_from(&mail("anna@customer.example").subject("Paper jam")).await;
        assert!(danas.until("event: notice", 2_000).await, "{}", danas.1);
        assert!(!bills.until("event: notice", 500).await, "{}", bills.1);
        // Moved where he works: once, in his words.
        bill.get("/preferences").await.assert(200);
        let look = [("page_size", "25"), ("time_zone", "UTC"), ("theme", "system"), ("language", "de")];
        bill.submit("/preferences", &look).await.assert(303);
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        app.root.set(&number, "queue", "Billing").await;
        assert!(bills.until("\"unread\":\"1\"", 2_000).await, "{}", bills.1);
        app.root.set(&number, "queue", "Support").await;
        app.root.set(&number, "queue", "Billing").await;
        assert!(bills.until("wurde nach Billing verschoben", 2_000).await, "{}", bills.1);
        let page = bill.get("/notices").await.assert(200).text();
        assert_eq!(page.matches("wurde nach Billing verschoben").count(), 1, "what was not seen is told once: {page}");
        // Moved out of his sight it is gone from his page.
        app.root.set(&number, "queue", "Support").await;
        assert!(!bill.get("/notices").await.text().contains("Paper jam"));
    }
}
