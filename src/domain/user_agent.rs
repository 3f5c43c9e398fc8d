//! Browser and operating system in words, from the `User-Agent` header (RFC 9110, 10.1.5).

/// Browsers by the product tokens that tell them apart. Most name themselves beside Chrome and Safari, so these are last.
const BROWSERS: [(&str, &str); 14] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

/// Operating systems, those that name another one beside them first.
const SYSTEMS: [(&str, &str); 9] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("FreeBSD", "FreeBSD"),
    ("OpenBSD", "OpenBSD"),
];

/// Systems of phones and tablets.
const HANDHELD: [&str; 3] = ["iPhone", "iPad", "Android"];

/// A browser as its users know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserAgent {
    browser: Option<&'static str>,
    system: Option<&'static str>,
}

impl UserAgent {
    pub fn parse(header: &str) -> Self {
        let find = |names: &[(&str, &'static str)]| names.iter().find(|(token, _)| header.contains(token)).map(|(_, name)| *name);
        Self { browser: find(&BROWSERS), system: find(&SYSTEMS) }
    }

    /// "Firefox on Linux"; "Unknown browser" for a header that names neither.
    pub fn in_words(self) -> String {
        let browser = self.browser.unwrap_or("Unknown browser");
        self.system.map_or_else(|| browser.to_owned(), |system| format!("{browser} on {system}"))
    }

    /// True for a phone or tablet.
    pub fn is_handheld(self) -> bool {
        self.system.is_some_and(|system| HANDHELD.contains(&system))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_with_its_system() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (header, words, is_handheld) in [
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/142.0.0.0 Safari/537.36"), "Chrome on Windows", false),
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"),
                "Edge on Windows",
                false,
            ),
            (format!("Mozilla/5.0 (Linux; Android 15; Pixel 9) {webkit} Chrome/142.0.0.0 Mobile Safari/537.36"), "Chrome on Android", true),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(), "Firefox on Linux", false),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1"
                    .to_owned(),
                "Safari on iPhone",
                true,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15".to_owned(),
                "Safari on macOS",
                false,
            ),
            (format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {webkit} Chrome/142.0.0.0 Safari/537.36"), "Chrome on ChromeOS", false),
            ("curl/8.5.0".to_owned(), "curl", false),
            (String::new(), "Unknown browser", false),
            ("\u{202e}<script>".to_owned(), "Unknown browser", false),
        ] {
            let agent = UserAgent::parse(&header);
            assert_eq!((&*agent.in_words(), agent.is_handheld()), (words, is_handheld), "{header:?}");
        }
    }
}
