//! Appearance of a page: screen sizes, colour schemes, and faults.

use serde_json::json;

use super::{Browser, Scheme, driver::Extension};

impl Browser {
    /// True if content reaches over the right edge, so that the page or a part would scroll sideways; a row of links or
    /// buttons may.
    #[track_caller]
    pub fn is_cut_off(&self) -> bool {
        let script = "
            const page = document.scrollingElement;
            const scrolls = part => ['auto', 'scroll'].includes(getComputedStyle(part).overflowX);
            return [page, ...document.body.querySelectorAll(':not(nav, .bulk)')]
                .some(part => part.clientWidth && part.scrollWidth > part.clientWidth && (part === page || scrolls(part)));";
        self.evaluate(script, vec![]) == json!(true)
    }

    /// Sets the size of the viewport in CSS pixels; a window itself cannot be as narrow as a phone.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Switches the system's colour scheme. Motion is always reduced.
    #[track_caller]
    pub fn prefer(&self, scheme: Scheme) {
        let scheme = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Complaints of the browser since the last call: script errors, missing files, breaches of the content policy.
    #[track_caller]
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.ask(|client| async move {
            client.issue_cmd(Extension { path: "se/log".to_owned(), body: Some(json!({ "type": "browser" })) }).await
        });
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Breaches of WCAG 2.2 AA and of good practice found by axe-core, as text; empty without any.
    ///
    /// # Panics
    /// In a browser without scripts, since axe-core is one.
    #[track_caller]
    pub fn axe(&self) -> String {
        const AXE: &str = include_str!("../axe/axe.min.js");
        const CHECK: &str = "
            const done = arguments[arguments.length - 1];
            const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
            window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }).then(
                found => done(found.violations.map(rule => `${rule.id} (${rule.impact}): ${rule.help}\\n` + rule.nodes.map(node =>
                    `  ${node.target.join(' ')}\\n    ${node.html}\\n    ${node.failureSummary.split('\\n').slice(1).map(line => line.trim()).join('; ')}`
                ).join('\\n')).join('\\n')),
                error => done(`axe-core failed: ${error}`));";
        assert!(self.scripts, "axe-core needs a browser with scripts");
        if self.evaluate("return typeof window.axe", vec![]) != json!("object") {
            self.evaluate(AXE, vec![]);
        }
        let report = self.ask(|client| async move { client.execute_async(CHECK, vec![]).await });
        report.as_str().unwrap_or("axe-core gave no answer").to_owned()
    }

    /// Screenshot of the window, as PNG.
    #[track_caller]
    pub fn screenshot(&self) -> Vec<u8> {
        self.ask(|client| async move { client.screenshot().await })
    }
}
