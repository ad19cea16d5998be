//! Whether the router leads back in what is sent to its own address outside (RFC 4787 §6), which two
//! devices behind it need if its networks do not see each other.

use super::{Call, Endpoint};
use crate::ice::Path;
use handfast_protocol::network::MappingBehavior;
use handfast_token::random_bytes;
use std::time::Duration;
use tokio::sync::oneshot;

/// How often a datagram is sent, and how long each has to come back.
const TRIES: usize = 3;
const PATIENCE: Duration = Duration::from_millis(150);

impl Endpoint {
    /// Sends a few datagrams to this endpoint's own address outside, and says whether one came back.
    /// None if no such address is known that the router leads everybody to, or there is no router.
    /// Comes after [`Self::look_outside`]; takes half a second at most.
    pub async fn hears_itself(&mut self) -> Option<bool> {
        let reflexive = self.reflexive()?;
        let is_same =
            |local| reflexive.mapping_behavior(local) == MappingBehavior::EndpointIndependent;
        let known = reflexive.mappings.iter();
        let mapping = known.into_iter().find(|mapping| is_same(mapping.local))?;
        let path = Path {
            local: mapping.local,
            peer: mapping.mapped,
        };
        let word: [u8; 16] = random_bytes().ok()?;
        for _ in 0..TRIES {
            let (to, heard) = oneshot::channel();
            self.call(Call::Echo(path, word, to));
            if let Ok(Ok(())) = tokio::time::timeout(PATIENCE, heard).await {
                return Some(true);
            }
        }
        Some(false)
    }
}
