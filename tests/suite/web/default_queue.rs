//! Which queue takes the mail that belongs nowhere else is chosen on the form of a queue.

use serde_json::json;
use tests::app::{SUPPORT, TestApp, text};
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

const BILLING: &str = "billing@helpdesk.example";

/// The form of a queue as its page sends it, ticked or not.
fn form<'a>(name: &'a str, address: &'a str, takes_the_rest: bool) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", name),
        ("addresses", address),
        ("auto_response", "on"),
        ("follow_up_policy", "reopen"),
        ("unlock_minutes", "480"),
        ("hold_seconds", "10"),
        ("language", "en"),
    ];
    if takes_the_rest {
        fields.push(("default", "on"));
    }
    fields
}

/// The queues Support and Billing, by their pages, and an admin.
async fn two_queues(app: &TestApp) -> (Client, String, String) {
    app.queue("Billing", BILLING).await;
    let admin = app.visitor();
    admin.sign_in("root", PASSWORD).await;
    admin.get("/admin/queues/new").await.assert(200);
    let all = app.root.get("/api/v1/queues").await.items();
    let page = |name: &str| {
        let queue =
            all.iter().find(|queue| queue["name"] == name).unwrap_or_else(|| panic!("no queue {name}"));
        format!("/admin/queues/{}", text(&queue["id"]))
    };
    (admin, page("Support"), page("Billing"))
}

/// The queues of which the API says that they take the rest.
async fn defaults(app: &TestApp) -> Vec<String> {
    let mut all = app.root.get("/api/v1/queues").await.items();
    all.retain(|queue| queue["default"] == true);
    all.iter().map(|queue| text(&queue["name"])).collect()
}

/// The queue that a mail to none of our addresses comes into.
async fn of_a_stray(app: &TestApp, from: &str) -> String {
    let letter = mail(from).to("someone@elsewhere.example");
    let inbound = app.deliver_as(from, "postmaster", &letter).await;
    assert_eq!(inbound["disposition"], "new", "{inbound}");
    text(&app.ticket(&text(&inbound["ticket"])).await["queue"])
}

both_databases! {
    async fn exactly_one_queue_takes_the_rest_and_another_one_takes_its_place(database) {
        let app = TestApp::start(database).await;
        let (admin, support, billing) = two_queues(&app).await;
        let (box_of_it, badge) = ("name=\"default\"", "class=\"badge\">Takes the rest<");
        assert_eq!(defaults(&app).await, ["Support"]);
        assert_eq!(of_a_stray(&app, "anna@customer.example").await, "Support");
        assert!(!admin.get(&support).await.assert(200).text().contains(box_of_it), "it takes the rest already");
        assert!(admin.get(&billing).await.assert(200).text().contains(box_of_it));
        admin.submit(&billing, &form("Billing", BILLING, false)).await.assert(303);
        assert_eq!(defaults(&app).await, ["Support"]);
        admin.submit(&billing, &form("Billing", BILLING, true)).await.assert(303);
        assert_eq!(defaults(&app).await, ["Billing"]);
        let list = admin.get("/admin/queues").await.assert(200).text();
        assert_eq!(list.matches(badge).count(), 1, "{list}");
        assert!(list.split(badge).next().unwrap().ends_with("Billing</a></b> <span "), "{list}");
        assert_eq!(of_a_stray(&app, "bert@customer.example").await, "Billing");
        let number = app.ticket_from(&mail("carl@customer.example")).await;
        assert_eq!(app.ticket(&number).await["queue"], "Support", "what names a queue goes where it did");
        // Neither form sends the box any more, and nothing is lost by that.
        admin.submit(&support, &form("Support", SUPPORT, false)).await.assert(303);
        admin.submit(&billing, &form("Billing", BILLING, false)).await.assert(303);
        assert_eq!(defaults(&app).await, ["Billing"]);
        let rows = app.root.get("/api/v1/audit?kind=queue&limit=200").await.items();
        let given: Vec<_> = rows.iter().filter(|row| row["after"]["default"] == true && row["before"]["default"] == false).collect();
        assert_eq!(given.len(), 1, "{rows:?}");
        assert_eq!((&given[0]["agent"], &given[0]["cause"], &given[0]["subject"]), (&json!("root"), &json!("web"), &json!("Billing")));
    }

    async fn the_former_one_can_be_retired_and_its_mail_goes_to_its_successor(database) {
        let app = TestApp::start(database).await;
        let (admin, support, billing) = two_queues(&app).await;
        let (retire, retire_next) = (format!("{support}/retirement"), format!("{billing}/retirement"));
        admin.submit(&retire, &[("to", "")]).await.assert(409);
        admin.submit(&billing, &form("Billing", BILLING, true)).await.assert(303);
        admin.submit(&retire, &[("to", "")]).await.assert(303);
        let refused = admin.submit(&retire_next, &[("to", "")]).await;
        assert!(refused.assert(409).text().contains("Choose another queue for that first"), "{}", refused.text());
        let api = support.replacen("/admin/", "/api/v1/", 1);
        assert_eq!(app.root.get(&api).await.assert(200).json()["retired"], true);
        let number = app.ticket_from(&mail("dora@customer.example")).await;
        assert_eq!(app.ticket(&number).await["queue"], "Billing", "its address is still taken");
        assert_eq!(of_a_stray(&app, "emma@customer.example").await, "Billing");
        // Nothing ends in a queue that is out of use.
        admin.submit(&support, &form("Support", SUPPORT, true)).await.assert(422);
        assert_eq!(defaults(&app).await, ["Billing"]);
    }
}
