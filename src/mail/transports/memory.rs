//! Mails in memory, for tests.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;

use crate::mail::{Outgoing, Reply, SendError};

/// A mailbox, shared by its clones.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
    mails: Vec<Outgoing>,
    failures: VecDeque<SendError>,
}

impl Memory {
    /// Takes the mails so far out of the mailbox, oldest first.
    pub fn take(&self) -> Vec<Outgoing> {
        std::mem::take(&mut self.0.lock().mails)
    }

    /// Makes the next mail fail; further errors apply to later mails in turn.
    pub fn fail_next(&self, error: SendError) {
        self.0.lock().failures.push_back(error);
    }

    /// Stores a mail, after the checks of its wire format.
    pub(in crate::mail) fn send(&self, mail: &Outgoing) -> Result<Reply, SendError> {
        mail.to_wire()?;
        let mut contents = self.0.lock();
        if let Some(error) = contents.failures.pop_front() {
            return Err(error);
        }
        contents.mails.push(mail.clone());
        Ok(Reply::new("250 Taken"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{SendErrorKind, transports::samples::outgoing};

    #[test]
    fn keeps_what_it_takes_and_fails_as_told() {
        let memory = Memory::default();
        memory.clone().fail_next(SendError::temporary("450 Later"));
        assert_eq!(memory.send(&outgoing()), Err(SendError::temporary("450 Later")));
        assert!(memory.send(&outgoing()).is_ok());
        assert_eq!(memory.take(), [outgoing()]);
        assert_eq!(memory.take(), []);
        let malformed = Outgoing { message_id: "17".to_owned(), ..outgoing() };
        assert_eq!(memory.send(&malformed).unwrap_err().kind, SendErrorKind::Permanent);
    }
}
