//! Hostile HTML is harmless (SECURITY 2.2), and readable as text.

use mail_ingest::html::{Options, clean, to_text};

fn cleaned(source: &str) -> String {
    let inline = |id: &str| (id == "known@x").then(|| "/inline/1?a=b&c=d".to_owned());
    clean(source, &Options { inline: &inline, remote_images: false }).html
}

#[test]
fn nothing_active_passes() {
    for source in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<iframe src=//evil.example></iframe>",
        "<object data=evil.swf></object>",
        "<embed src=evil.swf>",
        "<base href=//evil.example>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "<link rel=stylesheet href=//evil.example>",
        "<style>@import '//evil.example'</style>",
        "<form action=//evil.example><input name=password><button>go</button></form>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' java\nscript:alert(1)'>x</a>",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<a href='vbscript:x'>x</a>",
        "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
        "<p style='background:url(//evil.example)'>x</p>",
        "<p style='width:expression(alert(1))'>x</p>",
        "<p style='position:fixed;top:0;left:0;width:100%;height:100%'>x</p>",
        "<body onload=alert(1)>x</body>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<title><a title='</title><img src=x onerror=alert(1)>'></title>",
        "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<!-- --!><img src=x onerror=alert(1)>",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
        "<table background=//evil.example><tr><td>x",
        "<video poster=//evil.example><source src=//evil.example></video>",
        "<audio src=//evil.example autoplay>",
        "<img srcset='//evil.example 2x'>",
        "<input type=image src=//evil.example>",
        "<isindex action=javascript:alert(1)>",
        "<a href=x id=top name=body class=y>x</a>",
        "<template><script>alert(1)</script></template>",
        "<textarea></textarea><script>alert(1)</script>",
        "<p title=\"--><script>alert(1)</script>\">x</p>",
        "<plaintext><script>alert(1)</script>",
        "<img src='http:evil.example'>",
    ] {
        let html = cleaned(source).to_lowercase();
        let parsed_tags: Vec<&str> =
            html.split('<').skip(1).map(|tag| tag.split('>').next().unwrap()).collect();
        for tag in parsed_tags {
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
            assert!(["a", "p", "img", "table", "tbody", "tr", "td"].contains(&name), "{source} → {html}");
            for danger in [
                "onerror=",
                "onload=",
                "javascript:",
                "vbscript:",
                "data:",
                "url(",
                "expression",
                "position",
                "srcset",
                "background",
                "poster",
                "evil.example",
                " id=",
                " name=",
                " class=",
            ] {
                assert!(!tag.contains(danger) || tag.contains("title="), "{source} → {html}");
            }
        }
    }
}

#[test]
fn links_lead_out_and_cannot_reach_back() {
    assert_eq!(
        cleaned("<a href='https://b.example/?a=1&amp;b=2' target=_top onclick=x>go</a>"),
        "<a href=\"https://b.example/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer\">go</a>"
    );
    assert_eq!(cleaned("<a href='/logout'>x</a>").matches("href").count(), 0, "no page of ours");
    assert_eq!(cleaned("<a href='//b.example'>x</a>").matches("href").count(), 0);
    assert!(cleaned("<a href='MAILTO:a@b.example'>x</a>").contains("href=\"MAILTO:a@b.example\""));
    assert!(cleaned("<a href='www.b.example'>x</a>").contains("href=\"http://www.b.example\""));
}

#[test]
fn inline_images_get_their_address_and_others_do_not() {
    assert_eq!(
        cleaned("<img src='cid:known@x' alt=a width=10>"),
        "<img src=\"/inline/1?a=b&amp;c=d\" alt=\"a\" width=\"10\">"
    );
    assert_eq!(cleaned("<img src='CID:known%40x'>"), "<img src=\"/inline/1?a=b&amp;c=d\">");
    assert!(!cleaned("<img src='cid:unknown'>").contains("src"));
    assert!(!cleaned("<img src='cid:turnstone-inline-0'>").contains("src"), "the mark cannot be forged");
    assert!(!cleaned("<img src='/inline/2'>").contains("src"));
}

#[test]
fn remote_images_are_blocked_and_counted_until_asked_for() {
    let source =
        "<img src='http://t.example/1.gif'><img src=https://t.example/2.gif><img src='//t.example/3'>";
    let blocked = clean(source, &Options { inline: &|_| None, remote_images: false });
    assert_eq!((blocked.blocked_remote, blocked.html.contains("t.example")), (3, false));
    let shown = clean(source, &Options { inline: &|_| None, remote_images: true });
    assert_eq!(shown.html.matches("t.example").count(), 2);
}

#[test]
fn styles_keep_what_lays_out_text() {
    assert_eq!(
        cleaned(
            "<p style=\"color: red; background: url(x); font-size:12px; margin-left:-50px; COLOR: rgb(1, 2, 3); position: absolute\">x</p>"
        ),
        "<p style=\"color:red;font-size:12px;color:rgb(1, 2, 3)\">x</p>"
    );
    assert!(
        !cleaned("<p style=\"color: r\\65 d; width: calc(1px); font-family: 'a(b'\">x</p>").contains("style")
    );
}

#[test]
fn ordinary_mail_stays_as_it_is() {
    let source = "<h1>Hi</h1><p>One <b>two</b> <i>three</i></p><ul><li>a</li><li>b</li></ul><blockquote>q</blockquote><pre>x  y</pre><table><tbody><tr><td colspan=\"2\">c</td></tr></tbody></table><hr><br>";
    assert_eq!(cleaned(source), source);
    assert_eq!(cleaned("<p>a<p>b<ul><li>c<li>d</ul>"), "<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>");
    assert_eq!(
        cleaned("1 < 2 &amp; 3 &gt; 2 &copy; &euro; &#8364; &unknown;"),
        "1 &lt; 2 &amp; 3 &gt; 2 © € € &amp;unknown;"
    );
}

#[test]
fn text_is_what_a_person_would_type() {
    for (source, text) in [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a<br><br>b", "a\n\nb"),
        ("  much \n\n white&nbsp;space ", "much white space"),
        (
            "<ul><li>one<li>two<ul><li>deep</ul></ul><ol start=3><li>x<li>y</ol>",
            "- one\n- two\n  - deep\n\n3. x\n4. y",
        ),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a b\nc d"),
        (
            "<blockquote>quoted<br>twice<blockquote>deep</blockquote></blockquote>after",
            "> quoted\n> twice\n>\n>> deep\n\nafter",
        ),
        ("<pre>  code\n    more</pre>", "  code\n    more"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("<script>no</script><style>no</style><title>no</title>yes", "yes"),
        ("<a href='https://b.example/x'>here</a>", "here <https://b.example/x>"),
        ("<a href='https://b.example/'>https://b.example</a>", "https://b.example"),
        (
            "<a href='https://evil.example/'>https://bank.example</a>",
            "https://bank.example <https://evil.example/>",
        ),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='javascript:x'>no</a>", "no"),
        ("<img alt='Logo' src=x> text", "[Logo] text"),
        ("1 &lt; 2 &amp;&amp; 3 < 4", "1 < 2 && 3 < 4"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("", ""),
    ] {
        assert_eq!(to_text(source), text, "{source}");
    }
}

#[test]
fn cleaning_twice_changes_nothing() {
    for source in [
        "<p>a<table><tr><td><b>x</table><i>y",
        "<b><p>x</b>y</p>",
        "<a href=http://x>1<a href=http://y>2",
        "<ul><p><li>x</ul>",
        "<table>text<td>x",
    ] {
        let once = cleaned(source);
        assert_eq!(cleaned(&once), once, "{source}");
    }
}
