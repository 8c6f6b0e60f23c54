//! From a customer's mail to the agent's answer and back: the main job, through everything that is real.

use std::io::Write;
use std::time::Duration;

use serde_json::json;
use tests::app::{SUPPORT, encoded, text};
use tests::{Binary, Browser, Client, Postfix, Settings, both_databases, mail};

const ANNA: &str = "anna@customer.example";

/// Waits until the article with this Message-ID is there and returns the number of its ticket.
async fn ticket_of(root: &Client, message_id: &str) -> String {
    let path = format!("/api/v1/articles?message_id={}", encoded(message_id));
    tests::wait_until("the mail's article", Duration::from_secs(30), async || {
        root.get(&path).await.items().first().map(|article| text(&article["ticket"]))
    })
    .await
}

both_databases! {
    async fn a_conversation_goes_through_everything(database) {
        let settings = Settings::new(database);
        let postfix = Postfix::start("helpdesk.example", settings.lmtp()).await;
        let settings = settings.with("SMTP_RELAY", &postfix.url());
        let root = settings.set_up();
        settings.must(&["queue", "add", "--name", "Certificates", "--address", "certificates@helpdesk.example"], "");
        settings.agent("dana", "Agent");
        let _server = Binary::serve(&settings).await;
        let root = Client::with_token(&settings.base(), &root);

        // The customer writes to a real mail server.
        let question = mail(ANNA)
            .from_header("Anna Bell <anna@customer.example>")
            .to(SUPPORT)
            .subject("My certificate has expired")
            .text("Good morning,\n\nmy certificate expired yesterday. What now?\n\nAnna\n")
            .attach("certificate.pem", "application/x-pem-file", b"-----BEGIN CERTIFICATE-----\n");
        postfix.take(ANNA, SUPPORT, &question.bytes()).await;
        let number = ticket_of(&root, question.id()).await;

        // She hears at once that it arrived.
        let received = postfix.wait_for(ANNA, 1).await.remove(0);
        assert_eq!(received.header("Auto-Submitted").as_deref(), Some("auto-replied"));
        assert_eq!(received.header("Return-Path").as_deref(), Some("<>"));
        assert!(received.text().contains(&number) || received.subject().contains(&number), "{}", received.text());

        // The agent finds it in her list, locks it and moves it.
        let browser = Browser::start().await;
        browser.sign_in(&settings.base(), "dana", tests::binary::PASSWORD).await;
        browser.open(&format!("{}/tickets", settings.base())).await;
        browser.find_text("a", "My certificate has expired").await.click().await.unwrap();
        browser.wait_for_text("my certificate expired yesterday").await;
        browser.screenshot(&format!("ticket-{database:?}").to_lowercase()).await;
        browser.click("form[action*='/lock'] button").await;
        browser.find("form[action*='/lock/release'] button").await;
        let ticket = root.get(&format!("/api/v1/tickets/{number}")).await.json();
        assert_eq!((&ticket["lock"]["locked"], &ticket["owner"]), (&json!(true), &json!("dana")));
        browser.click("button[popovertarget=tk-move]").await;
        browser.find_text("button", "Certificates").await.click().await.unwrap();
        tests::wait_until("the move", Duration::from_secs(15), async || {
            let ticket = root.get(&format!("/api/v1/tickets/{number}")).await.json();
            (ticket["queue"] == "Certificates").then_some(())
        })
        .await;

        // She answers with a file; the mail leaves after the hold.
        let mut file = tempfile::Builder::new().prefix("guide").suffix(".txt").tempfile().unwrap();
        file.write_all(b"Step 1: renew.\n").unwrap();
        browser.open(&format!("{}/tickets/{number}", settings.base())).await;
        browser.fill("textarea[name=body]", "Dear Anna,\n\nplease follow the guide.").await;
        browser.choose_file("input[type=file]", file.path()).await;
        let name = file.path().file_name().unwrap().to_string_lossy().into_owned();
        browser.wait_for_text(&name).await;
        browser.click("button[name=then][value=open]").await;
        let answer = postfix.wait_for(ANNA, 2).await.remove(1);
        assert_eq!(answer.subject(), "Re: My certificate has expired");
        assert_eq!(answer.header("In-Reply-To").unwrap(), format!("<{}>", question.id()));
        assert!(answer.references().contains(&question.id().to_owned()));
        assert!(answer.header("To").unwrap().contains(ANNA));
        assert!(answer.header("From").unwrap().contains("certificates@helpdesk.example"), "{:?}", answer.header("From"));
        assert!(answer.header("Auto-Submitted").is_none());
        assert_ne!(answer.header("Return-Path").as_deref(), Some("<>"));
        assert!(answer.text().contains("please follow the guide."), "{}", answer.text());
        assert!(answer.html().is_some_and(|html| html.contains("please follow the guide.")), "an HTML part as well");
        let attachment = answer.attachments().into_iter().next().expect("the guide");
        assert_eq!((attachment.name, attachment.data), (name, b"Step 1: renew.\n".to_vec()));

        // Her reply lands in the same ticket: open, and still the agent's.
        let thanks = mail(ANNA)
            .to("certificates@helpdesk.example")
            .subject("Re: My certificate has expired")
            .text("It works, thank you!\n\n> please follow the guide.\n")
            .answering([question.id(), answer.message_id().as_str()]);
        postfix.take(ANNA, "certificates@helpdesk.example", &thanks.bytes()).await;
        assert_eq!(ticket_of(&root, thanks.id()).await, number);
        let ticket = root.get(&format!("/api/v1/tickets/{number}")).await.json();
        assert_eq!((&ticket["state"], &ticket["owner"], &ticket["lock"]["by"]), (&json!("open"), &json!("dana"), &json!("dana")));

        // She reads it and closes.
        browser.open(&format!("{}/tickets/{number}", settings.base())).await;
        browser.wait_for_text("It works, thank you!").await;
        browser.click("form[action*='/closure'] button").await;
        tests::wait_until("the close", Duration::from_secs(15), async || {
            let ticket = root.get(&format!("/api/v1/tickets/{number}")).await.json();
            (ticket["state"] == "closed" && ticket["lock"]["locked"] == false).then_some(())
        })
        .await;
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "the browser complains: {complaints:?}");
        browser.close().await;
        assert_eq!(postfix.delivered_to(ANNA).len(), 2, "no second automatic answer");
    }
}
