//! The list from which a ticket was opened stays beside it, and goes along with what is done to the ticket.

use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::{Client, both_databases, mail};

/// The tickets beside one, in their order, and which of them is the open one.
async fn beside(browser: &Client, path: &str) -> (Vec<String>, Vec<String>) {
    let page = browser.get(path).await.assert(200).text();
    let rows = page.split("<a class=\"bs-a\" href=\"/tickets/").skip(1);
    let rows: Vec<&str> = rows.collect();
    let number = |row: &&str| row.split('?').next().unwrap().to_owned();
    let open = rows.iter().filter(|row| row.split('>').next().unwrap().contains("aria-current=\"true\""));
    (rows.iter().map(number).collect(), open.map(number).collect())
}

/// Where the link of this kind leads.
fn link(page: &str, rel: &str) -> Option<String> {
    let tag = page.split("<a ").find(|tag| tag.contains(&format!("rel=\"{rel}\" data-key")))?;
    Some(tag.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&"))
}

both_databases! {
    async fn a_ticket_keeps_the_list_from_which_it_was_opened(database) {
        let app = TestApp::start(database).await;
        let one = app.ticket_from(&mail("anna@customer.example").subject("One")).await;
        let two = app.ticket_from(&mail("bert@customer.example").subject("Two")).await;
        let three = app.ticket_from(&mail("carl@customer.example").subject("Three")).await;
        app.root.reply(&two, "Done.").await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let list = browser.get("/tickets?view=us&sort=waiting").await.assert(200).text();
        let opened = format!("/tickets/{one}?in=view%3Dus%26sort%3Dwaiting");
        assert!(list.contains(&format!("href=\"{opened}\"")), "{list}");
        assert_eq!(beside(&browser, &opened).await, (vec![one.clone(), three.clone()], vec![one.clone()]));
        let page = browser.get(&opened).await.text();
        assert_eq!(link(&page, "next").as_deref(), Some(format!("/tickets/{three}?in=view%3Dus%26sort%3Dwaiting").as_str()));
        assert_eq!(link(&page, "prev"), None);
        assert!(page.contains("href=\"/tickets?view=us&amp;sort=waiting\""), "the way back");
        // Without a list, with one that is none, or of a queue that is not for these eyes: the ticket alone.
        assert_eq!(beside(&browser, &format!("/tickets/{one}")).await.0.len(), 0);
        for odd in ["queue%3D99", "sort%3Dnonsense", "queue%3Dx", "cursor%3Dx", "q%3Dqueue%253ANowhere"] {
            assert_eq!(beside(&browser, &format!("/tickets/{one}?in={odd}")).await.0.len(), 0, "{odd}");
        }
        // What is done leads back to the same page.
        let locked = browser.submit(&format!("/tickets/{one}/lock?in=view%3Dus%26sort%3Dwaiting"), &[]).await;
        assert_eq!(locked.assert(303).location(), opened);
        // So does a refusal.
        let refused = browser.submit(&format!("/tickets/{one}/tags?in=view%3Dus%26sort%3Dwaiting"), &[("tag", " ")]).await;
        let refused = refused.assert(422).text();
        assert!(refused.contains(&format!("href=\"{opened}\"")), "{refused}");
        // What changed elsewhere is fetched without the conversation.
        let alone = browser.get(&format!("/tickets/{one}/beside?in=view%3Dus%26sort%3Dwaiting")).await.assert(200).text();
        assert!(alone.contains("class=\"bs-a\"") && alone.contains("id=\"n-us\""), "the list and the counters");
        assert!(!alone.contains("id=\"thread\"") && !alone.contains("data-composer"), "{alone}");
        // It can be put away, and is remembered.
        browser.submit("/preferences/beside", &[("beside", "no"), ("back", &opened)]).await.assert(303);
        assert_eq!(beside(&browser, &opened).await.0.len(), 0);
        let page = browser.get(&opened).await.text();
        assert!(link(&page, "next").is_some(), "the way through the list stays");
        browser.submit("/preferences/beside", &[("beside", "yes"), ("back", &opened)]).await.assert(303);
        assert_eq!(beside(&browser, &opened).await.0.len(), 2);
    }

    async fn nobody_sees_beside_a_ticket_what_he_may_not_read(database) {
        let app = TestApp::start(database).await;
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["reply"]).await;
        app.agent("bill", &["Biller"]).await;
        let secret = app.ticket_from(&mail("anna@customer.example").subject("Secret")).await;
        let own = app.ticket_from(&mail("anna@customer.example").subject("Bill")).await;
        app.root.set(&own, "queue", "Billing").await;
        let browser = app.visitor();
        browser.sign_in("bill", PASSWORD).await;
        assert_eq!(beside(&browser, &format!("/tickets/{own}?in=")).await.0, std::slice::from_ref(&own));
        assert_eq!(beside(&browser, &format!("/tickets/{own}?in=queue%3D1")).await.0.len(), 0);
        browser.get(&format!("/tickets/{secret}?in=")).await.assert(404);
    }

    async fn closing_goes_on_in_the_list_over_its_pages(database) {
        let app = TestApp::start(database).await;
        let mut numbers = Vec::new();
        for at in 0..12 {
            numbers.push(app.ticket_from(&mail(&format!("c{at}@customer.example"))).await);
        }
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        browser.get("/preferences").await.assert(200);
        let (size, zone) = (("page_size", "10"), ("time_zone", "UTC"));
        browser.submit("/preferences", &[size, zone, ("theme", "light"), ("language", "en"), ("after_sending", "next")]).await.assert(303);
        // Oldest first, the tenth is the last of the page.
        let list = "in=view%3Dus%26sort%3Dwaiting";
        let page = browser.get(&format!("/tickets/{}?{list}", numbers[9])).await.assert(200).text();
        let next = link(&page, "next").unwrap();
        assert!(next.starts_with(&format!("/tickets/{}?in=", numbers[10])) && next.contains("cursor"), "{next}");
        let closed = browser.submit(&format!("/tickets/{}/closure?{list}", numbers[9]), &[]).await;
        assert_eq!(closed.assert(303).location(), next);
        // In the middle: the one below, unless somebody else is on it.
        app.agent("dana", &["Agent"]).await.lock(&numbers[4]).await;
        let closed = browser.submit(&format!("/tickets/{}/closure?{list}", numbers[3]), &[]).await;
        assert_eq!(closed.assert(303).location(), format!("/tickets/{}?{list}", numbers[5]));
        // Without a list a ticket stays open to the eye, as ever.
        let closed = browser.submit(&format!("/tickets/{}/closure", numbers[6]), &[]).await;
        assert_eq!(closed.assert(303).location(), format!("/tickets/{}", numbers[6]));
        // A reply goes the same way.
        let form = [("kind", "reply"), ("then", "open"), ("to", "c7@customer.example"), ("body", "An answer.")];
        let sent = browser.submit(&format!("/tickets/{}/articles?{list}", numbers[7]), &form).await;
        assert_eq!(sent.assert(303).location(), format!("/tickets/{}?{list}", numbers[8]));
    }
}
