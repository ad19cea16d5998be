//! Where a system has no sockets in folders, a home serves the one process that has it.

use super::OfHomeError;
use crate::Home;
use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};

/// There is none.
pub(super) type Stream = tokio::io::DuplexStream;

/// There is none.
#[derive(Debug)]
pub(crate) struct Socket(Infallible);

impl Socket {
    pub(crate) fn bind(_: &Home) -> Result<Option<Self>, OfHomeError> {
        Ok(None)
    }

    pub(crate) fn remove_abandoned(_: &Path) {}

    pub(super) async fn accept(&self) -> io::Result<Stream> {
        match self.0 {}
    }
}

/// Why nobody is reached.
#[allow(dead_code)] // as where there are sockets
pub(super) enum Unfit {
    Nobody,
    NotOurs,
}

pub(super) async fn connect(_: &Path) -> Result<Stream, Unfit> {
    Err(Unfit::Nobody)
}

pub(super) fn process_of(_: &Stream) -> Option<u32> {
    None
}

pub(super) fn path_of(folder: &Path) -> PathBuf {
    folder.to_owned()
}
