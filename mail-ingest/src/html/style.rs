//! Inline CSS by allow-list: properties that lay out a text, values that load nothing and cover nothing.

/// Properties that a mail may set. None of them can move a box over another, load a file or change the page around it.
pub(super) const PROPERTIES: &[&str] = &[
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-style",
    "border-top-width",
    "border-width",
    "color",
    "direction",
    "display",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-height",
    "max-width",
    "min-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
    "word-spacing",
    "word-wrap",
    "overflow-wrap",
];

/// Keeps the allowed declarations of a `style` attribute.
pub(super) fn filter(style: &str) -> String {
    let mut out = String::new();
    for declaration in style.split(';').take(60) {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let property = property.trim().to_ascii_lowercase();
        let value = value.trim();
        if PROPERTIES.contains(&&property[..]) && is_harmless(&property, value) {
            if !out.is_empty() {
                out.push_str("; ");
            }
            out.push_str(&property);
            out.push_str(": ");
            out.push_str(value);
        }
    }
    out
}

/// No functions but colours, no escapes, no comments, no negative margins (they pull a box over another).
fn is_harmless(property: &str, value: &str) -> bool {
    if value.is_empty()
        || value.len() > 300
        || value.contains(['\\', '<', '>', '@', '{', '}', '`'])
        || value.contains("/*")
    {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    let mut rest = &lower[..];
    while let Some(open) = rest.find('(') {
        let name = rest[..open]
            .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .next()
            .unwrap_or_default();
        if !matches!(name, "rgb" | "rgba" | "hsl" | "hsla") {
            return false;
        }
        rest = &rest[open + 1..];
    }
    match property {
        "display" => !lower.contains("none") || lower == "none",
        _ if property.starts_with("margin") || property == "text-indent" => !lower.contains('-'),
        _ => true,
    }
}
