//! The look of the organisation: its name, colour, logo and theme on every page, readable whatever the colour.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::client::Answer;
use tests::{Client, both_databases};
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
