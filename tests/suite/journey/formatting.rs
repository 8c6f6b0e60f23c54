//! The editor for mail in a real browser: by keyboard, from other programs, through a reload, and without it.

use std::time::Duration;

use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{Browser, Database, mail};

const RICH: &str = ".rich-text";
const ENTER: &str = "\u{e007}";
const CTRL: &str = "\u{e009}";
const SHIFT: &str = "\u{e008}";
const NO_MODIFIER: &str = "\u{e000}";
const TAB: &str = "\u{e004}";
const RIGHT: &str = "\u{e014}";
const DOWN: &str = "\u{e015}";
const END: &str = "\u{e010}";
const HOME: &str = "\u{e011}";

/// What the form would send.
const SENT: &str = "return new FormData(document.querySelector('[data-composer]')).get('html') ?? ''";
/// Pastes from another program.
const PASTE: &str = "const data = new DataTransfer(); data.setData('text/html', HTML); data.setData('text/plain', 'plain text');\
    document.querySelector('.rich-text').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));";

async fn open(app: &TestApp, number: &str) -> Browser {
    let browser = Browser::start().await;
    browser.sign_in(&app.base(), "root", PASSWORD).await;
    browser.open(&format!("{}/tickets/{number}", app.base())).await;
    browser
}

async fn keys(browser: &Browser, keys: &str) {
    browser.driver.active_element().await.unwrap().send_keys(keys).await.unwrap();
}

/// What the browser complained about, save that its own commands set styles, which the page's policy refuses.
async fn complaints(browser: &Browser) -> Vec<String> {
    let mut complaints = browser.complaints().await;
    complaints.retain(|line| !line.contains("Applying inline style"));
    complaints
}

async fn sent(browser: &Browser) -> String {
    text(&browser.run(SENT).await)
}

async fn paste(browser: &Browser, html: &str) {
    browser.run(&PASTE.replace("HTML", &serde_json::to_string(html).unwrap())).await;
}

async fn fresh(browser: &Browser) {
    browser.run("const r = document.querySelector('.rich-text'); r.focus(); getSelection().selectAllChildren(r); document.execCommand('delete');").await;
}

#[test]
fn a_formatted_reply_is_written_with_the_keyboard_alone() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = app.ticket_from(&mail("anna@customer.example").text("It does not turn.\n")).await;
        app.hush().await;
        let browser = open(&app, &number).await;
        assert_eq!(
            browser.run("return Boolean(document.querySelector('.rich-text'))").await,
            false,
            "plain text is the default"
        );
        browser.run("document.querySelector('[data-rich-toggle]').focus()").await;
        keys(&browser, ENTER).await;
        browser.find(RICH).await;
        keys(&browser, "Dear ").await;
        keys(&browser, &format!("{CTRL}b{NO_MODIFIER}Anna{CTRL}b{NO_MODIFIER}, {CTRL}i{NO_MODIFIER}hello{CTRL}i{NO_MODIFIER}.{ENTER}")).await;
        keys(&browser, &format!("- one{ENTER}two{ENTER}{ENTER}")).await;
        keys(&browser, &format!("1. first{ENTER}{ENTER}")).await;
        keys(&browser, "See ").await;
        keys(&browser, &format!("{CTRL}k{NO_MODIFIER}")).await;
        assert_eq!(
            browser.run("return document.querySelector('#palette')?.open ?? false").await,
            false,
            "no quick open in the text"
        );
        keys(&browser, &format!("javascript:alert(1){ENTER}")).await;
        browser.wait_for_text("Type a web or mail address").await;
        browser.run("document.activeElement.select()").await;
        keys(&browser, &format!("keys.example/how{ENTER}")).await;
        let html = sent(&browser).await;
        for part in [
            "<p>Dear <strong>Anna</strong>, <em>hello</em>.</p>",
            "<ul><li>one</li><li>two</li></ul>",
            "<ol><li>first</li></ol>",
            "<a href=\"https://keys.example/how\">keys.example/how</a>",
        ] {
            assert!(html.contains(part), "no {part:?} in {html}");
        }
        // The toolbar is one stop; arrows walk, and a button says whether it is on.
        browser.run("getSelection().selectAllChildren(document.querySelector('.rich-text b'))").await;
        browser.run("document.querySelector('[data-act=bold]').focus()").await;
        assert_eq!(browser.run("return document.activeElement.getAttribute('aria-pressed')").await, "true");
        keys(&browser, RIGHT).await;
        assert_eq!(browser.run("return document.activeElement.dataset.act").await, "italic");
        assert_eq!(
            browser.run("return document.querySelectorAll('.rich-acts [tabindex=\"0\"]').length").await,
            1
        );
        let mut found = Vec::new();
        for theme in ["light", "dark"] {
            browser.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
            for width in [1440, 360] {
                browser.driver.set_window_size(width, 1200).await.unwrap();
                browser.run("document.querySelector('.rich-bar').scrollIntoView({ block: 'center' })").await;
                browser.screenshot(&format!("formatting-{theme}-{width}")).await;
                let violations = browser.accessibility().await.unwrap_or_default();
                found.extend(violations.into_iter().map(|line| format!("{theme} {width}: {line}")));
                assert_eq!(
                    browser.run("return document.documentElement.scrollWidth > innerWidth").await,
                    false,
                    "{width}"
                );
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        browser.driver.set_window_size(1280, 900).await.unwrap();
        browser.run("const r = document.querySelector('.rich-text'); r.focus(); getSelection().selectAllChildren(r); getSelection().collapseToEnd()").await;
        keys(&browser, &format!("{CTRL}{ENTER}{NO_MODIFIER}")).await;
        let article = tests::wait_until("the reply", Duration::from_secs(15), async || {
            app.articles(&number).await.into_iter().find(|article| article["sender_type"] == "agent")
        })
        .await;
        assert!(text(&article["body_text"]).contains("- one\n- two"), "{article}");
        assert!(text(&article["body_html"]).contains("<strong>Anna</strong>"), "{article}");
        // Taking it back brings the format back into the editor, though plain text is the preference.
        let id = text(&article["id"]);
        browser.open(&format!("{}/tickets/{number}", app.base())).await;
        browser
            .run(&format!("document.querySelector('form[action=\"/articles/{id}/undo\"]').requestSubmit()"))
            .await;
        browser.find(RICH).await;
        assert!(sent(&browser).await.contains("<ul><li>one</li><li>two</li></ul>"));
        let complaints = complaints(&browser).await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}

#[test]
fn what_other_programs_paste_becomes_the_model_and_a_draft_keeps_it() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number =
            app.ticket_from(&mail("anna@customer.example").text("First line.\n\nSecond line.\n")).await;
        let browser = open(&app, &number).await;
        browser.click("[data-rich-toggle]").await;
        browser.find(RICH).await;
        let word = "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><style>p.MsoNormal{color:red}</style></head><body><!--StartFragment-->\
            <p class=MsoNormal style='margin:0cm'><b style='mso-bidi-font-weight:normal'>Bold</b> and <span style='font-style:italic;color:red'>leaning</span><o:p></o:p></p>\
            <p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp;</span></span>one</p>\
            <p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp;</span></span>two</p>\
            <script>top.document.title='owned'</script><img src=x onerror=\"document.title='owned'\"><p onclick='x()'>end</p><!--EndFragment--></body></html>";
        paste(&browser, word).await;
        let html = sent(&browser).await;
        assert_eq!(
            html.replace("<p><br></p>", ""),
            "<p><strong>Bold</strong> and <em>leaning</em></p><ul><li>one</li><li>two</li></ul><p>end</p>"
        );
        let own = text(&browser.run("return document.querySelector('.rich-text').innerHTML").await);
        assert!(!own.contains("Mso") && !own.contains("onclick") && !own.contains("<script"), "{own}");
        assert_ne!(browser.driver.title().await.unwrap(), "owned");
        // One undo takes the paste back: it is the browser's own.
        keys(&browser, &format!("{CTRL}z{NO_MODIFIER}")).await;
        assert_eq!(sent(&browser).await, "");
        keys(&browser, "kept").await;
        keys(&browser, &format!("{SHIFT}{HOME}{NO_MODIFIER}{CTRL}b{NO_MODIFIER}{END}")).await;
        browser.wait_for_text("Draft saved").await;
        browser.open("about:blank").await;
        browser.open(&format!("{}/tickets/{number}", app.base())).await;
        browser.find(RICH).await;
        assert_eq!(sent(&browser).await, "<p><strong>kept</strong></p>");
        // Into plain text, which asks because bold is lost; and back.
        browser.run("window.confirm = (text) => { window.asked = text; return true; }").await;
        browser.click("[data-rich-toggle]").await;
        assert!(text(&browser.run("return window.asked").await).contains("lost"));
        assert_eq!(browser.run("return document.getElementById('body').value").await, "kept");
        assert_eq!(sent(&browser).await, "");
        browser.fill("#body", "Hello\n\n> quoted").await;
        browser.click("[data-rich-toggle]").await;
        browser.find(RICH).await;
        assert_eq!(sent(&browser).await, "<p>Hello</p><blockquote><p>quoted</p></blockquote>");
        browser.run("window.asked = ''").await;
        browser.click("[data-rich-toggle]").await;
        assert_eq!(
            browser.run("return [window.asked, document.getElementById('body').value].join()").await,
            ",Hello\n\n> quoted",
            "nothing is lost, nothing is asked"
        );
        browser.click("[data-rich-toggle]").await;
        browser.find(RICH).await;

        // The mail quoted, and split where the answer goes.
        fresh(&browser).await;
        browser.click(".co-quote").await;
        browser.wait_for_text("wrote:").await;
        browser.run("const p = [...document.querySelectorAll('.rich-text blockquote p')].find((p) => p.textContent.includes('First')); \
            const t = p.firstChild; document.querySelector('.rich-text').focus(); getSelection().collapse(t, t.data.length)").await;
        keys(&browser, &format!("{ENTER}Between")).await;
        let html = sent(&browser).await;
        assert!(
            html.contains("<blockquote><p>First line.</p></blockquote><p>Between</p><blockquote>")
                && html.contains("<p>Second line.</p></blockquote>"),
            "{html}"
        );
        let complaints = complaints(&browser).await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}

#[test]
fn templates_and_colleagues_work_in_the_editor() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        app.agent("dana", &["Agent"]).await;
        let number =
            app.ticket_from(&mail("anna@customer.example").from_header("anna@customer.example")).await;
        let body =
            serde_json::json!({ "name": "Thanks", "body_text": "Dear {{customer.name}},\n\nthank you." });
        app.root.post("/api/v1/templates", body).await.assert(201);
        let browser = open(&app, &number).await;
        browser.click("[data-rich-toggle]").await;
        browser.find(RICH).await;
        keys(&browser, "/tha").await;
        browser.wait_for_text("Thanks").await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        keys(&browser, ENTER).await;
        browser.wait_for_text("Still to be filled in").await;
        assert_eq!(sent(&browser).await, "<p>Dear {{customer.name}},</p><p>thank you.</p>");
        assert_eq!(browser.run("return CSS.highlights.get('missing').size").await, 1);
        assert_eq!(browser.run("return getSelection().toString()").await, "{{customer.name}}");
        keys(&browser, "Anna").await;
        assert_eq!(browser.run("return document.querySelector('[data-missing]').hidden").await, true);
        browser.run("document.querySelector('[name=kind][value=note]').click()").await;
        fresh(&browser).await;
        keys(&browser, "Look, @da").await;
        browser.wait_for_text("@dana").await;
        keys(&browser, TAB).await;
        keys(&browser, &format!("{DOWN}please")).await;
        assert_eq!(sent(&browser).await, "<p>Look, @dana please</p>");
        browser.click(".co-note").await;
        app.relay.wait_for("dana@helpdesk.example", 1).await;
        browser.close().await;
    });
}

#[test]
fn the_editor_is_small_and_comes_only_when_it_is_opened() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let loaded =
            "return performance.getEntriesByType('resource').filter((r) => /editor/.test(r.name)).length";
        let browser = open(&app, &number).await;
        assert_eq!(browser.run(loaded).await, 0);
        browser.click("[data-rich-toggle]").await;
        browser.find(RICH).await;
        assert!(browser.run(loaded).await.as_i64().unwrap() > 0);
        browser.close().await;
        let scripts = tests::messages::files("assets/js", ".js");
        let files: Vec<(String, String)> = scripts
            .into_iter()
            .chain(tests::messages::files("assets/css", "editor.css"))
            .filter(|(name, _)| {
                name.contains("editor") || name.ends_with("/rich.js") || name.ends_with("/field.js")
            })
            .collect();
        assert!(files.len() >= 8, "{:?}", files.iter().map(|(name, _)| name).collect::<Vec<_>>());
        let whole: usize = files.iter().map(|(_, text)| text.len()).sum();
        assert!(whole < 60 * 1024, "{whole} bytes before they are compressed");
    });
}

#[test]
fn a_pasted_picture_stands_in_the_text_and_is_described() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number =
            app.ticket_from(&mail("anna@customer.example").from_header("anna@customer.example")).await;
        app.hush().await;
        let browser = open(&app, &number).await;
        browser.click("[data-rich-toggle]").await;
        browser.find(RICH).await;
        keys(&browser, "See: ").await;
        let script = "const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';\
            const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0)); const data = new DataTransfer();\
            data.items.add(new File([bytes], 'shot.png', { type: 'image/png' }));\
            document.querySelector('.rich-text').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));";
        browser.run(script).await;
        browser.find(".rich-text img").await;
        tests::wait_until("the field for its words", Duration::from_secs(10), async || {
            (browser.run("return document.activeElement.id").await == "rich-alt").then_some(())
        })
        .await;
        keys(&browser, &format!("the screen{ENTER}")).await;
        assert!(sent(&browser).await.contains("alt=\"the screen\""));
        let width = "return document.querySelector('.rich-text img').naturalWidth";
        assert_eq!(browser.run(width).await, 1, "it is shown");
        let violations = browser.accessibility().await.unwrap_or_default();
        assert!(violations.is_empty(), "{violations:?}");
        browser.wait_for_text("Draft saved").await;
        browser.open(&format!("{}/tickets/{number}", app.base())).await;
        browser.find(".rich-text img").await;
        assert!(sent(&browser).await.contains("alt=\"the screen\""), "a reload keeps it");
        browser.click(".split button[name=then][value=open]").await;
        let article = tests::wait_until("the reply", Duration::from_secs(15), async || {
            app.articles(&number).await.into_iter().find(|article| article["sender_type"] == "agent")
        })
        .await;
        assert!(text(&article["body_text"]).contains("[the screen]"), "{article}");
        assert_eq!(article["attachments"][0]["name"], "shot.png");
        let complaints = complaints(&browser).await;
        assert!(complaints.is_empty(), "{complaints:?}");
        browser.close().await;
    });
}

#[test]
fn whoever_prefers_it_writes_with_formatting_and_without_scripts_in_the_text_field() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        app.hush().await;
        let browser = open(&app, &number).await;
        browser.open(&format!("{}/preferences", app.base())).await;
        browser.run("document.querySelector('[name=rich]').click()").await;
        browser.click("form[action='/preferences'] .btn-main").await;
        browser.wait_for_text("saved").await;
        browser.open(&format!("{}/tickets/{number}", app.base())).await;
        browser.find(RICH).await;
        assert_eq!(
            app.ticket(&number).await["lock"]["by"],
            serde_json::json!(null),
            "opening it takes no lock"
        );
        browser.close().await;
        let browser = Browser::without_scripts().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        browser.open(&format!("{}/tickets/{number}", app.base())).await;
        browser.fill("textarea[name=body]", "Without a script.").await;
        browser.click("button[name=then][value=open]").await;
        browser.wait_for_text("Without a script.").await;
        let article = app.articles(&number).await.pop().unwrap();
        assert_eq!(article["body_html"], serde_json::json!(null));
        browser.close().await;
    });
}

#[test]
fn the_first_mail_of_a_ticket_is_formatted_and_its_draft_keeps_that() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let browser = Browser::start().await;
        browser.sign_in(&app.base(), "root", PASSWORD).await;
        let page = format!("{}/tickets/new", app.base());
        browser.open(&page).await;
        browser.run("document.querySelector('.nt [value=mail]').click()").await;
        browser.fill("#n-customer", "Anna Miller <anna@customer.example>").await;
        browser.fill("#n-subject", "Opening hours").await;
        browser.click(".nt [data-rich-toggle]").await;
        browser.find(RICH).await;
        keys(&browser, &format!("We open {CTRL}b{NO_MODIFIER}at nine{CTRL}b{NO_MODIFIER}.")).await;
        browser.wait_for_text("Draft saved").await;
        let mut found = Vec::new();
        for width in [1440, 360] {
            browser.driver.set_window_size(width, 1000).await.unwrap();
            let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(browser.run(wide).await, 0, "{width} scrolls sideways");
            let violations = browser.accessibility().await.unwrap_or_default();
            found.extend(violations.into_iter().map(|line| format!("{width}: {line}")));
            browser.screenshot(&format!("new-formatted-{width}")).await;
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
        browser.open(&page).await;
        browser.find(".rich-text b, .rich-text strong").await;
        browser.click(".nt .savebar .btn-main").await;
        browser.find("[data-live-page=ticket]").await;
        let sent = app.relay.wait_for("anna@customer.example", 1).await.remove(0).mail();
        let html = sent.html().unwrap_or_default();
        assert!(html.contains("<strong>at nine</strong>"), "{html}");
        assert!(sent.text().contains("We open at nine."), "{}", sent.text());
        browser.close().await;
    });
}

#[test]
fn control_shift_enter_sends_and_closes() {
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        let browser = open(&app, &number).await;
        browser.click("#body").await;
        keys(&browser, "It is solved.").await;
        keys(&browser, &format!("{CTRL}{SHIFT}{ENTER}{NO_MODIFIER}")).await;
        tests::wait_until("a closed ticket", Duration::from_secs(20), async || {
            (app.ticket(&number).await["state"] == "closed").then_some(())
        })
        .await;
        assert!(app.articles(&number).await.iter().any(|article| article["sender_type"] == "agent"));
        browser.close().await;
    });
}
