//! What an agent wrote, brought down to the model of the editor.

use mail_ingest::html::{from_text, to_text, written};

fn model(source: &str) -> String {
    written(source, &|id| (id == "a@b").then(|| id.to_owned()))
}

#[test]
fn what_a_browser_makes_becomes_the_model() {
    for (source, wanted) in [
        ("Hello", "<p>Hello</p>"),
        ("<div>One</div><div>Two</div>", "<p>One</p><p>Two</p>"),
        ("<p>a <b>b <i>c</i></b></p>", "<p>a <strong>b <em>c</em></strong></p>"),
        ("<b>a<p>b</p></b>", "<p><strong>a</strong></p><p><strong>b</strong></p>"),
        (
            "<ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ul>",
            "<ul><li>a<ul><li>b</li></ul></li><li>c<br>d</li></ul>",
        ),
        ("<ul><ul><li>a</li></ul></ul>", "<ul><li><ul><li>a</li></ul></li></ul>"),
        ("<li>a</li>", "<ul><li>a</li></ul>"),
        (
            "<blockquote>a<blockquote>b</blockquote></blockquote>",
            "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>",
        ),
        ("<pre>a\n  <b>b</b></pre>c", "<pre>a\n  <strong>b</strong></pre><p>c</p>"),
        (
            "<a href='https://x.example/?a=1&amp;b'>l</a>",
            "<p><a href=\"https://x.example/?a=1&amp;b\">l</a></p>",
        ),
        ("<a href='javascript:x'>l</a>", "<p>l</p>"),
        (
            "<h1 style='color:red'>T</h1><table><tr><td>a</td><td>b</td></tr></table>",
            "<p>T</p><p>a</p><p>b</p>",
        ),
        (
            "<img src='cid:a@b' alt='A \"pic\"' width=9>",
            "<p><img src=\"cid:a@b\" alt=\"A &quot;pic&quot;\"></p>",
        ),
        ("<img src='cid:other' alt='gone'><img src='https://x.example/t.gif'>", "<p>gone</p>"),
        ("<p><br></p>", "<p><br></p>"),
        ("  \n <p> </p>", ""),
    ] {
        assert_eq!(model(source), wanted, "{source}");
        assert_eq!(model(wanted), wanted, "what comes out stays");
    }
}

#[test]
fn text_becomes_the_model_and_back() {
    let text = "Hello,\nsecond line\n\n> quoted\n> \n> more\n>> deeper\n\nBye & <b>";
    let html = from_text(text);
    let wanted = "<p>Hello,<br>second line</p><blockquote><p>quoted</p><p>more</p><blockquote><p>deeper</p></blockquote></blockquote>\
        <p>Bye &amp; &lt;b&gt;</p>";
    assert_eq!(html, wanted);
    assert_eq!(model(&html), html);
    assert!(
        to_text(&html).contains("> quoted\n> \n> more") || to_text(&html).contains("> quoted\n>\n> more"),
        "{}",
        to_text(&html)
    );
}

#[test]
fn depth_and_length_are_bounded_and_every_element_is_closed() {
    for tag in ["ul><li", "blockquote", "b", "a href=https://x.example", "div", "pre", "li"] {
        let source = format!("<{tag}>x").repeat(10_000);
        let start = std::time::Instant::now();
        let html = model(&source);
        assert!(start.elapsed().as_secs() < 10, "{tag} took {:?}", start.elapsed());
        for name in ["ul", "li", "blockquote", "strong", "a", "p", "pre"] {
            let opened =
                html.matches(&format!("<{name}>")).count() + html.matches(&format!("<{name} ")).count();
            assert_eq!(opened, html.matches(&format!("</{name}>")).count(), "{tag}: {name}");
        }
        assert_eq!(model(&html), html, "{tag}");
    }
}
