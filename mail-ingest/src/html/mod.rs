//! Hostile HTML: made safe to show ([`clean`]), made readable ([`to_text`]), and what an agent wrote ([`written`]).
//!
//! Both read the source through a tokeniser of our own that is linear and bounded whatever the input, because the tree
//! builder behind the sanitiser is quadratic in depth, in attributes per tag and in unclosed formatting. What reaches
//! it is well formed, at most [`limits::HTML_DEPTH`] deep and [`limits::HTML_ELEMENTS`] elements long.

mod balance;
mod host;
mod style;
mod text;
mod tokens;
mod written;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::limits;

pub use host::ascii_host;
pub use text::to_text;
pub use written::{from_text, written};

/// What a cleaned mail may refer to.
pub struct Options<'a> {
    /// The address of an inline part by its Content-ID (without `cid:`), `None` where the mail has no such part.
    pub inline: &'a dyn Fn(&str) -> Option<String>,
    /// Whether images of other servers stay: their owners see who reads the mail, and when.
    pub remote_images: bool,
}

/// A mail that is safe to show in a sandboxed frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// A fragment without scripts, forms, frames, style sheets and document structure.
    pub html: String,
    /// Remote images that were left out.
    pub blocked_remote: usize,
}

/// Sanitises HTML by lists of what is allowed: elements, attributes, CSS properties, and the URL schemes http, https
/// and mailto (`cid:` becomes what `options.inline` says). Links open in a new page that cannot reach back.
pub fn clean(html: &str, options: &Options<'_>) -> Cleaned {
    let source = &html[..html.floor_char_boundary(limits::HTML)];
    let balanced = balance::balance(source, options);
    let inline = balanced.inline;
    let attribute = move |_: &str, name: &str, value: &str| -> Option<String> {
        match name {
            "src" => match value.strip_prefix(balance::INLINE) {
                Some(number) => inline.get(number.parse::<usize>().ok()?).cloned(),
                None => balance::is_web(value).then(|| value.to_owned()),
            },
            "href" => balance::is_link(value).then(|| value.to_owned()),
            "style" => Some(style::filter(value)).filter(|style| !style.is_empty()),
            _ => Some(value.to_owned()),
        }
    };
    let mut sanitiser = ammonia::Builder::empty();
    sanitiser
        .tags(ELEMENTS.iter().copied().collect())
        .clean_content_tags(tokens::RAW.iter().copied().collect())
        .generic_attributes(ATTRIBUTES.iter().copied().collect())
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("img", HashSet::from(["src", "alt"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "cid"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(move |element, name, value| attribute(element, name, value).map(Cow::Owned))
        .filter_style_properties(style::PROPERTIES.iter().copied().collect());
    Cleaned { html: sanitiser.clean(&balanced.html).to_string(), blocked_remote: balanced.blocked_remote }
}

/// Elements that are shown; of all others only the content is.
pub(crate) const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Attributes that any element may have; `href`, `src` and `alt` are allowed where they belong.
pub(crate) const ATTRIBUTES: &[&str] = &[
    "align",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "color",
    "colspan",
    "dir",
    "face",
    "height",
    "lang",
    "rowspan",
    "size",
    "start",
    "style",
    "title",
    "type",
    "valign",
    "width",
];
