//! The recorder's pages, by request and in a browser.

use tests::app::{SUPPORT, TestApp, encoded, text};
use tests::binary::PASSWORD;
use tests::{Browser, Database, both_databases, mail};

both_databases! {
    async fn the_page_of_a_mail_shows_its_source_safely(database) {
        let app = TestApp::start(database).await;
        let letter = mail("anna@customer.example").subject("Page").text("<script>alert(1)</script> \u{202e}txt.exe \u{7} end");
        let inbound = app.deliver(&letter).await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = visitor.get(&format!("/admin/mail/{}", text(&inbound["id"]))).await.assert(200).text();
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>alert"), "escaped");
        assert!(page.contains("[U+202E]") && !page.contains('\u{202e}'), "what reorders a line is named");
        assert!(page.contains('\u{2407}') && !page.contains('\u{7}'), "what rings a bell is shown");
        assert!(page.contains("DMARC unknown"), "{page}");
        for words in ["What would happen now?", "Received:", "anna@customer.example", " ms in all"] {
            assert!(page.contains(words), "{words}");
        }
        let preview = visitor.get(&format!("/admin/mail/{}/preview", text(&inbound["id"]))).await.assert(200).text();
        assert!(preview.contains("The same as before."), "{preview}");
    }

    async fn the_list_is_narrowed_by_its_address(database) {
        let app = TestApp::start(database).await;
        app.deliver(&mail("anna@customer.example").subject("Alpha question")).await;
        app.deliver(&mail("bert@customer.example").subject("Beta question")).await;
        let visitor = app.visitor();
        visitor.sign_in("root", PASSWORD).await;
        let page = async |query: &str| visitor.get(&format!("/admin/mail?{query}")).await.assert(200).text();
        let alpha = page("q=alpha&show=new").await;
        assert!(alpha.contains("Alpha question") && !alpha.contains("Beta question"));
        assert!(page("q=nothing-like-it").await.contains("No mail is like that"));
        let wrong = page("day=yesterdayish&q=%22%3Cscript%3E").await;
        assert!(wrong.contains("This is no day") && wrong.contains("yesterdayish"), "what was typed stays");
        assert!(page("day=2020-01-01").await.contains("No mail is like that"));
        for odd in ["show=rubbish", "cursor=0", "kind=x&source=%00", "day=9999-12-31", "day=-9999-01-01"] {
            page(odd).await;
        }
        visitor.get("/admin/mail/balance?until=rubbish").await.assert(200);
        visitor.get("/admin/mail/balance?until=-9999-01-01").await.assert(200);
        let dana = app.agent("dana", &["Agent"]).await;
        let other = app.visitor();
        other.sign_in(&dana.login, PASSWORD).await;
        for path in ["/admin/mail", "/admin/mail/balance", "/admin/mail/balance.csv", "/admin/mail/1/preview"] {
            other.get(path).await.assert(403);
        }
    }
}

#[test]
fn a_mail_that_comes_in_shows_without_a_reload() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/admin/mail", app.base())).await;
        browser.find("[data-live-on]").await;
        // Ignored: no ticket changes, so only the news about mail can tell the page.
        app.deliver(&mail("anna@customer.example").subject("First")).await;
        browser.wait_for_text("First").await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        assert!(app.hand_over("anna@customer.example", SUPPORT, &sent.data).await.is_ok());
        let echo = app.processed(&format!("message_id={}", encoded(&sent.mail().message_id()))).await;
        assert_eq!(echo["disposition"], "ignored");
        browser.wait_for_text("our own mail came back").await;
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}

#[test]
fn the_recorders_pages_meet_wcag_aa_by_day_and_by_night() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let letter = mail("anna@customer.example").subject("My certificate has expired");
        let inbound = app.deliver(&letter).await;
        app.deliver(
            &mail("anna@customer.example").subject("Re: My certificate has expired").answering([letter.id()]),
        )
        .await;
        app.deliver(
            &mail("robot@shop.example").subject("Out of office").header("Auto-Submitted", "auto-replied"),
        )
        .await;
        assert!(app.hand_over("anna@customer.example", SUPPORT, &letter.bytes()).await.is_ok());
        app.all_processed(&format!("message_id={}", encoded(letter.id())), 2).await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0);
        assert!(app.hand_over("anna@customer.example", SUPPORT, &sent.data).await.is_ok());
        app.processed(&format!("message_id={}", encoded(&sent.mail().message_id()))).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let mut found = Vec::new();
        let one = format!("/admin/mail/{}", text(&inbound["id"]));
        let preview = format!("{one}/preview");
        for (page, name) in [
            ("/admin/mail", "recorder"),
            ("/admin/mail?q=nothing&day=2026-13-01", "recorder-none"),
            (one.as_str(), "recorder-mail"),
            (preview.as_str(), "recorder-preview"),
            ("/admin/mail/balance", "recorder-balance"),
        ] {
            browser.open(&format!("{}{page}", app.base())).await;
            browser.run("document.querySelector('details.lg')?.setAttribute('open', '')").await;
            browser.driver.set_window_size(390, 844).await.unwrap();
            let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(browser.run(wide).await, 0, "{page} fits a phone");
            browser.screenshot(&format!("{name}-phone")).await;
            browser.driver.set_window_size(1280, 900).await.unwrap();
            for theme in ["light", "dark"] {
                browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
                let moving =
                    "return document.getAnimations().filter(one => one.playState === 'running').length";
                for _ in 0..20 {
                    if browser.run(moving).await == 0 {
                        break;
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
                browser.screenshot(&format!("{name}-{theme}")).await;
                let violations = browser.accessibility().await.unwrap_or_default();
                found.extend(violations.into_iter().map(|line| format!("{page} {theme}: {line}")));
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}
