//! Everything beneath the faces of a device that has sockets and a disk: the program and the facade of
//! the phones build on this crate alone, and it hands on whatever lies below.

pub use file_names::names_in;
pub use handfast_device as device;
pub use handfast_net as net;
pub use handfast_protocol::{
    certificate, discovery, handshake, link, network, pairing, question, reconnect,
};
pub use handfast_qr as qr;
pub use handfast_seal as seal;
pub use handfast_store as store;
pub use handfast_store::{private, unfinished};
pub use handfast_token as token;
pub use home::{HeldCopy, Home};
pub use logs::OwnLines;
pub use remote::OfHomeError;
pub use supervisor::{
    Addresses, DeviceEnd, DeviceHandle, Listener, NameService, Options, Overview,
};
pub use time::{GOODBYE, unix_seconds};

pub mod conversation;
mod file_names;
pub mod folder;
mod home;
mod logs;
pub mod remote;
mod serial;
mod supervisor;
mod time;
pub mod transfer;
