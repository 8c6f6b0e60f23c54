use base64::Engine;
use serde_json::json;
use tests::app::TestApp;
use tests::{both_databases, mail};

both_databases! {
    async fn a_reply_has_one_re_and_threads_everywhere(database) {
        let app = TestApp::start(database).await;
        let question = mail("anna@customer.example")
            .from_header("Anna Bell <anna@customer.example>")
            .subject("AW: Re: SV: Broken key [Case 77]")
            .header("Thread-Index", "AdcABCDEFGHIJKLMNOPQRSTUVWXYZw==")
            .header("Thread-Topic", "Broken key [Case 77]");
        let number = app.ticket_from(&question).await;
        app.hush().await;
        let reply = app.root.reply(&number, "We look into it.\n\nÜber alles.").await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        let letter = sent.mail();
        assert_eq!(letter.subject(), "Re: Broken key [Case 77]");
        assert!(!letter.subject().contains(&number), "no tag of ours");
        assert_eq!(letter.message_id(), reply["message_id"].as_str().unwrap());
        assert_eq!(letter.header("In-Reply-To").unwrap(), format!("<{}>", question.id()));
        assert!(letter.references().contains(&question.id().to_owned()));
        assert!(letter.header("From").unwrap().contains("support@helpdesk.example"));
        assert_eq!(letter.from(), ("Root Admin (Support)".to_owned(), "support@helpdesk.example".to_owned()));
        assert!(letter.header("Auto-Submitted").is_none(), "a person wrote it");
        assert!(letter.header("Date").is_some());
        assert!(!sent.from.is_empty());
        assert!(letter.text().contains("Über alles."), "{}", letter.text());
        assert_eq!(letter.header("Thread-Topic").as_deref(), Some("Broken key [Case 77]"));
        let index = letter.header("Thread-Index").expect("Outlook threads by it");
        let index = base64::engine::general_purpose::STANDARD.decode(index).unwrap();
        assert!(index.len() >= 22 && (index.len() - 22) % 5 == 0, "{} bytes", index.len());

        // A relay may rewrite our Message-ID: the root id in References is the same in every mail.
        app.root.reply(&number, "One more thing.").await;
        let second = app.relay.wait_for("anna@customer.example", 2).await.remove(1).mail();
        let common: Vec<_> = letter.references().into_iter().filter(|id| second.references().contains(id)).collect();
        let ours: Vec<_> = common.iter().filter(|id| id.ends_with("helpdesk.example") || **id != question.id()).collect();
        assert!(!ours.is_empty(), "{common:?}");
        let rewritten = mail("anna@customer.example").answering([ours[0].as_str()]);
        assert_eq!(tests::app::text(&app.deliver(&rewritten).await["ticket"]), number);
    }

    async fn names_and_subjects_inject_no_header(database) {
        let app = TestApp::start(database).await;
        let evil = "=?utf-8?Q?Hello=0D=0ABcc:_victim@elsewhere.example=0D=0A=00?=";
        let long = "x".repeat(10_000);
        for (name, subject) in [(evil, evil), ("Anna", long.as_str())] {
            let letter = mail("anna@customer.example")
                .from_header(&format!("{name} <anna@customer.example>"))
                .subject(subject);
            let number = app.ticket_from(&letter).await;
            app.hush().await;
            app.root.reply(&number, "Answer.").await;
            let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
            assert_eq!(sent.to, ["anna@customer.example"]);
            assert!(sent.mail().header("Bcc").is_none());
            let text = String::from_utf8_lossy(&sent.data).into_owned();
            let head = text.split("\r\n\r\n").next().unwrap();
            assert!(head.lines().all(|line| line.len() <= 998), "a line of RFC 5322");
            assert!(!head.contains('\0'));
        }
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let body = json!({ "body_text": "x", "hold_seconds": 0, "to": ["a@b.example\r\nBcc: victim@elsewhere.example"] });
        app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(422);
    }

    async fn an_attachment_goes_out_as_it_came_in(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        let content: Vec<u8> = (0..=255).cycle().take(5_000).collect();
        let body = json!({
            "body_text": "See the file.",
            "hold_seconds": 0,
            "attachments": [{
                "name": "Prüfung.bin",
                "content_type": "application/octet-stream",
                "content": base64::engine::general_purpose::STANDARD.encode(&content),
            }],
        });
        app.root.post(&format!("/api/v1/tickets/{number}/replies"), body).await.assert(201);
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0).mail();
        let attachment = sent.attachments().into_iter().next().expect("the file");
        assert_eq!((attachment.name.as_str(), &attachment.data), ("Prüfung.bin", &content));
    }
}
