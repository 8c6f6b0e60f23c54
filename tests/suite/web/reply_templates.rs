//! The administration's pages of templates, without a script.

use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

both_databases! {
    async fn a_template_is_made_corrected_and_retired_by_forms(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        let root = app.visitor();
        root.sign_in("root", PASSWORD).await;
        let empty = root.get("/admin/templates").await.assert(200).text();
        assert!(empty.contains("No templates yet"), "{empty}");
        root.get("/admin/templates/new").await.assert(200);
        let queues = app.root.get("/api/v1/queues").await.items();
        let billing = text(&queues.iter().find(|queue| queue["name"] == "Billing").unwrap()["id"]);
        let wrong = [("name", "Thanks"), ("language", "de"), ("body", "Guten Tag {{kunde}}"), ("queue", &billing),
            ("state", "pending reminder"), ("wait_days", "soon"), ("priority", "4"), ("tags", "a, b")];
        let page = root.submit("/admin/templates", &wrong).await.assert(422).text();
        assert!(page.contains("Guten Tag {{kunde}}") && page.contains("{{customer.name}}"), "what was typed, and what there is");
        assert!(page.contains("from 1 to 365") && page.contains(&format!("name=\"queue\" value=\"{billing}\" checked")), "{page}");
        let right = [("name", "Thanks"), ("language", "de"), ("body", "Guten Tag {{customer.name}}"), ("queue", &billing),
            ("state", "pending reminder"), ("wait_days", "3"), ("priority", "4"), ("tags", "a, b")];
        root.submit("/admin/templates", &right).await.assert(303);
        let kept = app.root.get("/api/v1/templates").await.items().remove(0);
        assert_eq!((kept["queues"][0].as_str(), kept["effects"]["wait_days"].as_i64()), (Some("Billing"), Some(3)));
        let list = root.get("/admin/templates").await.assert(200).text();
        assert!(list.contains("Wait 3 days") && list.contains("Tag a, b") && list.contains("Billing"), "{list}");
        let page = format!("/admin/templates/{}", text(&kept["id"]));
        assert!(root.get(&page).await.assert(200).text().contains("Guten Tag {{customer.name}}"));
        root.submit(&page, &[("name", "Danke"), ("body", "Vielen Dank."), ("tags", "")]).await.assert(303);
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        assert!(root.get(&format!("/tickets/{number}")).await.text().contains("Danke"), "everywhere now");
        root.submit(&format!("{page}/retirement"), &[]).await.assert(303);
        assert!(!root.get(&format!("/tickets/{number}")).await.text().contains("Danke"));
        root.submit(&format!("{page}/retirement/end"), &[]).await.assert(303);
        assert!(root.get(&format!("/tickets/{number}")).await.text().contains("Danke"));
        app.agent("dana", &["Agent"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        for page in ["/admin/templates", "/admin/templates/new", page.as_str()] {
            dana.get(page).await.assert(403);
        }
    }
}
