//! Settings of the process, as the page Settings shows them.

/// Settings of the process without secrets. They are read at the start, and changed on the server.
#[derive(Debug, Clone, Default)]
pub struct ProcessSettings {
    /// Name of the transport of mails: "mail.example.com, port 465".
    pub transport: String,
    pub settings: Vec<ProcessSetting>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessSetting {
    /// Environment variable.
    pub variable: &'static str,
    pub value: String,
    pub is_default: bool,
}

impl ProcessSettings {
    pub fn find(&self, variable: &str) -> Option<&ProcessSetting> {
        self.settings.iter().find(|setting| setting.variable == variable)
    }
}
