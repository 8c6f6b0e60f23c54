//! The look of the organisation: its name, colour, logo and theme on every page, readable whatever the colour.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::client::Answer;
use tests::{Client, both_databases};
use turnstone::picture;
use turnstone::settings::colour::Colour;

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

async fn admin(app: &TestApp) -> Client {
    let browser = app.visitor();
    browser.sign_in("root", PASSWORD).await;
    browser.get("/admin/look").await.assert(200);
    browser
}

/// Sends a logo as the page's form does.
async fn logo(browser: &Client, bytes: &[u8]) -> Answer {
    let page = browser.get("/admin/look").await.text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let part = Part::bytes(bytes.to_vec()).file_name("logo.png").mime_str("image/png").unwrap();
    let form = Form::new().text("csrf", csrf).text("organisation", "Fairwater CA").part("logo", part);
    browser.send(browser.request(Method::POST, "/admin/look").multipart(form)).await
}

/// What stands behind the first of these words, up to the next quote.
fn address(page: &str, before: &str) -> String {
    let rest = page.split(before).nth(1).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

both_databases! {
    async fn strangers_and_agents_see_name_colour_and_logo(database) {
        let app = TestApp::start(database).await;
        let browser = admin(&app).await;
        let form = [("organisation", "Fairwater CA"), ("colour", "#7A1F3D"), ("theme", "dark")];
        browser.submit("/admin/look", &form).await.assert(303);
        logo(&browser, PNG).await.assert(303);
        let stranger = app.visitor();
        for page in [stranger.get("/login").await.text(), browser.get("/dashboard").await.text()] {
            assert!(page.contains("Fairwater CA") && page.contains("data-theme=\"dark\""), "{page}");
            let style = format!("/brand/{}", address(&page, "href=\"/brand/"));
            let css = stranger.get(&style).await;
            assert_eq!(css.assert(200).text().trim(), ":root{--brand:#7a1f3d}");
            assert!(css.header("cache-control").contains("immutable") && css.header("content-type").starts_with("text/css"));
            let picture = stranger.get(&format!("/brand/{}", address(&page, "src=\"/brand/"))).await;
            assert_eq!((picture.assert(200).header("content-type").as_str(), &picture.body[..]), ("image/png", PNG));
            assert!(picture.header("content-security-policy").contains("sandbox"), "a file and no page");
        }
        // Old and guessed names lead nowhere.
        for name in ["0123456789abcdef.css", "0123456789abcdef.logo", "x", ".logo", ".css"] {
            stranger.get(&format!("/brand/{name}")).await.assert(404);
        }
        // His own choice wins over the organisation's.
        app.agent("dana", &["Agent"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        assert!(dana.get("/dashboard").await.text().contains("data-theme=\"dark\""));
        let token = address(&dana.get("/dashboard").await.text(), "data-csrf=\"");
        let chosen = dana.request(Method::PUT, "/preferences/theme").header("x-csrf-token", token);
        let chosen = chosen.json(&json!({ "theme": "light" }));
        dana.send(chosen).await.assert(204);
        assert!(dana.get("/dashboard").await.text().contains("data-theme=\"light\""));
        dana.get("/admin/look").await.assert(403);
        // Back to what is usual.
        let usual = [("organisation", ""), ("usual", "yes"), ("colour", "#7a1f3d"), ("theme", "system"), ("remove_logo", "yes")];
        browser.submit("/admin/look", &usual).await.assert(303);
        let page = browser.get("/dashboard").await.text();
        assert!(!page.contains("/brand/") && page.contains("<html lang=\"en\">") && page.contains("Turnstone"), "{page}");
        let written = app.root.get("/api/v1/audit?kind=settings").await.text();
        assert!(written.contains("#7a1f3d") && !written.contains("iVBOR"), "{written}");
    }

    async fn what_cannot_be_shown_is_refused_with_its_field(database) {
        let app = TestApp::start(database).await;
        let browser = admin(&app).await;
        for wrong in ["red", "#12345", "#12345g", "#fff}body{display:none", "url(//tracker.example)"] {
            let page = browser.submit("/admin/look", &[("organisation", "X"), ("colour", wrong)]).await.assert(422).text();
            assert!(page.contains("l-colour-e"), "{wrong}: {page}");
        }
        let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        let large = [PNG, &vec![0; 250_000]].concat();
        for bytes in [svg, b"GIF", &large] {
            assert!(logo(&browser, bytes).await.assert(422).text().contains("l-logo-e"));
        }
        browser.submit("/admin/look", &[("organisation", "X"), ("colour", "#000000"), ("css", "x")]).await.assert(400);
        let page = browser.get("/login").await.text();
        assert!(!page.contains("/brand/"), "nothing was changed: {page}");
        let long = "x".repeat(200);
        let page = browser.submit("/admin/look", &[("organisation", &long), ("colour", "#007497")]).await.assert(422).text();
        assert!(page.contains("l-name-e") && page.contains(&long), "what was typed stays");
    }
}

#[test]
fn whatever_the_colour_its_buttons_and_links_can_be_read() {
    let steps = [0_u8, 51, 102, 153, 204, 255];
    for at in 0..6 * 6 * 6 {
        let (red, green, blue) = (steps[at / 36], steps[at / 6 % 6], steps[at % 6]);
        let text = format!("#{red:02x}{green:02x}{blue:02x}");
        let colour: Colour = text.parse().unwrap();
        assert_eq!(colour.to_string(), text);
        assert!(colour.least_contrast() >= 4.5, "{text}: {}", colour.least_contrast());
    }
}

/// Pictures of one pixel, each with words that are none, and what is left of it.
fn laden() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let chunk = |name: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap();
        [&length.to_be_bytes()[..], name, data, b"sums"].concat()
    };
    let (head, end) = (&PNG[..33], &PNG[33..]);
    let png =
        [head, &chunk(b"tEXt", b"Comment\0SECRET"), &chunk(b"eXIf", b"SECRET"), end, b"PK SECRET"].concat();
    let segment = |marker: u8, data: &[u8]| {
        let length = u16::try_from(data.len() + 2).unwrap();
        [&[0xff, marker][..], &length.to_be_bytes(), data].concat()
    };
    let (jfif, size) =
        (segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), segment(0xc0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]));
    let scan =
        [&segment(0xda, &[1, 1, 0, 0, 63, 0])[..], &[0x12, 0xff, 0, 0x34, 0xff, 0xd0, 0x56], &[0xff, 0xd9]]
            .concat();
    let photo = [
        &[0xff, 0xd8][..],
        &jfif,
        &segment(0xe1, b"Exif\0\0GPS SECRET"),
        &segment(0xfe, b"SECRET"),
        &size,
        &scan,
        b"<script>SECRET",
    ]
    .concat();
    let turned = [&b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x06\0\0\0\x26\0\0\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"[..], b"SECRET"].concat();
    let way = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let profile = segment(0xe2, b"ICC_PROFILE\0\x01\x01colours");
    let gif = |extension: &[u8], tail: &[u8]| {
        let head = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
        let picture = b"\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
        [&head[..], extension, picture, b"\x3b", tail].concat()
    };
    let riff = |parts: &[(&[u8], &[u8])], flags: u8, tail: &[u8]| {
        let chunk = |name: &[u8], data: &[u8]| {
            let length = u32::try_from(data.len()).unwrap();
            [name, &length.to_le_bytes(), data, if data.len() % 2 == 1 { b"\0" } else { b"" }].concat()
        };
        let extended = chunk(b"VP8X", &[flags, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let others: Vec<u8> = parts.iter().flat_map(|(name, data)| chunk(name, data)).collect();
        let content = [b"WEBP", &extended[..], &others, &chunk(b"VP8L", &[0x2f, 0, 0, 0, 0])].concat();
        [b"RIFF", &u32::try_from(content.len()).unwrap().to_le_bytes()[..], &content, tail].concat()
    };
    vec![
        ("png", png, PNG.to_vec()),
        ("jpeg", photo, [&[0xff, 0xd8][..], &jfif, &size, &scan].concat()),
        ("gif", gif(b"\x21\xfe\x06SECRET\0", b"SECRET"), gif(b"", b"")),
        (
            "webp",
            riff(&[(b"EXIF", b"SECRET"), (b"XMP ", b"a SECRET")], 0b0001_1100, b"SECRET"),
            riff(&[], 0b0001_0000, b""),
        ),
        // What decides how it looks stays: which way is up, in which colours, how often it runs.
        (
            "a photo on its side",
            [
                &[0xff, 0xd8][..],
                &jfif,
                &segment(0xe1, &turned),
                &profile,
                &segment(0xe2, b"MPF\0SECRET"),
                &size,
                &scan,
            ]
            .concat(),
            [&[0xff, 0xd8][..], &jfif, &segment(0xe1, way), &profile, &size, &scan].concat(),
        ),
        (
            "a film",
            gif(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0\x21\xff\x0bXMP DataXMP\x06SECRET\0", b""),
            gif(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0", b""),
        ),
        (
            "webp with a profile",
            riff(&[(b"ICCP", b"profile"), (b"EXIF", b"SECRET")], 0b0010_1000, b""),
            riff(&[(b"ICCP", b"profile")], 0b0010_0000, b""),
        ),
    ]
}

#[test]
fn of_a_picture_only_its_pixels_are_kept() {
    for (name, laden, wanted) in laden() {
        assert!(laden.windows(6).any(|word| word == b"SECRET"), "{name}");
        let bare = picture::bare(&laden).unwrap_or_else(|| panic!("{name} is whole"));
        assert_eq!(bare, wanted, "{name}");
        assert_eq!(picture::bare(&bare).as_ref(), Some(&bare), "{name}: once is enough");
        // What is cut off, or was tampered with, is no picture, or one without what it hid; and never a crash.
        for at in 0..laden.len() {
            let _ = picture::bare(&laden[..at]);
            for byte in [0, 0x7f, 0xff] {
                let mut other = laden.clone();
                other[at] = byte;
                let _ = picture::bare(&other);
            }
        }
        // Some programs leave out the mark of the end, or an odd byte that fills up; what ends sooner is not whole.
        let (end, odd): (&[u8], usize) = match picture::kind(&wanted).unwrap() {
            "image/png" => (b"\0\0\0\0IEND\xaeB`\x82", 1),
            // In the middle of the mark; pixels that are missing cannot be told from an end.
            "image/jpeg" => (&[0xff, 0xd9], 12),
            "image/gif" => (&[0x3b], 2),
            _ => (b"", 2),
        };
        let cut = wanted.strip_suffix(end).expect("its end");
        assert_eq!(picture::bare(cut).as_ref(), Some(&wanted), "{name}: without its end");
        assert_eq!(picture::bare(&wanted[..wanted.len() - odd]), None, "{name}: cut off");
    }
    assert_eq!(picture::bare(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), None);
    // One that moves goes on moving.
    let part = |name: &[u8; 4]| [b"\0\0\0\x04", &name[..], b"data", b"\0\0\0\0"].concat();
    let moves = [
        &PNG[..33],
        &part(b"acTL"),
        &part(b"fcTL"),
        &PNG[33..PNG.len() - 12],
        &part(b"fdAT"),
        &PNG[PNG.len() - 12..],
    ]
    .concat();
    assert_eq!(picture::bare(&moves), Some(moves));
}

both_databases! {
    async fn a_logo_that_says_where_it_was_taken_says_it_no_more(database) {
        let app = TestApp::start(database).await;
        let browser = admin(&app).await;
        for (name, laden, wanted) in laden() {
            logo(&browser, &laden).await.assert(303);
            let page = app.visitor().get("/login").await.text();
            let shown = app.visitor().get(&format!("/brand/{}", address(&page, "src=\"/brand/"))).await;
            assert_eq!(shown.assert(200).body, wanted, "{name}");
        }
        // The same by a file, which may say it as it was.
        use base64::Engine as _;
        let (_, laden, _) = laden().remove(0);
        let file = format!("[look]\nlogo = \"{}\"\n", base64::engine::general_purpose::STANDARD.encode(&laden));
        for word in ["1 changed", "Everything is as the file says"] {
            let (settings, file) = (app.settings.clone(), file.clone());
            let said = tokio::task::spawn_blocking(move || settings.run(&["config", "apply", "-"], file.as_bytes())).await.unwrap();
            assert!(String::from_utf8_lossy(&said.stdout).contains(word), "{said:?}");
        }
    }

    async fn a_logo_from_before_is_shown_bare_and_stays_where_a_file_says_the_same(database) {
        use base64::Engine as _;
        let app = TestApp::start(database).await;
        let browser = admin(&app).await;
        let (_, laden, wanted) = laden().remove(0);
        logo(&browser, &laden).await.assert(303);
        // As it was kept once, whole or not.
        let keep = async |bytes: &[u8]| {
            use sha2::Digest as _;
            let name: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()[..16].to_owned();
            let text = base64::engine::general_purpose::STANDARD.encode(bytes);
            let look = serde_json::json!({ "colour": "", "theme": "", "logo": name }).to_string();
            app.db().write(move |tx| {
                use diesel::prelude::*;
                use turnstone::db::schema::settings::dsl;
                for (key, value) in [("look_logo", &text), ("look", &look)] {
                    diesel::update(dsl::settings.find(key)).set(dsl::value.eq(value)).execute(&mut **tx)?;
                }
                Ok(())
            }).await.unwrap();
            name
        };
        let name = keep(&laden).await;
        let shown = app.visitor().get(&format!("/brand/{name}.logo")).await;
        assert_eq!(shown.assert(200).body, wanted);
        let number = app.ticket_from(&tests::mail("anna@customer.example")).await;
        app.root.reply(&number, "With a logo.").await;
        let sent = app.relay.wait_for("anna@customer.example", 2).await.remove(1).mail();
        let picture = sent.attachments().into_iter().find(|file| file.content_type == "image/png").expect("the logo");
        assert_eq!(picture.data, wanted);
        // One that is not whole stands in nobody's way.
        let broken = &laden[..laden.len() / 2];
        keep(broken).await;
        let settings = app.settings.clone();
        let run = move |arguments: &'static [&'static str], input: Vec<u8>| {
            let settings = settings.clone();
            async move { tokio::task::spawn_blocking(move || settings.run(arguments, &input)).await.unwrap() }
        };
        let file = run(&["config", "export"], Vec::new()).await.stdout;
        let file = String::from_utf8(file).unwrap().replacen("organisation = ", "organisation = \"Another\" # ", 1);
        let said = run(&["config", "apply", "-"], file.into_bytes()).await;
        assert!(said.status.success(), "{said:?}");
    }

    async fn html_mails_carry_name_colour_and_a_small_logo(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&tests::mail("anna@customer.example")).await;
        app.relay.wait_for("anna@customer.example", 1).await;
        let reply = async |text: &str, count: usize| {
            app.root.reply(&number, text).await;
            let sent = app.relay.wait_for("anna@customer.example", count).await;
            sent.last().unwrap().mail()
        };
        let plain = reply("As it was.", 2).await;
        assert!(!plain.html().unwrap_or_default().contains("<table"), "who has chosen nothing sends what he wrote");
        let browser = admin(&app).await;
        let look = [("organisation", "Fair & <b>water"), ("colour", "#ffee00"), ("theme", "system")];
        browser.submit("/admin/look", &look).await.assert(303);
        let named = reply("With a name.", 3).await;
        let html = named.html().unwrap_or_default();
        assert!(html.contains("Fair &amp; &lt;b&gt;water") && !html.contains("<img"), "{html}");
        // Not the yellow that was typed, in which nobody reads white, but its hue.
        let colour = html.split("bgcolor=\"").nth(1).unwrap().split('"').next().unwrap();
        let [day, _] = "#ffee00".parse::<Colour>().unwrap().buttons();
        assert!(colour == day.colour.to_string() && day.contrast >= 4.5, "{colour}");
        assert!(!html.contains("http") && !html.contains("<style") && !html.contains("<script"), "nothing is fetched: {html}");
        assert_eq!(named.text().lines().next(), Some("With a name."));
        assert!(!named.text().contains("Fair &"), "the text says what was written: {}", named.text());

        logo(&browser, PNG).await.assert(303);
        let shown = reply("With a logo.", 4).await;
        let raw = String::from_utf8_lossy(shown.raw()).into_owned();
        let id = shown.html().unwrap_or_default().split("src=\"cid:").nth(1).unwrap_or_default().split('"').next().unwrap().to_owned();
        assert!(raw.contains("multipart/related") && raw.contains(&format!("Content-ID: <{id}>")), "{raw}");
        let picture = shown.attachments().into_iter().find(|file| file.content_type == "image/png").unwrap();
        assert_eq!(picture.data, PNG);
        // A large one stays on the pages.
        let size = u32::try_from(20_000).unwrap().to_be_bytes();
        let large = [&PNG[..33], &size, b"IDAT", &[7; 20_000], b"sums", &PNG[PNG.len() - 12..]].concat();
        logo(&browser, &large).await.assert(303);
        let name_alone = reply("With a name again.", 5).await;
        assert!(name_alone.html().unwrap_or_default().contains("bgcolor") && !name_alone.html().unwrap_or_default().contains("<img"), "{}", name_alone.html().unwrap_or_default());
        assert!(name_alone.raw().len() < 10_000);
    }
}
