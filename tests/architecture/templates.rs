//! Rules for templates, on which the content policy and escaping depend.

/// Breaches in a page's template.
pub(super) fn breaches(file: &str, source: &str) -> Vec<String> {
    let (html, expressions) = split(source);
    let mut breaches = vec![];
    for expression in expressions {
        let name = |text: &str| text.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned();
        let filters: Vec<String> = expression.replace("||", "").split('|').skip(1).map(name).collect();
        if filters.iter().any(|filter| ["safe", "e", "escape"].contains(&filter.as_str())) || expression.contains("autoescape") {
            breaches.push(format!("{file}: escaping is left to askama, without exception: {}", expression.trim()));
        }
    }
    for tag in tags(&html) {
        let element = tag.split_whitespace().next().unwrap_or_default();
        let names = attributes(&tag);
        let has = |name: &str| names.iter().any(|attribute| attribute == name);
        if element == "style" || has("style") {
            breaches.push(format!("{file}: styles belong in the stylesheet: <{tag}>"));
        }
        if (element == "script" && !has("src")) || names.iter().any(|name| name.starts_with("on")) || tag.contains("javascript:") {
            breaches.push(format!("{file}: scripts belong in files: <{tag}>"));
        }
    }
    breaches
}

/// HTML with a mark in place of each expression, and the expressions; comments are dropped.
fn split(source: &str) -> (String, Vec<&str>) {
    let (mut html, mut expressions, mut rest) = (String::new(), vec![], source);
    while let Some((start, end)) =
        ["{{", "{%", "{#", "<!--"].iter().zip(["}}", "%}", "#}", "-->"]).filter_map(|(open, close)| Some((rest.find(open)?, close))).min()
    {
        html.push_str(&rest[..start]);
        let length = rest[start + 2..].find(end).map_or(rest.len() - start, |at| at + 2 + end.len());
        if matches!(end, "}}" | "%}") {
            expressions.push(&rest[start..start + length]);
            // Stands for text within an attribute's value, and for nothing between attributes.
            html.push(' ');
        }
        rest = &rest[start + length..];
    }
    html.push_str(rest);
    (html, expressions)
}

/// Text between `<` and `>` of opening tags.
fn tags(html: &str) -> Vec<String> {
    html.split('<')
        .skip(1)
        .filter(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(|tag| {
            let mut quote = None;
            let end = tag.find(|c| {
                match (quote, c) {
                    (None, '"' | '\'') => quote = Some(c),
                    (Some(open), c) if open == c => quote = None,
                    (None, '>') => return true,
                    _ => {}
                }
                false
            });
            tag[..end.unwrap_or(tag.len())].to_lowercase()
        })
        .collect()
}

/// Names of a tag's attributes.
fn attributes(tag: &str) -> Vec<String> {
    let mut quote = None;
    let outside: String = tag
        .chars()
        .map(|c| match (quote, c) {
            (None, '"' | '\'') => {
                quote = Some(c);
                ' '
            }
            (Some(open), c) => {
                if open == c {
                    quote = None;
                }
                ' '
            }
            (None, '=') => ' ',
            _ => c,
        })
        .collect();
    outside.split_whitespace().skip(1).map(str::to_owned).collect()
}

#[test]
fn what_the_content_policy_would_stop_is_found() {
    let bad = [
        "<p>{{ name|safe }}</p>",
        "<p>{{ name | lower | safe }}</p>",
        "<p>{{ name|escape(\"none\") }}</p>",
        "{% autoescape false %}",
        "<script>run()</script>",
        "<SCRIPT type=module>run()</SCRIPT>",
        "<style>p { color: red }</style>",
        "<p class=\"a > b\" style=\"color: red\">",
        "<p {% if a > b %}style='color: red'{% endif %}>",
        "<button\n  onclick=\"run()\">",
        "<a href=\"javascript:run()\">",
    ];
    for source in bad {
        assert_eq!(breaches("page.html", source).len(), 1, "{source}: {:?}", breaches("page.html", source));
    }
}

#[test]
fn what_only_looks_like_it_is_no_breach() {
    let good = "<!-- <style> --> {# <script> |safe #} <script src=\"{{ asset(\"app.js\") }}\" defer></script>
        <p title=\"style=none, onclick=no\" class=\"{% if safe | default %}on{% endif %}\">{{ safe|lower }} {{ on || safe }} {{ name|safely }}</p>
        <link rel=\"stylesheet\" href=\"{{ css }}\"> <scripture> a < b";
    assert_eq!(breaches("page.html", good), Vec::<String>::new());
}
