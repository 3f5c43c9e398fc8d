//! Appearance of pages, chosen by each user.

use super::stored::stored_enum;

stored_enum! {
    /// Colours of pages.
    Appearance {
        /// Light or dark, by the operating system.
        System = "system",
        Light = "light",
        Dark = "dark",
    }
}

impl Appearance {
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// Colour schemes for the browser, as in the CSS property `color-scheme`.
    pub fn color_scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}
