//! Static files: part of the binary, under names that change with their content, so that browsers may cache them for
//! ever.

use std::{borrow::Cow, fmt::Write, sync::LazyLock};

use sha2::{Digest, Sha256};

use super::routing::paths;

/// One static file.
#[derive(Debug)]
pub struct Asset {
    /// Name under which it is served: `stem.hash.extension`.
    pub name: String,
    pub content_type: &'static str,
    content: Cow<'static, [u8]>,
}

/// Addresses of the files that templates use.
#[derive(Debug)]
pub struct Urls {
    pub style: String,
    pub script: String,
    pub icons: String,
    pub mark: String,
}

/// Number of bytes of the content's SHA-256 in its name: enough that two versions never share one.
const HASH_BYTES: usize = 8;

static ASSETS: LazyLock<Assets> = LazyLock::new(Assets::embedded);

static URLS: LazyLock<Urls> =
    LazyLock::new(|| Urls { style: ASSETS.style.url(), script: ASSETS.script.url(), icons: ASSETS.icons.url(), mark: ASSETS.mark.url() });

/// The file with this served name.
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.all().into_iter().find(|asset| asset.name == name)
}

/// Addresses of the files that templates use.
pub fn urls() -> &'static Urls {
    &URLS
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, content: impl Into<Cow<'static, [u8]>>) -> Self {
        let content = content.into();
        let mut name = format!("{stem}.");
        for byte in &Sha256::digest(&content)[..HASH_BYTES] {
            // Writing into a string cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        name.push('.');
        name.push_str(extension);
        Self { name, content_type, content }
    }

    pub fn bytes(&'static self) -> &'static [u8] {
        &self.content
    }

    fn url(&'static self) -> String {
        paths::StaticFile { name: &self.name }.to_string()
    }
}

#[derive(Debug)]
struct Assets {
    style: Asset,
    script: Asset,
    icons: Asset,
    mark: Asset,
    chevron: Asset,
    latin: Asset,
    latin_ext: Asset,
}

impl Assets {
    fn embedded() -> Self {
        let svg = |stem, content: &'static [u8]| Asset::new(stem, "svg", "image/svg+xml", content);
        let font = |stem, content: &'static [u8]| Asset::new(stem, "woff2", "font/woff2", content);
        let chevron = svg("chevron", include_bytes!("../../../static/chevron.svg"));
        let latin = font("inter-latin", include_bytes!("../../../static/fonts/inter-latin-wght-normal.woff2"));
        let latin_ext = font("inter-latin-ext", include_bytes!("../../../static/fonts/inter-latin-ext-wght-normal.woff2"));

        // The stylesheet refers to the others, so that its own name changes with theirs.
        let style = include_str!("../../../static/console.css")
            .replace("chevron.svg", &chevron.name)
            .replace("fonts/inter-latin-wght-normal.woff2", &latin.name)
            .replace("fonts/inter-latin-ext-wght-normal.woff2", &latin_ext.name);
        let script: &'static [u8] = include_bytes!("../../../static/console.js");

        Self {
            style: Asset::new("console", "css", "text/css; charset=utf-8", style.into_bytes()),
            script: Asset::new("console", "js", "text/javascript; charset=utf-8", script),
            icons: svg("icons", include_bytes!("../../../static/icons.svg")),
            mark: svg("mark", include_bytes!("../../../static/mark.svg")),
            chevron,
            latin,
            latin_ext,
        }
    }

    fn all(&self) -> [&Asset; 7] {
        [&self.style, &self.script, &self.icons, &self.mark, &self.chevron, &self.latin, &self.latin_ext]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_in_templates_and_stylesheet_is_served() {
        let urls = urls();
        for url in [&urls.style, &urls.script, &urls.icons, &urls.mark] {
            let name = url.strip_prefix("/static/").unwrap();
            assert!(find(name).is_some(), "{url}");
        }
        let style = std::str::from_utf8(ASSETS.style.bytes()).unwrap();
        let named = style.split("url(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect::<Vec<_>>();
        assert_eq!(named.len(), 3);
        for name in named {
            assert!(find(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_name_follows_the_content() {
        let name = |content: &'static [u8]| Asset::new("a", "css", "text/css", content).name;
        assert_eq!(name(b"x"), name(b"x"));
        assert_ne!(name(b"x"), name(b"y"));
        assert!(find("console.css").is_none());
    }

    #[test]
    fn every_icon_of_the_templates_is_in_the_sprite() {
        let sprite = std::str::from_utf8(ASSETS.icons.bytes()).unwrap();
        for template in templates() {
            for call in template.split("icon(\"").skip(1) {
                let name = call.split('"').next().unwrap();
                assert!(sprite.contains(&format!("id=\"i-{name}\"")), "{name}");
            }
        }
    }

    fn templates() -> Vec<String> {
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"))];
        let mut texts = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    texts.push(std::fs::read_to_string(path).unwrap());
                }
            }
        }
        texts
    }
}
