//! Trees of made-up assets.

use crate::domain::asset::ConnectionKind;

use super::definitions::{ACCRUAL, CHECKLIST, HAND_OVER, INCIDENT, RECONCILIATION, REPORT};

/// A made-up asset.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Folder(&'static [Node]),
    /// A process with the versions of this definition.
    Process(&'static str),
    /// An integration with kind and base address, and with a secret.
    Integration(ConnectionKind, &'static str),
}

const fn folder(name: &'static str, description: &'static str, content: &'static [Node]) -> Node {
    Node { name, description, content: Content::Folder(content) }
}

const fn process(name: &'static str, description: &'static str, definition: &'static str) -> Node {
    Node { name, description, content: Content::Process(definition) }
}

const fn integration(name: &'static str, kind: ConnectionKind, base_address: &'static str) -> Node {
    Node { name, description: "", content: Content::Integration(kind, base_address) }
}

/// Top-level folders, each with the place of the group that works with it.
pub(super) const TREES: [(&Node, usize); 3] = [(&FINANCE, 5), (&CUSTOMERS, 1), (&OPERATIONS, 3)];

/// Folder that its owner deleted.
pub(super) const DRAFTS: Node = folder("Old drafts", "", &[process("Reconciliation by hand", "", RECONCILIATION)]);

const FINANCE: Node = folder(
    "Finance",
    "Processes of the finance team.",
    &[
        folder(
            "Month-end close",
            "Everything for the close of a period, in the order of the checklist.",
            &[
                folder("Accruals", "", &[process("Media spend accrual", "Accrues delivered, uninvoiced media.", ACCRUAL)]),
                process("Bank reconciliation", "Matches statements with the ledger, every morning.", RECONCILIATION),
                process("Close checklist", "", CHECKLIST),
                integration("Ledger export", ConnectionKind::Sftp, "sftp://ledger.example.com/export"),
            ],
        ),
        folder("Rate cards", "", &[integration("Rate card import", ConnectionKind::Rest, "https://rates.example.com/v2")]),
        integration("Bank gateway", ConnectionKind::Soap, "https://bank.example.com/statements"),
    ],
);

const CUSTOMERS: Node = folder(
    "Customers",
    "Work with customers from the signed order to the report.",
    &[
        process("Campaign hand-over", "From Sales to Operations, when a customer signs.", HAND_OVER),
        folder(
            "Reporting",
            "",
            &[
                process("Weekly performance report", "", REPORT),
                integration("Report warehouse", ConnectionKind::Database, "postgresql://warehouse.example.com/reports"),
            ],
        ),
        integration("CRM", ConnectionKind::GraphQl, "https://crm.example.com/graphql"),
    ],
);

const OPERATIONS: Node = folder(
    "Operations",
    "Delivery of campaigns.",
    &[
        process("Delivery incident", "Steps of the first hour, and afterwards.", INCIDENT),
        folder(
            "Publishers",
            "",
            &[
                integration("Ad server", ConnectionKind::Rest, "https://ads.example.com/api"),
                integration("Delivery events", ConnectionKind::Webhook, "https://hooks.example.com/delivery"),
            ],
        ),
        process("Weekly delivery check", "", REPORT),
    ],
);
