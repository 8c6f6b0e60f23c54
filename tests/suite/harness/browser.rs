use std::io::Write;

use tests::Browser;

#[test]
fn chromium_reads_types_and_complains() {
    tests::run(async {
        let mut page = tempfile::Builder::new().suffix(".html").tempfile().unwrap();
        page.write_all(
            b"<!doctype html><html lang=en><title>t</title><body><main><h1>Hello</h1><input aria-label=a id=a>\
              <img src=x.png></main><script>console.error('oh dear')</script>",
        )
        .unwrap();
        let browser = Browser::start().await;
        browser.open(&format!("file://{}", page.path().display())).await;
        browser.wait_for_text("Hello").await;
        browser.fill("#a", "typed").await;
        assert_eq!(browser.run("return document.querySelector('#a').value").await, "typed");
        assert!(browser.complaints().await.iter().any(|line| line.contains("oh dear")));
        if let Some(violations) = browser.accessibility().await {
            assert!(violations.iter().any(|line| line.starts_with("image-alt")), "{violations:?}");
        }
        browser.close().await;
    });
}
