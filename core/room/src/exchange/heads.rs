//! What a room says of itself to others: where each log ends, and what is lacking.

use super::{HeadRow, Piece};
use crate::body::Body;
use crate::membership::entries_of;
use crate::put::Change;
use crate::room::{Room, ValueId};
use handfast_token::kdf;

impl Room {
    /// Where each log ends, as it counts here.
    pub fn heads(&self) -> Vec<HeadRow> {
        let rows = self.membership.kept().iter().map(|(log, line)| HeadRow {
            log: *log,
            sequence: line.hashes.len() as u64,
            hash: match line.hashes.last() {
                Some(hash) => *hash,
                None => self.id().beginning(log.author, log.incarnation),
            },
            is_forked: line.forked_at.is_some(),
        });
        rows.filter(|row| row.sequence > 0 || row.is_forked)
            .collect()
    }

    /// Stands for all rows.
    pub fn heads_digest(&self) -> [u8; 32] {
        let mut bytes = Vec::new();
        for row in self.heads() {
            row.write(&mut bytes);
        }
        *kdf(&self.id().0, "HFS1 room heads", &[&bytes]).expose()
    }

    /// The bodies and values that are not here, and how long each is.
    pub fn lacking(&self) -> impl Iterator<Item = (Piece, usize)> {
        let logs = self.membership.kept().iter();
        let logs = logs.filter_map(|(log, line)| Some((log, line, self.logs.get(log)?)));
        let nodes = logs.flat_map(|(log, line, held)| entries_of(log, line, held));
        nodes.flat_map(move |(at, node)| {
            let piece = move |operation| Piece { at, operation };
            let header = &node.entry.header;
            let is_lacking = node.entry.body().is_none() && !node.is_erased;
            let body = is_lacking.then(|| (piece(None), header.body_length as usize));
            let operations = match &node.says {
                Some(Body::Put(index)) => &index.0[..],
                _ => &[],
            };
            let values = operations
                .iter()
                .enumerate()
                .filter_map(move |(at_index, operation)| {
                    let operation_number = u8::try_from(at_index).ok()?;
                    let id = ValueId {
                        put: at.point.hash,
                        operation: operation_number,
                    };
                    match operation.change {
                        Change::Put { length, .. } if !self.values.contains_key(&id) => {
                            Some((piece(Some(operation_number)), length as usize))
                        }
                        _ => None,
                    }
                });
            body.into_iter().chain(values)
        })
    }
}
