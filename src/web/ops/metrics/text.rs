//! A reading as `OpenMetrics` text, with names as Prometheus recommends.

use std::{fmt, sync::Arc};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeGaugeValue, MetricEncoder, NoLabelSet, text},
    metrics::MetricType,
    registry::{Registry, Unit},
};

use crate::{
    domain::durations::{BOUNDS, Distribution},
    usecases::{StoreMetrics, VerificationState, outbox::health::Mails},
};

use super::Metrics;

/// All measurements of one reading.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) metrics: Arc<Metrics>,
    pub(super) load: StoreMetrics,
    /// `None` while the database does not answer.
    pub(super) mails: Option<Mails>,
    pub(super) verification: Option<VerificationState>,
    pub(super) resident_memory: Option<u64>,
}

impl Reading {
    pub(super) fn text(self) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        text::encode(&mut text, &registry)?;
        Ok(text)
    }

    fn process(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        to.encode_descriptor("usher_build", "The version that runs.", None, MetricType::Info)?
            .encode_info(&[("version", env!("CARGO_PKG_VERSION"))])?;
        let started = self.metrics.started.and_utc().timestamp();
        gauge(to, "process_start_time", "When the process began, since 1970.", Some(Unit::Seconds), started)?;
        let Some(memory) = self.resident_memory.and_then(|memory| i64::try_from(memory).ok()) else { return Ok(()) };
        gauge(to, "process_resident_memory", "Memory of the process.", Some(Unit::Bytes), memory)
    }

    fn requests(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let requests = &self.metrics.requests;
        gauge(to, "usher_http_requests_in_flight", "Requests not answered yet.", None, requests.in_flight())?;
        let answered = requests.answered();
        let mut counter = to.encode_descriptor("usher_http_requests", "Requests answered.", None, MetricType::Counter)?;
        for (labels, took) in &answered {
            counter.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&took.count(), None)?;
        }
        let mut durations = histogram(to, "usher_http_request_duration", "From a request's arrival to its answer.")?;
        for (labels, took) in &answered {
            distribution(durations.encode_family(labels)?, took)?;
        }
        Ok(())
    }

    fn sign_ins(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut counter =
            to.encode_descriptor("usher_sign_ins", "Attempts to sign in, by what came of them.", None, MetricType::Counter)?;
        for (outcome, count) in self.metrics.sign_ins.so_far() {
            counter.encode_family(&[("outcome", outcome)])?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
        }
        Ok(())
    }

    fn database(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let StoreMetrics { connections_in_use, connections_max, waits, writes, chains } = &self.load;
        gauge(to, "usher_database_up", "Whether the database answered just now.", None, u32::from(self.mails.is_some()))?;
        gauge(to, "usher_database_connections_in_use", "Connections that somebody works with.", None, *connections_in_use)?;
        gauge(to, "usher_database_connections_max", "Connections that this process may open.", None, *connections_max)?;
        let help = "From asking for a write transaction to its beginning.";
        distribution(histogram(to, "usher_write_transaction_wait", help)?, waits)?;
        let help = "From the beginning of a write transaction to its end.";
        distribution(histogram(to, "usher_write_transaction_duration", help)?, writes)?;
        let help = "Part of a write transaction that goes into the chain of the audit log: hashing, and the head with its lock.";
        distribution(histogram(to, "usher_audit_chain_duration", help)?, chains)
    }

    fn mails(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Some(Mails { queued, retrying, failed, oldest_waits }) = self.mails else { return Ok(()) };
        let help = "Mails of all instances that wait to be sent, were refused for now, or failed for good.";
        let mut mails = to.encode_descriptor("usher_mails", help, None, MetricType::Gauge)?;
        for (state, count) in [("queued", queued), ("retrying", retrying), ("failed", failed)] {
            mails.encode_family(&[("state", state)])?.encode_gauge(&count)?;
        }
        let help = "Since when the oldest mail waits that is queued or retrying; 0 without one.";
        gauge(to, "usher_oldest_waiting_mail_age", help, Some(Unit::Seconds), oldest_waits.num_seconds())
    }
}

impl Reading {
    fn audit(&self, to: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Some(VerificationState { verified_at, broken_at, .. }) = self.verification else { return Ok(()) };
        let help = "1 if the last verification found an entry of the audit log changed or missing, else 0.";
        gauge(to, "usher_audit_log_damaged", help, None, u32::from(broken_at.is_some()))?;
        let Some(verified_at) = verified_at else { return Ok(()) };
        let help = "Begin of the last verification of the audit log, since 1970.";
        gauge(to, "usher_audit_log_verified_timestamp", help, Some(Unit::Seconds), verified_at.and_utc().timestamp())
    }
}

impl Collector for Reading {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        self.process(&mut to)?;
        self.requests(&mut to)?;
        self.sign_ins(&mut to)?;
        self.database(&mut to)?;
        self.mails(&mut to)?;
        self.audit(&mut to)
    }
}

fn gauge(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, unit: Option<Unit>, value: impl EncodeGaugeValue) -> fmt::Result {
    to.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?.encode_gauge(&value)
}

fn histogram<'a>(to: &'a mut DescriptorEncoder<'_>, name: &'a str, help: &str) -> Result<MetricEncoder<'a>, fmt::Error> {
    to.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Histogram)
}

fn distribution(mut to: MetricEncoder<'_>, of: &Distribution) -> fmt::Result {
    let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
    to.encode_histogram::<NoLabelSet>(of.sum, of.count(), &bounds.zip(of.classes).collect::<Vec<_>>(), None)
}
