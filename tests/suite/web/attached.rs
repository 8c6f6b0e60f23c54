//! Mails and invitations that hang at a mail are read on a page of their own.

use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};

const INNER: &str = "From: Carl <carl@elsewhere.example>\r\nTo: anna@customer.example\r\nSubject: The <inner> mail\r\n\
    Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n\
    --in\r\n\r\nHello from within.\r\n--in\r\nContent-Type: application/pdf; name=\"within.pdf\"\r\n\r\n%PDF-inner\r\n\
    --in\r\nContent-Type: message/rfc822\r\n\r\nSubject: deeper\r\n\r\nThe deepest words.\r\n--in--\r\n";
const MEETING: &str = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Visit <b>\r\nLOCATION:Room 1\r\n\
    DTSTART;TZID=Tokyo Standard Time:20261203T140000\r\nDTEND;TZID=Tokyo Standard Time:20261203T150000\r\n\
    RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=-1TH;COUNT=6\r\n\
    ORGANIZER;CN=Anna:mailto:anna@customer.example\r\nATTENDEE;PARTSTAT=DECLINED:mailto:bob@customer.example\r\n\
    END:VEVENT\r\nEND:VCALENDAR\r\n";

both_databases! {
    async fn a_mail_within_a_mail_is_read_with_its_files(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").attach("forwarded.eml", "message/rfc822", INNER.as_bytes());
        let number = app.ticket_from(&letter).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get(&format!("/tickets/{number}")).await.assert(200).text();
        let uid = text(&app.articles(&number).await[0]["attachments"][0]["id"]);
        let link = format!("/attachments/{uid}/content");
        assert!(page.contains(&link), "the ticket leads to it");
        let inner = browser.get(&link).await.assert(200).text();
        for said in ["The &lt;inner&gt; mail", "Carl &lt;carl@elsewhere.example&gt;", "Hello from within.", "within.pdf", "deeper.eml"] {
            assert!(inner.contains(said), "{said} is missing: {inner}");
        }
        let file = browser.get(&format!("{link}/1")).await;
        assert_eq!(file.assert(200).body, b"%PDF-inner");
        assert!(file.header("content-disposition").starts_with("attachment"), "{:?}", file.header("content-disposition"));
        assert!(file.header("content-security-policy").contains("sandbox"));
        let deeper = browser.get(&format!("{link}?part=2")).await.assert(200).text();
        assert!(deeper.contains("The deepest words.") && deeper.contains(&link), "{deeper}");
        for nothing in ["?part=1", "?part=9", "?part=x", "?part=2.1", "?part=0", "/7"] {
            browser.get(&format!("{link}{nothing}")).await.assert(404);
        }
    }

    async fn an_invitation_says_when_where_and_who_in_the_readers_time(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").attach("meeting.ics", "text/calendar", MEETING.as_bytes());
        let number = app.ticket_from(&letter).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let uid = text(&app.articles(&number).await[0]["attachments"][0]["id"]);
        let page = browser.get(&format!("/attachments/{uid}/content")).await.assert(200).text();
        for said in ["Visit &lt;b&gt;", "Invitation", "14:00 to 15:00 (Tokyo Standard Time)", "05:00", "Room 1", "every 2 months, on the last Thursday, 6 times", "Anna &lt;anna@customer.example&gt;", "bob@customer.example (declined)"] {
            assert!(page.contains(said), "{said} is missing: {page}");
        }
    }

    async fn a_text_file_is_read_as_letters_and_no_more_than_its_beginning(database) {
        let app = TestApp::start(database).await;
        let log = format!("<script>alert(1)</script> caf\u{e9} \u{202e}evil\n{}", "a line\n".repeat(20_000));
        let letter = mail("anna@customer.example")
            .attach("server.log", "application/octet-stream", log.as_bytes())
            .attach("old.txt", "text/plain", b"gr\xfc\xdfe aus K\xf6ln")
            .attach("page.html", "text/html", b"<b>no</b>");
        let number = app.ticket_from(&letter).await;
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let files = app.articles(&number).await[0]["attachments"].as_array().unwrap().clone();
        let content = |at: usize| format!("/attachments/{}/content", text(&files[at]["id"]));
        let page = browser.get(&content(0)).await.assert(200).text();
        assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert"), "escaped");
        assert!(page.contains("caf\u{e9}") && page.contains("[U+202E]evil") && page.contains("Only the beginning"), "cut and visible");
        assert!(page.len() < 100_000, "{}", page.len());
        assert!(browser.get(&content(1)).await.assert(200).text().contains("gr\u{fc}\u{df}e aus K\u{f6}ln"));
        browser.get(&content(2)).await.assert(404);
    }

    async fn what_hangs_at_a_mail_is_seen_by_those_who_see_the_mail(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").attach("forwarded.eml", "message/rfc822", INNER.as_bytes());
        let number = app.ticket_from(&letter).await;
        let uid = text(&app.articles(&number).await[0]["attachments"][0]["id"]);
        app.visitor().get(&format!("/attachments/{uid}/content")).await.assert(303);
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["reply"]).await;
        app.agent("nobody", &["Biller"]).await;
        let stranger = app.visitor();
        stranger.sign_in("nobody", PASSWORD).await;
        stranger.get(&format!("/attachments/{uid}/content")).await.assert(404);
        stranger.get(&format!("/attachments/{uid}/content/1")).await.assert(404);
    }

    async fn a_customers_answer_without_marks_shows_only_what_is_new(database) {
        let app = TestApp::start(database).await;
        let first = mail("anna@customer.example").text("Our printer prints only blank pages since last Monday morning.\n");
        let number = app.ticket_from(&first).await;
        let answer = mail("anna@customer.example").answering([first.id()])
            .text("It does so again.\n\nOur printer prints only blank pages\nsince last Monday morning.\n");
        assert_eq!(tests::app::text(&app.deliver(&answer).await["ticket"]), number);
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get(&format!("/tickets/{number}")).await.assert(200).text();
        // The confirmation between the two folds its signature.
        let folds = page.split("<details class=\"quote\">").skip(1).filter_map(|rest| rest.split("</details>").next());
        let quoted: Vec<&str> = folds.filter(|fold| fold.contains("only blank pages")).collect();
        assert_eq!(quoted.len(), 1, "{page}");
        assert!(!quoted[0].contains("It does so again"), "{page}");
        assert!(quoted[0].contains("Show text from an earlier message") && !quoted[0].contains("signature"), "{page}");
    }
}
