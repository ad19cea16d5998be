//! The kinds of errors of a system for serde, which knows none: by their names.

/// For `serde(with = ..)`. A kind without a name here is read as [`Other`](std::io::ErrorKind::Other).
pub mod error_kind {
    use handfast_token::serialized::read_text;
    use serde::{Deserializer, Serializer};
    use std::io::ErrorKind;

    /// What opening, reading and writing files may say.
    const KINDS: &[ErrorKind] = &[
        ErrorKind::AddrInUse,
        ErrorKind::AlreadyExists,
        ErrorKind::BrokenPipe,
        ErrorKind::CrossesDevices,
        ErrorKind::Deadlock,
        ErrorKind::DirectoryNotEmpty,
        ErrorKind::ExecutableFileBusy,
        ErrorKind::FileTooLarge,
        ErrorKind::HostUnreachable,
        ErrorKind::Interrupted,
        ErrorKind::InvalidData,
        ErrorKind::InvalidFilename,
        ErrorKind::InvalidInput,
        ErrorKind::IsADirectory,
        ErrorKind::NetworkDown,
        ErrorKind::NetworkUnreachable,
        ErrorKind::NotADirectory,
        ErrorKind::NotFound,
        ErrorKind::NotSeekable,
        ErrorKind::OutOfMemory,
        ErrorKind::PermissionDenied,
        ErrorKind::QuotaExceeded,
        ErrorKind::ReadOnlyFilesystem,
        ErrorKind::ResourceBusy,
        ErrorKind::StaleNetworkFileHandle,
        ErrorKind::StorageFull,
        ErrorKind::TimedOut,
        ErrorKind::TooManyLinks,
        ErrorKind::UnexpectedEof,
        ErrorKind::Unsupported,
        ErrorKind::WouldBlock,
        ErrorKind::WriteZero,
    ];

    /// # Errors
    /// That of the format.
    pub fn serialize<S: Serializer>(kind: &ErrorKind, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{kind:?}"))
    }

    /// # Errors
    /// That of the format.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ErrorKind, D::Error> {
        read_text(from, "a kind of error", |text| {
            let mut kinds = KINDS.iter().copied();
            let found = kinds.find(|kind| format!("{kind:?}") == text);
            Some(found.unwrap_or(ErrorKind::Other))
        })
    }
}
